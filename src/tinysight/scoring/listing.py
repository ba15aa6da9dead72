"""Which pictures the words of `tinysight predict` name: folders, patterns, tables of paths, files."""

import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from tinysight.data.csv_table import column_names, read_rows
from tinysight.data.parquet_table import is_parquet, read_parquet
from tinysight.data.sources.disk import readable
from tinysight.data.table_columns import USUAL
from tinysight.errors import DataError
from tinysight.scoring.folder_order import walk_in_order
from tinysight.scoring.pattern import is_pattern, matching

TABLES, TEXTS, STDIN = (".csv", ".tsv", ".parquet", ".pq"), (".txt", ".lst"), "-"


class Named(NamedTuple):
    """One picture to be classified.

    Attributes:
        file: what the answers call it: its path, or what the table says.
        place: where it is read.
    """

    file: str
    place: str


def list_pictures(words: Iterable[str], column: str = "") -> Iterator[Named]:
    """The pictures that words name, in the words' order, one by one.

    Args:
        words: each a picture, a folder, a pattern, a table (CSV, TSV, Parquet), a text file with a path in each line,
            or `-` for such lines on the standard input.
        column: that of the tables that holds the paths; by default one with a usual name.

    Raises:
        DataError: if a word names nothing, or a table cannot be read.
    """
    for word in words:
        yield from _named_by(word, column)


def _named_by(word: str, column: str) -> Iterator[Named]:
    suffix = os.path.splitext(word)[1].lower()  # noqa: PTH122, Path("-") and Path("") are something else
    if word == STDIN:
        return _lines(sys.stdin.buffer, "")
    if os.path.isdir(word):  # noqa: PTH112, a name may be too long for a Path
        return _at_their_place(walk_in_order(word))
    if os.path.isfile(word) and suffix in TABLES:  # noqa: PTH113
        return _rows(Path(word), column)
    if os.path.isfile(word) and suffix in TEXTS:  # noqa: PTH113
        return _text_file(Path(word))
    if not os.path.lexists(word) and is_pattern(word):
        return _at_their_place(_some(word, matching(word)))
    if not os.path.lexists(word) and not suffix:
        raise DataError(
            f"{word} is not there. Name pictures, a folder, a pattern in quotes ('photos/**/*.jpg'), a table with a"
            " column of paths, or - for a path in each line of the standard input."
        )
    return _at_their_place([word])


def _at_their_place(paths: Iterable[str]) -> Iterator[Named]:
    return (Named(path, path) for path in paths)


def _some(pattern: str, paths: Iterator[str]) -> Iterator[str]:
    found = False
    for path in paths:
        found = True
        yield path
    if not found:
        raise DataError(f"No file matches {pattern!r}. A folder is named without a pattern; ** stands for any depth.")


def _rows(table: Path, column: str) -> Iterator[Named]:
    name, folder = column or _usual_column(table), str(table.parent)
    for row in (read_parquet if is_parquet(table) else read_rows)(table, [name], fix="Name it with --column."):
        cell = row.cells[name]
        if not cell:
            raise DataError(f"{table}, row or line {row.line}: the column {name!r} is empty. Name a picture there.")
        yield Named(cell, _place(folder, cell))


def _usual_column(table: Path) -> str:
    names = _parquet_columns(table) if is_parquet(table) else column_names(table)
    plain = {name.lower(): name for name in reversed(names)}
    found = next((plain[usual] for usual in USUAL["path"] if usual in plain), None)
    if found is None:
        raise DataError(
            f"{table} has no column with a usual name for paths ({', '.join(USUAL['path'])}). Its columns are"
            f" {', '.join(names) or 'none'}. Say which one it is with --column."
        )
    return found


def _parquet_columns(table: Path) -> Sequence[str]:
    from pyarrow import ArrowException
    from pyarrow.parquet import read_schema

    try:
        return list(read_schema(table).names)
    except (ArrowException, OSError) as error:
        raise DataError(f"{table} cannot be read as Parquet: {error}. Write it again.") from None


def _text_file(path: Path) -> Iterator[Named]:
    with path.open("rb") as file:
        yield from _lines(file, str(path.parent))


def _lines(lines: Iterable[bytes], folder: str) -> Iterator[Named]:
    for line in lines:
        name = os.fsdecode(line.rstrip(b"\r\n"))
        if name.strip():
            yield Named(name, _place(folder, name))


def _place(folder: str, name: str) -> str:
    """Where a file lies that a list in a folder names; a list from Windows has backslashes."""
    place = os.path.join(folder, name)  # noqa: PTH118, a tenth of the time, for each row
    if "\\" in name and not os.path.lexists(place):
        return os.path.join(folder, name.replace("\\", "/"))  # noqa: PTH118
    return place


def shown(file: str) -> str:
    """A picture's name as text that any table holds."""
    return readable(file)
