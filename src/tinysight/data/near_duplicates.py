"""Finds pictures that are other pictures saved again, without comparing each with each."""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import compress
from tempfile import TemporaryFile

import numpy as np

from tinysight.data.look_alikes import Pair, find_look_alikes
from tinysight.data.progress import progress_bar
from tinysight.data.resemblance import saved_again
from tinysight.imaging import Pixels
from tinysight.machine import usable_cores
from tinysight.parts import in_parts

SIDE = 32  # pixels: pictures are compared at no more than this
CHUNK, BATCH = 2048, 128  # pictures, pairs


def find_near_duplicates(pixels: Pixels) -> list[Pair]:
    """Pairs of pictures of which one is the other re-encoded, resized or a little brighter or darker.

    Time grows little faster than the number of pictures; memory holds a few hundred numbers of each.
    Of pictures that look exactly alike only the first is compared with others, and each other one is
    paired with it. Blank pictures are in no pair.

    Args:
        pixels: (N, S, S, 3) uint8; may be mapped from disk.

    Returns:
        Rows, the smaller one first, in ascending order.
    """
    thumbnails = _without_colour(_thumbnails(pixels))
    copies, pairs = find_look_alikes(thumbnails)
    return sorted([*copies, *compress(pairs, _verify(thumbnails, pairs))])


def _thumbnails(pixels: Pixels) -> Pixels:
    """(N, V, V, 3) uint8 of at most SIDE pixels a side; on disk, where they stay as long as they are mapped."""
    if pixels.shape[1] <= SIDE:
        return pixels
    import cv2

    shape = (len(pixels), SIDE, SIDE, 3)
    with TemporaryFile() as file, progress_bar("make thumbnails", len(pixels)) as advance:
        for image in pixels:
            file.write(cv2.resize(np.asarray(image), (SIDE, SIDE), interpolation=cv2.INTER_AREA).tobytes())
            advance(1)
        file.flush()
        return np.memmap(file, dtype=np.uint8, mode="r", shape=shape) if len(pixels) else np.empty(shape, np.uint8)


def _without_colour(thumbnails: Pixels) -> Pixels:
    """(N, V, V, 1) where all are grey, which is a third of the work."""
    grey = all((part[..., :1] == part[..., 1:]).all() for part in in_parts(thumbnails, CHUNK))
    return thumbnails[..., :1] if grey else thumbnails


def _verify(thumbnails: Pixels, pairs: Sequence[Pair]) -> Iterator[bool]:
    parts = [np.array(part) for part in in_parts(pairs, BATCH)]
    with ThreadPoolExecutor(usable_cores()) as pool, progress_bar("compare", len(pairs)) as advance:
        for same in pool.map(lambda part: saved_again(thumbnails[part[:, 0]], thumbnails[part[:, 1]]), parts):
            advance(len(same))
            yield from same.tolist()
