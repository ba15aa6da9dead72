"""Picture files to what is measured of them, by the predictor that serves."""

from collections.abc import Callable, Iterable, Iterator

import numpy as np

from tinysight.drift.measures import Looked, Pixels, join, look
from tinysight.errors import DataError, ImageError
from tinysight.imaging import Header, decode_with_header
from tinysight.predictor import Predictor

GROUP = 32  # pictures in memory at a time


def look_at_files(predictor: Predictor, files: Iterable[bytes]) -> tuple[Looked, list[int]]:
    """Measures all files that can be decoded.

    Args:
        predictor: decodes and classifies them.
        files: the bytes of each; they are not kept.

    Returns:
        what was measured, and the numbers of the files that this is of.
    """
    parts: list[Looked] = []
    places: list[int] = []
    waiting: list[tuple[Pixels, tuple[int, int]]] = []
    for number, data in enumerate(files):
        try:
            pixels, header = decode_with_header(data, predictor.decoding)
        except ImageError:
            continue
        waiting.append((pixels, upright_size(header)))
        places.append(number)
        if len(waiting) == GROUP:
            parts.append(_look(predictor, waiting))
            waiting = []
    if waiting:
        parts.append(_look(predictor, waiting))
    return join(parts, len(predictor.contract.class_names)), places


def contents(readers: Iterable[Callable[[], bytes]]) -> Iterator[bytes]:
    """The bytes that each gives; none of a file that is gone, which look_at_files passes over like a broken one."""
    for read in readers:
        try:
            yield read()
        except (DataError, OSError):
            yield b""


def upright_size(header: Header) -> tuple[int, int]:
    """Width and height as people see the picture."""
    return header.size[::-1] if header.orientation >= 5 else header.size


def _look(predictor: Predictor, waiting: list[tuple[Pixels, tuple[int, int]]]) -> Looked:
    pixels = np.stack([picture for picture, _ in waiting])
    return look(pixels, [size for _, size in waiting], predictor.probabilities(pixels))
