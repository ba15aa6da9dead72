"""Decoded pictures and the table that says what they are: row i of one is row i of the other."""

import csv
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from operator import attrgetter
from pathlib import Path
from typing import BinaryIO, Self

import numpy as np
from numpy.lib.format import write_array_header_1_0

from tinysight.errors import DataError
from tinysight.imaging import Pixels
from tinysight.whole_file import write_table

PIXELS, SAMPLES = "pixels.npy", "samples.csv"


@dataclass(frozen=True, slots=True)
class Sample:
    """One row of an ImageSet.

    Attributes:
        path: where the picture comes from, below the source.
        digest: sha256 of the source file's bytes.
        class_name: what it shows.
        label: its class's place in the sorted class names.
        split: the side that the source itself fixed (train, val or test), else empty.
        group: what the source says must stay on one side together, else empty.
    """

    path: str
    digest: str
    class_name: str
    label: int
    split: str = ""
    group: str = ""


@dataclass(frozen=True)
class ImageSet:
    """Pictures in memory-mapped rows.

    Attributes:
        pixels: (N, S, S, 3) uint8, RGB.
        samples: N rows in the same order.
    """

    pixels: Pixels
    samples: Sequence[Sample]

    def __len__(self) -> int:
        return len(self.samples)

    @property
    def labels(self) -> np.ndarray:
        """(N,) int64."""
        return np.array([sample.label for sample in self.samples], dtype=np.int64)

    @property
    def class_names(self) -> tuple[str, ...]:
        """The classes that occur, in the order of their labels."""
        names = {sample.label: sample.class_name for sample in self.samples}
        return tuple(names[label] for label in sorted(names))

    @classmethod
    def open(cls, folder: Path) -> Self:
        """Maps an ImageSet from disk; pixels are read when they are used.

        Raises:
            DataError: if the folder holds no whole ImageSet.
        """
        try:
            pixels = np.load(folder / PIXELS, mmap_mode="r")
            samples = read_samples(folder / SAMPLES)
        except (OSError, ValueError) as error:
            raise DataError(f"{folder} holds no ImageSet: {error}. Run `dvc repro`.") from None
        if len(pixels) != len(samples):
            raise DataError(f"{folder}: {len(pixels)} images but {len(samples)} samples. Run `dvc repro -f`.")
        return cls(pixels, samples)


def write_imageset(folder: Path, images: Iterable[Pixels], samples: Sequence[Sample], image_size: int) -> None:
    """Writes an ImageSet row by row, in bounded memory, into a folder that is there already.

    Each file gets its name only when it is whole.

    Args:
        folder: where the two files go.
        images: (S, S, 3) uint8 each, in the order of samples.
        samples: one row an image.
        image_size: S; also the shape of an ImageSet without rows.

    Raises:
        OSError: if the disk is full; `disk_space.room_for` puts it in words.
    """
    folder.mkdir(parents=True, exist_ok=True)
    draft = folder / (PIXELS + ".part")
    try:
        with draft.open("wb") as file:
            _write_rows(file, images, (len(samples), image_size, image_size, 3))
        os.replace(draft, folder / PIXELS)
    finally:
        draft.unlink(missing_ok=True)
    write_samples(folder / SAMPLES, samples)


def _write_rows(file: BinaryIO, images: Iterable[Pixels], shape: tuple[int, int, int, int]) -> None:
    """Plain writes: on a full disk they raise OSError, where a mapped file would kill the process by SIGBUS."""
    write_array_header_1_0(file, {"descr": "|u1", "fortran_order": False, "shape": shape})
    file.writelines(
        np.asarray(image, dtype=np.uint8).reshape(shape[1:]).tobytes()
        for _, image in zip(range(shape[0]), images, strict=True)
    )


def write_samples(path: Path, samples: Iterable[Sample]) -> None:
    """Writes the samples table as UTF-8 CSV with a header."""
    names = [field.name for field in fields(Sample)]
    write_table(path, names, map(attrgetter(*names), samples))  # astuple takes ten times as long


def read_samples(path: Path) -> list[Sample]:
    """Reads the samples table; columns of later versions are passed over."""
    with path.open(encoding="utf-8", newline="") as file:
        return [
            Sample(row["path"], row["digest"], row["class_name"], int(row["label"]), row["split"], row["group"])
            for row in csv.DictReader(file)
        ]
