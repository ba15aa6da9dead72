"""Reads tables that people and programs wrote as CSV: commas, semicolons or tabs, UTF-8 with or without a BOM."""

import csv
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple, TextIO

from tinysight.errors import DataError

SEPARATORS = (",", ";", "\t")
SAVE_AGAIN = "Save the table again as CSV in UTF-8."
NAME_IT = "Name it so in the table's first line."


class Row(NamedTuple):
    """One line of a table.

    Attributes:
        line: where it ends in the file, from 1.
        cells: the text of each column; empty where the line is short.
    """

    line: int
    cells: Mapping[str, str]


def read_rows(
    path: Path, needed: Sequence[str], *, only: Sequence[str] = (), exact: bool = False, fix: str = NAME_IT
) -> Iterator[Row]:
    """Reads a table line by line, in bounded memory; empty lines are passed over.

    Args:
        path: the table; its first line names the columns.
        needed: columns that it must have. They also tell the separator.
        only: all columns that it may have; any if empty.
        exact: keep the blanks around a cell.
        fix: what to do where a column is missing.

    Raises:
        DataError: if the file cannot be read, a column is missing, or a line is broken: with its number.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            separator = _separator(file, needed)
            reader = csv.reader(file, delimiter=separator, strict=True, skipinitialspace=not exact)
            columns: list[str] = []
            for cells in _each(reader, path, exact=exact):
                if not columns:
                    columns = [cell.strip() for cell in cells]
                    check_columns(path, columns, needed, fix)
                    _check_known(path, columns, only)
                else:
                    yield Row(reader.line_num, _named(path, reader.line_num, columns, cells, exact=exact))
    except UnicodeDecodeError:
        raise DataError(f"{path}, line {_broken_line(path)}: not UTF-8. {SAVE_AGAIN}") from None
    except OSError as error:
        raise DataError(f"{path} cannot be read: {error.strerror}. Name a CSV file that you may read.") from None
    if not columns:
        raise DataError(f"{path} is empty. Its first line must name the columns: {', '.join(needed)}.")


def column_names(path: Path, needed: Sequence[str] = ()) -> list[str]:
    """The columns that the first line of a table names; none where it cannot be read as one."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            separator = _separator(file, needed)
            return [cell.strip() for cell in next(csv.reader(file, delimiter=separator), [])]
    except (OSError, UnicodeDecodeError, csv.Error):
        return []


def _separator(file: TextIO, needed: Sequence[str]) -> str:
    """The one that gives most of the needed columns, then most columns; the file is rewound."""
    first = next((line for line in file if line.strip()), "")
    file.seek(0)

    def fit(separator: str) -> tuple[int, int]:
        cells = [cell.strip().strip('"') for cell in first.split(separator)]
        return len({*needed} & {*cells}), len(cells)

    return max(SEPARATORS, key=fit)


def _each(reader: Iterator[list[str]], path: Path, *, exact: bool) -> Iterator[list[str]]:
    try:
        for cells in reader:
            if any(cell if exact else cell.strip() for cell in cells):
                yield cells
    except csv.Error as error:
        line = getattr(reader, "line_num", 0)
        raise DataError(f"{path}, line {line}: {error}. {SAVE_AGAIN}") from None


def check_columns(path: Path, columns: Sequence[str], needed: Sequence[str], fix: str = NAME_IT) -> None:
    """Makes sure that a table has what it must have, each once.

    Raises:
        DataError: if not.
    """
    found = f"Its columns are {', '.join(columns)}"
    missing = [name for name in needed if name not in columns]
    if missing:
        raise DataError(f"{path} has no column {missing[0]!r}. {found}. {fix}")
    twice = [name for name in columns if name and columns.count(name) > 1]
    if twice:
        raise DataError(f"{path} has the column {twice[0]!r} more than once. {found}. Rename or remove one.")


def _check_known(path: Path, columns: Sequence[str], only: Sequence[str]) -> None:
    unknown = [name for name in columns if only and name not in only]
    if unknown:
        raise DataError(f"{path}: the column {unknown[0]!r} is unknown. Allowed are {', '.join(only)}. Remove it.")


def _named(path: Path, line: int, columns: Sequence[str], cells: Sequence[str], *, exact: bool) -> dict[str, str]:
    if len(cells) > len(columns):
        raise DataError(
            f"{path}, line {line}: {len(cells)} cells, but {len(columns)} columns. Put text that holds"
            " a separator into double quotes."
        )
    filled = [*cells, *[""] * (len(columns) - len(cells))]
    return {name: cell if exact else cell.strip() for name, cell in zip(columns, filled, strict=True)}


def _broken_line(path: Path) -> int:
    with path.open("rb") as file:
        for number, line in enumerate(file, start=1):
            try:
                line.decode()
            except UnicodeDecodeError:
                return number
    return 1
