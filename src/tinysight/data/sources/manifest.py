"""A table of paths and labels, CSV or Parquet, perhaps with sides and groups."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from tinysight.data.csv_table import Row, read_rows
from tinysight.data.parquet_table import is_parquet, read_parquet
from tinysight.data.raw_manifest import MANIFEST
from tinysight.data.sources.disk import disk_file, refused_file
from tinysight.data.sources.passed_over import passed_over
from tinysight.data.sources.side_names import side_of
from tinysight.data.sources.source import Listing, SourceFile
from tinysight.errors import DataError
from tinysight.params import ManifestParams
from tinysight.paths import Paths

SUFFIXES = (".csv", ".tsv", ".parquet", ".pq")
FIX = "Name it so in the table, or set dataset.columns to the table's own names."


@dataclass(frozen=True)
class _Line:
    """One row: where it stands in the table, and what it says; `file` is the picture's place on this disk."""

    where: str
    named: str
    file: str
    class_name: str
    split: str
    group: str

    @property
    def meaning(self) -> tuple[str, ...]:
        return self.file, self.class_name, self.split, self.group


def list_files(dataset: ManifestParams, root: Path) -> Listing:
    """Every row that has a label; paths start at the table's folder.

    A picture that stands there with two labels is listed twice, so that validate can say so.

    Raises:
        DataError: if the table cannot be read, lacks a column or names a side that is none, or if no picture is there.
    """
    table = find_table(root / dataset.path)
    archive = _archive(table, Paths(root).cache)
    taken: dict[str, SourceFile] = {}
    meanings: set[tuple[str, ...]] = set()
    unlabelled, again = [], []
    for line in _lines(table, dataset):
        if not line.class_name:
            unlabelled.append(line.named)
        elif line.meaning in meanings:
            again.append(line.named)
        else:
            meanings.add(line.meaning)
            shown = _shown(table, line, archive=archive)
            shown = f"{line.where}/{shown}" if shown in taken else shown
            taken[shown] = _listed(table, line, shown)
    _check_any(table, taken)
    notes = [*passed_over("without a label", unlabelled), *passed_over("named again with the same label", again)]
    return Listing([*taken.values()], notes=notes)


def find_table(path: Path) -> Path:
    """The table itself, where a folder is named: its manifest.csv, or the only table in it.

    Raises:
        DataError: if there is none, or several.
    """
    if not path.exists():
        raise DataError(f"{path} is missing. Name a CSV or Parquet file in dataset.path.")
    if not path.is_dir():
        return path
    tables = sorted(each for each in path.iterdir() if each.suffix.lower() in SUFFIXES and each.is_file())
    if path / MANIFEST in tables:
        return path / MANIFEST
    if len(tables) != 1:
        found = ", ".join(table.name for table in tables[:10]) or "none"
        raise DataError(f"{path} is a folder; its tables are: {found}. Name one in dataset.path.")
    return tables[0]


def _lines(table: Path, dataset: ManifestParams) -> Iterator[_Line]:
    columns = dataset.columns
    needed = [name for name in (columns.path, columns.label, columns.split, columns.group) if name]
    parquet = is_parquet(table)
    for row in (read_parquet if parquet else read_rows)(table, needed, fix=FIX):
        where = f"{'row' if parquet else 'line'} {row.line}"
        cell = partial(_cell, row)
        named = cell(columns.path)
        if not named:
            raise DataError(
                f"{table}, {where}: the column {columns.path!r} is empty. Name a picture, or remove the row."
            )
        yield _Line(where, named, _place(table, named), cell(columns.label), _side(table, where, cell(columns.split)),
                    cell(columns.group))  # fmt: skip


def _cell(row: Row, name: str | None) -> str:
    return row.cells[name] if name else ""


def _side(table: Path, where: str, cell: str) -> str:
    side = side_of(cell)
    if cell and not side:
        raise DataError(
            f"{table}, {where}: a side must be train, val (or valid, validation), test or nothing. Received: {cell!r}."
            " Correct it, or set dataset.columns.split to null."
        )
    return side


def _place(table: Path, named: str) -> str:
    """Where a picture lies; a table from Windows has backslashes."""
    place = os.path.normpath(os.path.join(table.parent, named))  # noqa: PTH118, a tenth of the time, for each row
    if "\\" in named and not os.path.lexists(place):
        return os.path.normpath(table.parent / named.replace("\\", "/"))
    return place


def _archive(table: Path, cache: Path) -> str:
    """The folder that an archive was unpacked into, if the table lies in one, else empty."""
    place, kept = table.resolve(), cache.resolve() / "unpacked"
    return str(kept / place.relative_to(kept).parts[0]) if place.is_relative_to(kept) else ""


def _shown(table: Path, line: _Line, *, archive: str) -> str:
    """The picture's path below the table's folder; above it, what follows the way up."""
    if archive and not os.path.realpath(line.file).startswith(f"{archive}/"):
        raise DataError(
            f"{table}, {line.where}: {line.named!r} lies outside of the archive that the table came in. Unpack the"
            " archive yourself if you trust it, and name the table."
        )
    inside = f"{os.path.normpath(table.parent)}/"
    if line.file.startswith(inside):
        return line.file[len(inside) :]
    parts = os.path.relpath(line.file, table.parent).split("/")
    return "/".join(part for part in parts if part != "..")


def _listed(table: Path, line: _Line, shown: str) -> SourceFile:
    about = (line.class_name, line.split, line.group)
    if os.path.isfile(line.file):  # noqa: PTH113, Path.is_file raises where a name is too long
        return disk_file(Path(line.file), shown, *about)
    class_name, *rest = about
    reason = f"{table.name}, {line.where}, names {line.named!r}, but no such file is there. Correct or remove the row."
    return refused_file(shown, class_name, reason, *rest)


def _check_any(table: Path, files: dict[str, SourceFile]) -> None:
    if files and all(file.origin is None for file in files.values()):
        first = next(iter(files))
        raise DataError(
            f"None of the {len(files)} pictures that {table} names is there, for instance {first!r}. Paths start at the"
            f" table's folder, {table.parent}. Correct them, or move the table."
        )
