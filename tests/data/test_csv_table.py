"""Tables come as people save them; what cannot be read is named with its line."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tinysight.data.csv_table import Row, column_names, read_rows
from tinysight.errors import DataError

CELLS = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=8).map(str.strip).filter(bool)


def rows(path: Path, text: str | bytes, *needed: str) -> list[Row]:
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return list(read_rows(path, needed or ["path", "label"]))


@pytest.mark.parametrize("separator", [",", ";", "\t", ", "])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_separators_line_ends_and_a_bom_are_recognised(separator: str, end: str, encoding: str, tmp_path: Path) -> None:
    lines = [("path", "x", "label"), ("ä/1.png", "", "hex nut"), ("", "", ""), ('"a, b; c.png"', "3", "bolt")]
    text = end.join(separator.join(line) for line in lines) + end
    assert rows(tmp_path / "t.csv", text.encode(encoding)) == [
        Row(2, {"path": "ä/1.png", "x": "", "label": "hex nut"}),
        Row(4, {"path": "a, b; c.png", "x": "3", "label": "bolt"}),
    ]


@given(st.lists(st.tuples(CELLS, CELLS), min_size=1, max_size=4), st.sampled_from([",", ";", "\t"]))
def test_quoted_cells_come_back_whatever_they_hold(
    tmp_path_factory: pytest.TempPathFactory, cells: list[tuple[str, str]], separator: str
) -> None:
    lines = [separator.join('"' + cell.replace('"', '""') + '"' for cell in line) for line in cells]
    text = "\n".join([f"path{separator}label", *lines])
    found = rows(tmp_path_factory.mktemp("tables") / "t.csv", text)
    assert [(row.cells["path"], row.cells["label"]) for row in found] == cells


def test_a_separator_inside_the_names_of_columns_does_not_mislead(tmp_path: Path) -> None:
    text = "path;label;size (w,h,d,x)\na.png;cat;1,2,3,4\n"
    assert rows(tmp_path / "t.csv", text)[0].cells["size (w,h,d,x)"] == "1,2,3,4"


def test_a_short_line_has_empty_cells(tmp_path: Path) -> None:
    assert rows(tmp_path / "t.csv", "path,label,group\na.png,cat\n") == [
        Row(2, {"path": "a.png", "label": "cat", "group": ""})
    ]


def test_a_line_break_inside_quotes_is_part_of_the_cell(tmp_path: Path) -> None:
    assert rows(tmp_path / "t.csv", 'path,label\n"a\nb.png",cat\n')[0] == Row(3, {"path": "a\nb.png", "label": "cat"})


@pytest.mark.parametrize(
    ("text", "match"),
    [
        (b"file,label\na.png,cat\n", r"has no column 'path'. Its columns are file, label. Name it so"),
        (b"path,label,label\n", r"the column 'label' more than once"),
        (b"", r"is empty. Its first line must name the columns: path, label"),
        (b"\n  \n", r"is empty"),
        (b"path,label\n\na.png,cat,dog\n", r"line 3: 3 cells, but 2 columns. Put text that holds a separator"),
        (b"path,label\na.png,caf\xe9\n", r"line 2: not UTF-8. Save the table again as CSV in UTF-8"),
        ("path,label\na.png,café\n".encode("utf-16"), r"line 1: not UTF-8"),
        (b'path,label\n"a.png,cat\nb.png,cat\n', r"line 3: unexpected end of data"),
        (b'path,label\n"a"b.png,cat\n', r"line 2: .* expected after"),
        (b"path,label\n" + b"x" * 200_000 + b",cat\n", r"line 2: field larger than field limit"),
    ],
    ids=["no column", "twice", "empty", "blank", "too long", "latin-1", "utf-16", "open quote", "half quote", "huge"],
)
def test_a_broken_table_is_named_with_its_line_and_the_fix(text: bytes, match: str, tmp_path: Path) -> None:
    with pytest.raises(DataError, match=match):
        rows(tmp_path / "t.csv", text)


def test_a_missing_table_or_a_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"no.csv cannot be read: No such file"):
        list(read_rows(tmp_path / "no.csv", ["path"]))
    with pytest.raises(DataError, match=r"cannot be read: Is a directory"):
        list(read_rows(tmp_path, ["path"]))


def test_columns_are_known_without_reading_the_rows(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("\ufefffile; kind\nx;y\n", encoding="utf-8")
    assert column_names(tmp_path / "t.csv") == ["file", "kind"]
    (tmp_path / "picture.png").write_bytes(b"\x89PNG\r\n\x1a\n\x00\xff")
    assert column_names(tmp_path / "picture.png") == []
    assert column_names(tmp_path / "no.csv") == []
