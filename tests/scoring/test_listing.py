"""The words of `tinysight predict` name pictures: a folder, a pattern, a table, lines, or the picture itself."""

import io
from pathlib import Path

import pyarrow
import pytest
from pyarrow import parquet

from tinysight.errors import DataError
from tinysight.scoring.listing import Named, list_pictures, shown


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("in/b.png", "in/a.png", "in/deep/c.png", "d.png"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(b"")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def files(*words: str, column: str = "") -> list[str]:
    return [picture.file for picture in list_pictures(words, column)]


def test_words_are_taken_in_their_order() -> None:
    assert files("d.png", "in", "in/*.png") == [
        "d.png",
        "in/a.png",
        "in/b.png",
        "in/deep/c.png",
        "in/a.png",
        "in/b.png",
    ]


@pytest.mark.parametrize("ending", ["csv", "tsv", "parquet", "pq"])
def test_the_paths_of_a_table_start_where_it_lies_and_keep_their_names(ending: str) -> None:
    table = Path("in") / f"list.{ending}"
    if ending in ("csv", "tsv"):
        table.write_text("id,file_name\n1,a.png\n2,../d.png\n".replace(",", "\t" if ending == "tsv" else ","))
    else:
        parquet.write_table(pyarrow.table({"id": [1, 2], "file_name": ["a.png", "../d.png"]}), table)
    assert list(list_pictures([str(table)])) == [Named("a.png", "in/a.png"), Named("../d.png", "in/../d.png")]


def test_the_column_of_paths_may_be_named() -> None:
    Path("list.csv").write_text("path;Foto\nx;d.png\n")
    assert files("list.csv", column="Foto") == ["d.png"]
    with pytest.raises(DataError, match=r"no column 'Bild'.*--column"):
        files("list.csv", column="Bild")


def test_a_table_without_a_usual_column_says_what_it_has() -> None:
    Path("list.csv").write_text("foto,art\nd.png,x\n")
    with pytest.raises(DataError, match=r"no column with a usual name.*foto, art.*--column"):
        files("list.csv")


def test_an_empty_cell_is_named_with_its_line() -> None:
    Path("list.csv").write_text("path,art\nd.png,x\n,y\n")
    with pytest.raises(DataError, match=r"line 3: the column 'path' is empty"):
        files("list.csv")


def test_a_broken_parquet_file_is_said_in_words() -> None:
    Path("list.parquet").write_bytes(b"PAR1 no table")
    with pytest.raises(DataError, match="cannot be read as Parquet"):
        files("list.parquet")


def test_a_list_from_windows_is_understood() -> None:
    Path("list.csv").write_text("path\nin\\a.png\nin\\gone.png\n")
    assert next(list_pictures(["list.csv"])) == Named("in\\a.png", "./in/a.png")


def test_a_text_file_holds_a_path_a_line(tmp_path: Path) -> None:
    Path("in/list.txt").write_bytes(b"a.png\r\n\n  \ndeep/c.png\n" + str(tmp_path / "d.png").encode())
    assert [picture.place for picture in list_pictures(["in/list.txt"])] == [
        "in/a.png", "in/deep/c.png", str(tmp_path / "d.png")]  # fmt: skip


def test_lines_of_the_standard_input_start_here(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"in/a.png\nno\xff.png\n")))
    assert list(list_pictures(["-"])) == [Named("in/a.png", "in/a.png"), Named("no\udcff.png", "no\udcff.png")]


def test_a_name_that_is_no_utf8_is_shown_with_its_bytes() -> None:
    assert shown("no\udcff.png") == r"no\xff.png"
    assert shown("größe.png") == "größe.png"


def test_what_names_nothing_is_an_error_and_a_missing_picture_is_listed() -> None:
    with pytest.raises(DataError, match=r"phtos is not there. Name pictures, a folder"):
        files("phtos")
    with pytest.raises(DataError, match=r"No file matches 'phtos/\*.png'"):
        files("phtos/*.png")
    assert files("gone.png") == ["gone.png"]


def test_a_file_with_a_star_in_its_name_is_that_file() -> None:
    Path("a*.png").write_bytes(b"")
    Path("ab.png").write_bytes(b"")
    assert files("a*.png") == ["a*.png"]
