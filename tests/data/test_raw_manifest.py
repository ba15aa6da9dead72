"""manifest.csv comes back as it was written, and a wrong one is named with its line."""

from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tinysight.data.raw_manifest import RawPicture, read_manifest, write_manifest
from tinysight.errors import DataError

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
PARTS = st.lists(TEXT.filter(lambda part: part not in ("", ".", "..") and "/" not in part), min_size=1, max_size=3)
PICTURES = st.builds(RawPicture, PARTS.map("/".join), TEXT, st.sampled_from(["", "train", "val", "test"]), TEXT, TEXT)


@example([RawPicture("\r")])
@given(st.lists(PICTURES, max_size=5, unique_by=lambda picture: picture.path))
def test_rows_come_back_as_they_were_written(tmp_path_factory: pytest.TempPathFactory, rows: list[RawPicture]) -> None:
    folder = tmp_path_factory.mktemp("raw")
    write_manifest(folder, rows)
    assert read_manifest(folder) == rows


def test_a_folder_without_the_file_has_no_rows(tmp_path: Path) -> None:
    assert read_manifest(tmp_path) == []


def test_an_origin_that_is_no_utf8_does_not_stop_an_import(tmp_path: Path) -> None:
    write_manifest(tmp_path, [RawPicture("a/1.png", origin="caf\udce9.png")])
    assert read_manifest(tmp_path) == [RawPicture("a/1.png", origin="caf?.png")]


def test_a_person_may_write_only_the_columns_that_he_needs(tmp_path: Path) -> None:
    (tmp_path / "manifest.csv").write_bytes(b"\xef\xbb\xbfpath;group\r\na/1.png;monday\r\n\r\na/2.png\r\n")
    assert read_manifest(tmp_path) == [RawPicture("a/1.png", group="monday"), RawPicture("a/2.png")]


@pytest.mark.parametrize(
    ("text", "match"),
    [
        ("file,group\na,b\n", r"no column 'path'.*columns are file, group"),
        ("path,label\na/1.png,cat\n", r"column 'label' is unknown.*Allowed are path, class_name"),
        ("path\na/1.png\n\na/1.png\n", r"line 4: 'a/1.png' stands there already"),
        ("path\n../1.png\n", r"line 2: a path must lie below"),
        ("path\n/etc/passwd\n", r"line 2: a path must lie below"),
        ("path\na//1.png\n", r"line 2: a path must lie below"),
        ("path,split\na/1.png,dev\n", r"line 2: split must be train, val, test or empty.*'dev'"),
        ("", r"is empty"),
    ],
)
def test_a_wrong_table_is_named_with_its_line_and_the_fix(text: str, match: str, tmp_path: Path) -> None:
    (tmp_path / "manifest.csv").write_text(text)
    with pytest.raises(DataError, match=match):
        read_manifest(tmp_path)
