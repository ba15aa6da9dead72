"""Train rows → an ImageSet of warped copies of them."""

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

from tinysight.data.augmentation import Rows, Warps, warp
from tinysight.data.disk_space import room_for
from tinysight.data.imageset import ImageSet, write_imageset
from tinysight.data.progress import progress_bar
from tinysight.data.splits import Split
from tinysight.imaging import Pixels
from tinysight.params import Params
from tinysight.paths import Paths
from tinysight.whole_file import whole

CHUNK_BYTES = 16_000_000  # of pixels in memory at a time


def run(params: Params, paths: Paths) -> None:
    """Writes `augment.copies` copies of each train row; none is an ImageSet without rows.

    Raises:
        DataError: if the disk is too small, or an earlier stage's files are missing.
    """
    images = ImageSet.open(paths.dataset)
    train = Split.open(paths.split).train
    rows = np.tile(train, params.augment.copies)  # all rows of the first draw, then all of the second
    samples = [images.samples[row] for row in rows]
    paths.augmented.mkdir(parents=True, exist_ok=True)
    size = images.pixels.shape[1]
    with room_for(paths.augmented, images=len(rows), image_size=size), progress_bar("augment", len(rows)) as advance:
        write_imageset(paths.augmented, _copies(images.pixels, train, params, advance), samples, size)
    _write_rows(paths.augmented / "rows.npy", rows)


def _copies(pixels: Pixels, train: Rows, params: Params, advance: Callable[[int], None]) -> Iterator[Pixels]:
    """The warped pictures, (S, S, 3) uint8 each, from one chunk of rows at a time."""
    warps = Warps(background=params.dataset.background, **params.augment.model_dump(exclude={"copies"}))
    chunk = max(1, CHUNK_BYTES // (pixels.shape[1] ** 2 * 3))
    for draw in range(params.augment.copies):
        for start in range(0, len(train), chunk):
            rows = train[start : start + chunk]
            yield from warp(pixels[rows], rows, warps, seed=params.seed, draw=draw)
            advance(len(rows))


def _write_rows(path: Path, rows: Rows) -> None:
    with whole(path) as draft, draft.open("wb") as file:
        np.save(file, rows)
