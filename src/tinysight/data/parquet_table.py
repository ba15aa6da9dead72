"""Reads the text of a few columns of a Parquet file, some rows at a time."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from tinysight.data.csv_table import NAME_IT, Row, check_columns
from tinysight.errors import DataError

MAGIC = b"PAR1"
AT_ONCE = 65_536  # rows


def is_parquet(path: Path) -> bool:
    """Whether a file begins as Parquet files do, whatever its name."""
    try:
        with path.open("rb") as file:
            return file.read(len(MAGIC)) == MAGIC
    except OSError:
        return False


def read_parquet(path: Path, needed: Sequence[str], *, fix: str = NAME_IT) -> Iterator[Row]:
    """Reads columns as text; `line` of a Row is the number of the table's row, from 1.

    Args:
        path: the file.
        needed: the columns; text, numbers or truth values. What is missing in a row is empty.
        fix: what to do where a column is missing.

    Raises:
        DataError: if it is no Parquet file, or a column is missing or holds something else.
    """
    from pyarrow import ArrowException
    from pyarrow.parquet import ParquetFile

    try:
        with ParquetFile(path) as file:
            check_columns(path, file.schema_arrow.names, needed, fix)
            number = 0
            for batch in file.iter_batches(AT_ONCE, columns=list(dict.fromkeys(needed))):
                for cells in batch.to_pylist():
                    number += 1
                    yield Row(number, {name: _text(path, number, name, cell) for name, cell in cells.items()})
    except (ArrowException, OSError) as error:
        raise DataError(f"{path} cannot be read as Parquet: {error}. Write it again.") from None


def _text(path: Path, number: int, name: str, cell: Any) -> str:
    if cell is None or cell != cell:  # NaN is not itself
        return ""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))  # pandas makes whole numbers floats where one is missing
    if isinstance(cell, str | int | float):
        return str(cell).strip()
    raise DataError(
        f"{path}, row {number}: the column {name!r} must hold text or numbers. Received: {type(cell).__name__}."
        " Write the table with the pictures' paths, not with their bytes."
    )
