"""A few easy pictures to learn from: bars that lie, bars that stand, and discs, anywhere in the picture."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from tiny_datasets import sample, write_dataset

from tinysight.contract import Contract
from tinysight.data.imageset import write_imageset
from tinysight.imaging import Pixels
from tinysight.models.training_data import TrainingData
from tinysight.params import TrainParams

CLASSES = ("cat", "dog", "emu")  # tiny_datasets' names: lying, standing, round
QUICK = TrainParams(epochs=6, batch_size=16, max_images=100_000, patience=3, balance=0, clean=0.9)


def draw_shapes(count: int, side: int = 16, seed: int = 0) -> tuple[Pixels, NDArray[np.int64]]:
    """(count, side, side, 3) uint8 of bright shapes on dark noise, and their labels, in turn."""
    draw = np.random.default_rng(seed)
    images = draw.integers(0, 40, (count, side, side, 3), dtype=np.uint8)
    labels = np.arange(count) % len(CLASSES)
    down, across = np.mgrid[:side, :side]
    for image, label in zip(images, labels, strict=True):
        y, x = draw.integers(side // 4, side - side // 4, 2)
        lying, standing = abs(down - y) <= side // 16, abs(across - x) <= side // 16
        disc = (down - y) ** 2 + (across - x) ** 2 <= (side // 5) ** 2
        image[(lying, standing, disc)[label]] = draw.integers(150, 255)
    return images, labels


def shape_data(train: int = 240, val: int = 60, side: int = 16, copies: int = 30) -> TrainingData:
    """Train and val rows of one data set, and some more pictures as copies."""
    images, labels = draw_shapes(train + val, side)
    more, more_labels = draw_shapes(copies, side, seed=1)
    rows = np.arange(train + val)
    return TrainingData(images, labels, rows[:train], rows[train:], more, more_labels, CLASSES)


def write_shapes(root: Path, train: int = 90, val: int = 45, side: int = 16) -> None:
    """What ingest, split and augment leave below root/data: shapes, three sides, no copies."""
    images, labels = draw_shapes(train + 2 * val, side)
    samples = [sample(str(number), CLASSES[label]) for number, label in enumerate(labels)]
    (root / "data" / "dataset").mkdir(parents=True)
    write_dataset(root / "data" / "dataset", images, samples)
    write_imageset(root / "data" / "augmented", iter(()), [], side)
    (root / "data" / "split").mkdir()
    rows = np.arange(len(images))
    for name, part in zip(("train", "val", "test"), np.split(rows, [train, train + val]), strict=True):
        np.save(root / "data" / "split" / f"{name}.npy", part)


def shape_contract(side: int = 16) -> Contract:
    """What a model of shapes promises."""
    return Contract(
        class_names=CLASSES, image_size=side, fit="pad", background=(0, 0, 0), window=None,
        temperature=0.7, unknown_threshold=0.5, dataset_digest="d" * 64, params_digest="e" * 64,
    )  # fmt: skip
