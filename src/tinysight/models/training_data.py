"""What a candidate learns from: train rows with their warped copies, and the val rows that judge it."""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tinysight.data.imageset import ImageSet
from tinysight.data.splits import Split
from tinysight.errors import DataError
from tinysight.imaging import Pixels
from tinysight.parts import in_parts

Rows = NDArray[np.int64]
Remake = Callable[[Pixels, Rows, int], Pixels]  # pictures, their rows and which copy: as CopyMaker.make
SMALLEST_BATCH = 8
STEPS_AN_EPOCH = 80  # of a small set: larger batches would leave too few steps to learn in
# the tutorials' network holds 30 MB for a picture of 224×224 that it learns from: 4 GB for 128 of them
LEARNED_PIXELS, ASKED_PIXELS = 32 * 224 * 224, 8 * 224 * 224
VAL_BATCH = 256


@dataclass(frozen=True)
class TrainingData:
    """Pictures stay in their memory-mapped files; only a batch of them is ever in memory.

    A place is a number below `len(data)`: first the train rows, then the copies.

    Attributes:
        pixels: (N, S, S, 3) uint8, all rows of the data set.
        labels: (N,) int64.
        train_rows: (n,) int64, rows of pixels to learn from.
        val_rows: (v,) int64, rows of pixels that judge.
        copies: (M, S, S, 3) uint8, warped copies of train rows.
        copy_labels: (M,) int64.
        class_names: in the order of their labels.
        remake: makes other copies in each later epoch of a network; None shows the same ones again.
    """

    pixels: Pixels
    labels: Rows
    train_rows: Rows
    val_rows: Rows
    copies: Pixels
    copy_labels: Rows
    class_names: tuple[str, ...]
    remake: Remake | None = None

    def __len__(self) -> int:
        return len(self.train_rows) + len(self.copies)

    @property
    def image_size(self) -> int:
        """S: height and width of every picture."""
        return int(self.pixels.shape[1])

    @property
    def train_labels(self) -> Rows:
        """(len(self),) int64: the label at each place."""
        return np.concatenate([self.labels[self.train_rows], self.copy_labels])

    @property
    def val_labels(self) -> Rows:
        """(v,) int64."""
        return self.labels[self.val_rows]

    def class_weights(self, balance: float) -> dict[int, float]:
        """What a mistake on a picture of each class counts; 1 on average over all places.

        Args:
            balance: 0 counts every picture alike, 1 every class.
        """
        counts = np.bincount(self.train_labels, minlength=len(self.class_names)).astype(float)
        weights = np.where(counts > 0, np.maximum(counts, 1) ** -balance, 0)
        weights *= counts.sum() / (weights * counts).sum()
        return {label: float(weight) for label, weight in enumerate(weights)}

    def row_weights(self, places: Rows, balance: float) -> NDArray[np.float32]:
        """(len(places),) what a mistake on the picture at each place counts, as class_weights has it."""
        weights = self.class_weights(balance)
        by_label = np.array([weights[label] for label in range(len(weights))], dtype=np.float32)
        return np.asarray(by_label[self.train_labels[places]])

    def epoch(self, clean: float, draw: np.random.Generator) -> Rows:
        """(len(self),) int64: the places that an epoch shows, in an order drawn at random.

        Args:
            clean: share of train rows; each is shown as often as any other, but for one. Without copies they are all.
            draw: of the order, and of what is shown once more.
        """
        rows, copies = len(self.train_rows), len(self.copies)
        shown = round(clean * len(self)) if copies else rows
        return draw.permutation(
            np.concatenate([_drawn(rows, shown, draw), rows + _drawn(copies, len(self) - shown, draw)])
        )

    def images(self, places: Rows, epoch: int = 0) -> Pixels:
        """The pictures at some places: (len(places), S, S, 3) uint8, in their order.

        Args:
            places: (n,) int64.
            epoch: from 0 on; the first one shows the copies that the augment stage made.
        """
        copied = places >= len(self.train_rows)
        images = np.empty((len(places), *self.pixels.shape[1:]), dtype=np.uint8)
        images[~copied] = self.pixels[self.train_rows[places[~copied]]]
        numbers = places[copied] - len(self.train_rows)
        remade = self.remake if epoch else None
        images[copied] = self.copies[numbers] if remade is None else self._remade(remade, numbers, epoch)
        return images

    def _remade(self, remake: Remake, numbers: Rows, epoch: int) -> Pixels:
        """Copies that no earlier epoch has shown, of the same rows as the copies with these numbers."""
        made = np.empty((len(numbers), *self.pixels.shape[1:]), dtype=np.uint8)
        rows, draws = self.train_rows[numbers % len(self.train_rows)], numbers // len(self.train_rows)
        for draw in np.unique(draws):
            drawn = draws == draw
            later = int(draw) + epoch * (len(self.copies) // len(self.train_rows))
            made[drawn] = remake(self.pixels[rows[drawn]], rows[drawn], later)
        return made

    def at_once(self, wanted: int = VAL_BATCH, pixels: int = ASKED_PIXELS) -> int:
        """How many pictures go through a network together: fewer than wanted where they are large."""
        return min(wanted, max(SMALLEST_BATCH, pixels // self.image_size**2))

    def val_batches(self, rows: int = VAL_BATCH) -> Iterator[Pixels]:
        """The val pictures in order, a bounded number at a time."""
        return (self.pixels[part] for part in in_parts(self.val_rows, self.at_once(rows)))

    def batch_size(self, largest: int) -> int:
        """How many pictures a step sees: fewer than wanted where the set is small or the pictures are large."""
        return self.at_once(min(largest, max(SMALLEST_BATCH, len(self) // STEPS_AN_EPOCH)), LEARNED_PIXELS)

    def epochs(self, wanted: int, max_images: int) -> int:
        """How many epochs show max_images pictures, or all of those wanted where that is less."""
        return min(wanted, math.ceil(max_images / len(self)))

    def steps(self, epochs: int, max_images: int, batch_size: int) -> int:
        """How many batches each of so many epochs has, so that all together show no more than max_images; at least one.

        The last places of an epoch that do not fill a batch are left out: a short batch would disturb batch norm.
        """
        return max(1, min(len(self), max_images // epochs) // batch_size)


def _drawn(count: int, wanted: int, draw: np.random.Generator) -> Rows:
    """So many of the numbers below count: all of them as often as they fit in, then some once more."""
    whole, rest = divmod(wanted, count) if count else (0, 0)
    return np.concatenate([np.tile(np.arange(count), whole), draw.permutation(count)[:rest]])


def gather(
    images: ImageSet,
    split: Split,
    copies: ImageSet | None,
    class_names: tuple[str, ...],
    remake: Remake | None = None,
) -> TrainingData:
    """Puts the pipeline's files together.

    Args:
        images: the data set.
        split: its rows of each side.
        copies: warped copies of its train rows, or None where only val matters.
        class_names: in the order of their labels.
        remake: how the augment stage made the copies, where each epoch may see others.

    Raises:
        DataError: if they do not belong together.
    """
    if not len(split.train) or not len(split.val):
        raise DataError("train or val holds no rows. Add pictures or change conf/split, then run `dvc repro`.")
    shape = images.pixels.shape[1:]
    last = int(max(split.train.max(), split.val.max()))
    if last >= len(images) or (copies is not None and copies.pixels.shape[1:] != shape):
        raise DataError("data/dataset, data/split and data/augmented do not belong together. Run `dvc repro`.")
    warped = np.empty((0, *shape), dtype=np.uint8) if copies is None else copies.pixels
    warped_labels = np.empty(0, dtype=np.int64) if copies is None else copies.labels
    return TrainingData(
        images.pixels, images.labels, split.train, split.val, warped, warped_labels, class_names, remake
    )
