"""Ingest: a source of picture files becomes an ImageSet, decoded once."""

import os
import shutil
import sys
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from tinysight.data.dataset import (
    DatasetInfo,
    Quarantined,
    dataset_digest,
    decoding_of,
    write_info,
    write_quarantine,
)
from tinysight.data.disk_space import room_for
from tinysight.data.facts import write_facts
from tinysight.data.imageset import Sample, write_imageset
from tinysight.data.progress import progress_bar
from tinysight.data.reading import Reading, read_pictures
from tinysight.data.sources.source import Listing, list_source
from tinysight.errors import DataError
from tinysight.params import DatasetParams, Params
from tinysight.paths import Paths

SPOOL = "decoded.part"


def run(params: Params, paths: Paths) -> None:
    """Writes data/dataset whole: an ImageSet, facts.csv, dataset.json and quarantine.csv.

    Raises:
        DataError: if the source cannot be used, the disk is too small, or nothing of a class can be read.
    """
    listing = list_source(params.dataset, paths.root)
    for note in listing.notes:
        print(f"note: {note}", file=sys.stderr)
    draft = paths.dataset.with_name(paths.dataset.name + ".part")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(parents=True)
    try:
        with room_for(draft, images=len(listing.files), image_size=params.dataset.image_size, copies=2):
            _write_dataset(draft, listing, params.dataset)
        shutil.rmtree(paths.dataset, ignore_errors=True)
        os.replace(draft, paths.dataset)
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def _write_dataset(folder: Path, listing: Listing, dataset: DatasetParams) -> None:
    decoding, size = decoding_of(dataset), dataset.image_size
    readings = _spool(folder / SPOOL, read_pictures(listing.files, decoding), len(listing.files))
    names = _class_names(readings)
    labels = {name: label for label, name in enumerate(names)}
    samples = [_sample(reading, labels) for reading in readings if not reading.reason]
    images = np.memmap(folder / SPOOL, dtype=np.uint8, mode="r").reshape(-1, size, size, 3)
    write_imageset(folder, images, samples, size)
    (folder / SPOOL).unlink()
    write_facts(folder, (reading.facts for reading in readings if reading.facts))
    quarantined = [Quarantined(reading.file.path, reading.reason) for reading in readings if reading.reason]
    write_quarantine(folder, quarantined)
    digest = dataset_digest(samples, decoding)
    empty = tuple(name for name in listing.class_names if name not in names)
    counts = len(samples), len(quarantined)
    write_info(folder, DatasetInfo(digest, dataset.name, names, size, *counts, empty, tuple(listing.notes)))


def _spool(path: Path, readings: Iterable[Reading], total: int) -> list[Reading]:
    """Keeps the pixels on disk, since how many rows there will be is known only at the end."""
    light = []
    with path.open("wb") as file, progress_bar("decode pictures", total) as advance:
        for reading in readings:
            if reading.pixels is not None:
                file.write(reading.pixels.tobytes())
            light.append(replace(reading, pixels=None))
            advance(1)
    return light


def _class_names(readings: Sequence[Reading]) -> tuple[str, ...]:
    """The classes in the order of their labels."""
    for name in sorted({reading.file.class_name for reading in readings}):
        of_class = [reading for reading in readings if reading.file.class_name == name]
        if all(reading.reason for reading in of_class):
            raise DataError(
                f"None of the {len(of_class)} files of class {name} can be read. The first, {of_class[0].file.path}:"
                f" {of_class[0].reason} Repair them, or remove the class's folder."
            )
    return tuple(sorted({reading.file.class_name for reading in readings}))


def _sample(reading: Reading, labels: dict[str, int]) -> Sample:
    file = reading.file
    return Sample(file.path, reading.digest, file.class_name, labels[file.class_name], file.split, file.group)
