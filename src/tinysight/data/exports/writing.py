"""Writes pictures of the data set and their labels into a folder, in the format of a labelling tool."""

import os
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from tinysight.data.exports import class_folders, label_studio, table
from tinysight.data.exports.picked import Batch, Picked, Reason
from tinysight.data.imageset import Sample
from tinysight.data.progress import progress_bar
from tinysight.data.raw_plan import Place, plan_new
from tinysight.data.sources.source import SourceFile
from tinysight.errors import DataError


@dataclass(frozen=True)
class ExportFormat:
    """How a format is written.

    Attributes:
        pictures: the folder of its pictures, below the export's.
        write: writes what stands beside them.
        next_steps: what to do with it, for people.
    """

    pictures: str
    write: Callable[[Path, Batch], None]
    next_steps: Callable[[Path], str]


FORMATS = {
    "label_studio": ExportFormat(label_studio.PICTURES, label_studio.write, label_studio.next_steps),
    "csv": ExportFormat(table.PICTURES, table.write, table.next_steps),
    "folder": ExportFormat(class_folders.PICTURES, class_folders.write, class_folders.next_steps),
}


@dataclass(frozen=True)
class Stock:
    """What pictures are taken from.

    Attributes:
        samples: of the data set, by path.
        files: what they were made from, by path.
        class_names: all that there are.
    """

    samples: Mapping[str, Sample]
    files: Mapping[str, SourceFile]
    class_names: Sequence[str]


def write_samples(out: Path, form: ExportFormat, stock: Stock, reasons: Sequence[Reason], *, labelled: bool) -> None:
    """Writes an export whole, or nothing.

    Args:
        out: a folder that is not there yet, or empty.
        form: the format.
        stock: the data set.
        reasons: one for each picture to send, in the order that they should be looked at.
        labelled: their labels are right as far as anybody knows.

    Raises:
        DataError: if the folder is in use, a picture is gone, or it is not what ingest read.
    """
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise DataError(f"{out} is there already. Name a folder that is not, or remove it.")
    draft = out.with_name(f"{out.name}.part")
    shutil.rmtree(draft, ignore_errors=True)
    try:
        picked = _write_pictures(draft / form.pictures, stock, reasons)
        form.write(draft, Batch(picked, stock.class_names, labelled))
        os.replace(draft, out)
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def _write_pictures(folder: Path, stock: Stock, reasons: Sequence[Reason]) -> list[Picked]:
    gone = [reason.path for reason in reasons if reason.path not in stock.files]
    if gone:
        others = f" and {len(gone) - 1} other pictures" if len(gone) > 1 else ""
        raise DataError(f"The source lacks {gone[0]}{others}. Bring them back, or run `dvc repro`.")
    wanted = [stock.files[reason.path] for reason in reasons]
    places = plan_new(wanted, {file.path: stock.samples[file.path].digest for file in wanted}).places
    folder.mkdir(parents=True)
    picked = []
    with progress_bar("write pictures", len(places)) as advance:
        for place, reason in zip(places, reasons, strict=True):
            _write_picture(folder / place.picture.path, place)
            picked.append(Picked(place.picture, place.digest, reason))
            advance(1)
    return picked


def _write_picture(target: Path, place: Place) -> None:
    data = place.file.read()
    if sha256(data).hexdigest() != place.digest:
        raise DataError(f"{place.file.path} is not the picture that ingest read. Run `dvc repro`, then export again.")
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(data)
