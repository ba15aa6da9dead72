"""A file is whole or not there, and what stood in its place stays until then."""

from pathlib import Path

import pytest

from tinysight.whole_file import whole, write_table, write_whole


def fail_half_way(draft: Path) -> None:
    draft.write_text("half")
    raise ZeroDivisionError


def test_a_block_that_fails_leaves_what_was_there(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    write_whole(path, "old")
    with pytest.raises(ZeroDivisionError), whole(path) as draft:
        fail_half_way(draft)
    assert path.read_text() == "old"


def test_text_and_bytes_are_written_as_they_are(tmp_path: Path) -> None:
    write_whole(tmp_path / "a", "é\n")
    write_whole(tmp_path / "b", b"\x00")
    assert (tmp_path / "a").read_bytes() == b"\xc3\xa9\n"
    assert (tmp_path / "b").read_bytes() == b"\x00"
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a", "b"]


def test_a_table_has_its_header_also_without_rows(tmp_path: Path) -> None:
    write_table(tmp_path / "t.csv", ["path", "reason"], [])
    assert (tmp_path / "t.csv").read_bytes() == b"path,reason\n"


def test_a_file_name_that_ends_in_a_carriage_return_stays_in_one_row(tmp_path: Path) -> None:
    """As macOS calls the file that holds a folder's icon."""
    write_table(tmp_path / "t.csv", ["path", "reason"], [["Icon\r", "empty"], ["a", "b"]])
    assert (tmp_path / "t.csv").read_bytes() == b'path,reason\n"Icon\r","empty"\na,b\n'
