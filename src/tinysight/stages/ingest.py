"""Ingest: a source of picture files becomes an ImageSet, decoded once."""

import os
import shutil
import sys
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

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
from tinysight.data.imageset import PIXELS, SAMPLES, Sample, write_samples
from tinysight.data.journal import Reading
from tinysight.data.pixel_rows import PixelRows
from tinysight.data.reading import read_pictures, work_key
from tinysight.data.sources.source import Listing, SourceFile, list_source
from tinysight.data.work_folder import work_folder
from tinysight.errors import DataError
from tinysight.params import DatasetParams, Params
from tinysight.paths import Paths


def run(params: Params, paths: Paths) -> None:
    """Writes data/dataset whole: an ImageSet, facts.csv, dataset.json and quarantine.csv.

    Pixels are written below .tinysight/cache first, where the next run finds what a killed one has done.

    Raises:
        DataError: if the source cannot be used, the disk is too small, or nothing of a class can be read.
    """
    listing = list_source(params.dataset, paths.root)
    for note in listing.notes:
        print(f"note: {note}", file=sys.stderr)
    decoding = decoding_of(params.dataset)
    with (
        work_folder(paths.cache / "ingest", work_key(listing.files, decoding)) as work,
        closing(PixelRows(work / PIXELS, decoding.image_size)) as rows,
    ):
        missing = len(listing.files) - rows.stored()
        with room_for(work, images=missing, image_size=decoding.image_size):
            readings = read_pictures(listing.files, decoding, rows, work)
            with _draft_of(paths.dataset) as draft:
                _write_tables(draft, listing, readings, params.dataset)
                rows.keep([row for row, reading in enumerate(readings) if not reading.reason])
                shutil.move(work / PIXELS, draft / PIXELS)


@contextmanager
def _draft_of(folder: Path) -> Iterator[Path]:
    """A folder that takes the place of another one where the block ends well."""
    draft = folder.with_name(folder.name + ".part")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(parents=True)
    try:
        yield draft
        shutil.rmtree(folder, ignore_errors=True)
        os.replace(draft, folder)
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def _write_tables(folder: Path, listing: Listing, readings: Sequence[Reading], dataset: DatasetParams) -> None:
    names = _class_names(listing.files, readings)
    labels = {name: label for label, name in enumerate(names)}
    pairs = list(zip(listing.files, readings, strict=True))
    samples = [_sample(file, reading, labels) for file, reading in pairs if not reading.reason]
    write_samples(folder / SAMPLES, samples)
    write_facts(folder, (reading.facts for reading in readings if reading.facts))
    quarantined = [Quarantined(file.path, reading.reason) for file, reading in pairs if reading.reason]
    write_quarantine(folder, quarantined)
    digest = dataset_digest(samples, decoding_of(dataset))
    empty = tuple(name for name in listing.class_names if name not in labels)
    counts = dataset.image_size, len(samples), len(quarantined)
    write_info(folder, DatasetInfo(digest, dataset.name, names, *counts, empty, tuple(listing.notes)))


def _class_names(files: Sequence[SourceFile], readings: Sequence[Reading]) -> tuple[str, ...]:
    """The classes in the order of their labels."""
    names = sorted({file.class_name for file in files})
    readable = {file.class_name for file, reading in zip(files, readings, strict=True) if not reading.reason}
    for name in names:
        if name not in readable:
            of_class = [(f, r) for f, r in zip(files, readings, strict=True) if f.class_name == name]
            first, reading = of_class[0]
            raise DataError(
                f"None of the {len(of_class)} files of class {name} can be read. The first, {first.path}:"
                f" {reading.reason} Repair them, or remove the class's folder."
            )
    return tuple(names)


def _sample(file: SourceFile, reading: Reading, labels: dict[str, int]) -> Sample:
    return Sample(file.path, reading.digest, file.class_name, labels[file.class_name], file.split, file.group)
