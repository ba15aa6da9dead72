"""A Parquet table gives text, whatever types pandas chose."""

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tinysight.data.parquet_table import is_parquet, read_parquet
from tinysight.errors import DataError


def table(path: Path, /, **columns: pa.Array) -> Path:
    pq.write_table(pa.table(columns), path)
    return path


def test_text_numbers_and_gaps_become_text(tmp_path: Path) -> None:
    path = table(
        tmp_path / "t",
        path=pa.array([" a.png", "b.png", None]),
        label=pa.array([3.0, 2.5, None]),
        group=pa.array([7, 8, 9]),
        nan=pa.array([float("nan"), 1.0, 2.0]),
    )
    assert [row.cells for row in read_parquet(path, ["path", "label", "group", "nan"])] == [
        {"path": "a.png", "label": "3", "group": "7", "nan": ""},
        {"path": "b.png", "label": "2.5", "group": "8", "nan": "1"},
        {"path": "", "label": "", "group": "9", "nan": "2"},
    ]


def test_rows_are_numbered_over_all_batches(tmp_path: Path) -> None:
    path = table(tmp_path / "t", path=pa.array([str(n) for n in range(70_000)]))
    assert [row.line for row in read_parquet(path, ["path"])] == [*range(1, 70_001)]


def test_a_file_is_known_by_its_content(tmp_path: Path) -> None:
    assert is_parquet(table(tmp_path / "t.csv", path=pa.array(["a"])))
    (tmp_path / "t.parquet").write_text("path\na\n")
    assert not is_parquet(tmp_path / "t.parquet")
    assert not is_parquet(tmp_path)


def test_a_missing_column_is_named_with_those_that_are_there(tmp_path: Path) -> None:
    path = table(tmp_path / "t", file=pa.array(["a"]), label=pa.array(["b"]))
    with pytest.raises(DataError, match=r"no column 'path'. Its columns are file, label"):
        list(read_parquet(path, ["path"]))


def test_pictures_inside_the_table_are_refused_with_what_to_do(tmp_path: Path) -> None:
    """As Hugging Face keeps them."""
    path = table(tmp_path / "t", image=pa.array([{"bytes": b"x", "path": "a.png"}]))
    with pytest.raises(DataError, match=r"row 1: the column 'image' must hold text or numbers. Received: dict.*paths"):
        list(read_parquet(path, ["image"]))


@pytest.mark.parametrize("keep", [4, 100, -20])
def test_a_damaged_file_is_one_clear_error(keep: int, tmp_path: Path) -> None:
    path = table(tmp_path / "t", path=pa.array(["a" * 50] * 50))
    path.write_bytes(path.read_bytes()[:keep])
    with pytest.raises(DataError, match=r"cannot be read as Parquet: .*Write it again"):
        list(read_parquet(path, ["path"]))
