"""Roboflow's exports for classification: `Folder Structure`, or `Multi-Label Classification` with _classes.csv."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path, PurePosixPath

from tinysight.data.csv_table import Row, column_names, read_rows
from tinysight.data.sources.disk import disk_file, refused_file, stray_pictures
from tinysight.data.sources.divided import beside_sides, list_side, side_folders
from tinysight.data.sources.passed_over import passed_over
from tinysight.data.sources.source import Listing, SourceFile
from tinysight.errors import DataError
from tinysight.params import RoboflowParams

TABLE = "_classes.csv"
UNLABELLED = "Unlabeled"  # Roboflow's class of pictures that nobody labelled
COPY = re.compile(r"^(.+)\.rf\.\w+\.\w+$")  # its augmented copies differ from their picture only in the hash


def list_files(dataset: RoboflowParams, root: Path) -> Listing:
    """Every labelled picture of every side; both exports may be mixed.

    Raises:
        DataError: if the folder has no train side, or a _classes.csv is another export's or broken.
    """
    folder = root / dataset.path
    sides = side_folders(folder)
    parts = [_list_side(folder, name, side) for name, side in sides.items()]
    files = [file for part in parts for file in part.files]
    notes = [*beside_sides(folder, sides), *(note for part in parts for note in part.notes)]
    if dataset.group_pattern is None:
        files = _with_copies(files)
    return Listing(files, sorted({name for part in parts for name in part.class_names}), notes)


def _list_side(folder: Path, name: str, side: str) -> Listing:
    table = folder / name / TABLE
    if table.exists():
        return _list_table(folder, table, side)
    listing = list_side(folder, name, side)
    labelled = [file for file in listing.files if file.class_name != UNLABELLED]
    notes = passed_over("without a label", [f.path for f in listing.files if f.class_name == UNLABELLED])
    classes = [each for each in listing.class_names if each != UNLABELLED]
    return Listing(labelled, classes, [*listing.notes, *notes])


def _list_table(folder: Path, table: Path, side: str) -> Listing:
    columns = column_names(table, ["filename"])
    if columns and "filename" not in columns:
        raise DataError(
            f"{table} is not of a classification export: its columns are {', '.join(columns)}. Export from Roboflow"
            " as `Folder Structure` or `Multi-Label Classification`."
        )
    classes = [name for name in columns if name not in ("filename", UNLABELLED)]
    found: defaultdict[str, set[str]] = defaultdict(set)
    for row in read_rows(table, ["filename"]):
        found[row.cells["filename"]] |= _classes(table, row, classes)
    files = [_file(folder, table, name, one, side) for name, (one, *more) in _labelled(found) if not more]
    several = [f"{table.parent.name}/{name}" for name, (_, *more) in _labelled(found) if more]
    unlabelled = [f"{table.parent.name}/{name}" for name, names in found.items() if not names]
    unnamed = [f"{table.parent.name}/{name}" for name in stray_pictures(table.parent) if name not in found]
    notes = [
        *passed_over("of several classes", several, "tinysight tells one class from the others"),
        *passed_over("without a label", unlabelled),
        *passed_over(f"that {TABLE} does not name", unnamed),
    ]
    return Listing(files, classes, notes)


def _labelled(found: Mapping[str, set[str]]) -> Iterator[tuple[str, list[str]]]:
    return ((name, sorted(names)) for name, names in found.items() if names)


def _classes(table: Path, row: Row, classes: Sequence[str]) -> set[str]:
    wrong = [name for name in classes if row.cells[name] not in ("0", "1")]
    if wrong:
        raise DataError(
            f"{table}, line {row.line}: the column {wrong[0]!r} must hold 0 or 1. Received: {row.cells[wrong[0]]!r}."
            " Export it from Roboflow again."
        )
    return {name for name in classes if row.cells[name] == "1"}


def _file(folder: Path, table: Path, name: str, class_name: str, side: str) -> SourceFile:
    """A picture beside the table; a table that points elsewhere was not written by Roboflow."""
    if not name or PurePosixPath(name).name != name:
        raise DataError(f"{table}: a filename must lie beside the table. Received: {name!r}. Export it again.")
    path = table.parent / name
    shown = path.relative_to(folder).as_posix()
    if not path.is_file():
        return refused_file(shown, class_name, f"{TABLE} names this file, but it is not there. Export it again.", side)
    return disk_file(path, shown, class_name, side)


def _with_copies(files: Sequence[SourceFile]) -> list[SourceFile]:
    """Makes one group of a picture and the copies that Roboflow made of it, which all lie on one side."""

    def original(file: SourceFile) -> str:
        match = COPY.match(PurePosixPath(file.path).name)
        return f"{file.split}/{match[1]}" if match else ""

    counts = Counter(map(original, files))
    return [replace(file, group=name) if (name := original(file)) and counts[name] > 1 else file for file in files]
