"""Train rows → an ImageSet of warped and toned copies of them, and a picture of some for people."""

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

from tinysight.data.augmentation import Rows
from tinysight.data.copies import copy_maker
from tinysight.data.disk_space import room_for
from tinysight.data.imageset import ImageSet, write_imageset
from tinysight.data.progress import progress_bar
from tinysight.data.splits import Split
from tinysight.evaluation.augmented_figure import EXAMPLES, draw_augmented
from tinysight.imaging import Pixels
from tinysight.params import Params
from tinysight.parts import in_parts
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
    _draw_examples(paths, images, train, params)


def _copies(pixels: Pixels, train: Rows, params: Params, advance: Callable[[int], None]) -> Iterator[Pixels]:
    """The warped pictures, (S, S, 3) uint8 each, from one chunk of rows at a time."""
    chunk = max(1, CHUNK_BYTES // (pixels.shape[1] ** 2 * 3))
    maker = copy_maker(params.augment, params.dataset.background, params.seed)
    for draw in range(params.augment.copies):
        for rows in in_parts(train, chunk):
            yield from maker.make(pixels[rows], rows, draw)
            advance(len(rows))


def _draw_examples(paths: Paths, images: ImageSet, train: Rows, params: Params) -> None:
    """The first train rows of each class, above what becomes of them."""
    examples, maker = {}, copy_maker(params.augment, params.dataset.background, params.seed)
    for name in sorted({images.samples[row].class_name for row in train}):
        own = np.array([row for row in train if images.samples[row].class_name == name][:EXAMPLES])
        rows = np.resize(own, EXAMPLES)
        taken = images.pixels[rows]
        draws = np.arange(EXAMPLES) // len(own)  # a row that comes again shows another copy of itself
        copies = [maker.make(taken[[at]], rows[[at]], int(draw))[0] for at, draw in enumerate(draws)]
        examples[name] = (taken, np.stack(copies) if params.augment.copies else taken[:0])
    paths.reports.mkdir(parents=True, exist_ok=True)
    draw_augmented(paths.augmented_picture, examples)


def _write_rows(path: Path, rows: Rows) -> None:
    with whole(path) as draft, draft.open("wb") as file:
        np.save(file, rows)
