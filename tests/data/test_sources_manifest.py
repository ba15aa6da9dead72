"""A table says what its pictures show; what it says wrongly is named with its line."""

import zipfile
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from forty_pictures import forty_pictures, put
from tiny_datasets import make_params

from tinysight.data.sources.archive import unpacked
from tinysight.data.sources.source import Listing, SourceFile, list_source
from tinysight.errors import DataError, ImageError
from tinysight.params import DatasetParams

PICTURE = forty_pictures()[0].data
SIDES = ("dataset.columns.split=split", "dataset.columns.group=group")


def dataset(path: Path, *overrides: str) -> DatasetParams:
    return make_params("dataset=manifest", *overrides).dataset.model_copy(update={"path": str(path)})


def listing(root: Path, text: str, *overrides: str, pictures: str = "a.png b.png") -> Listing:
    for name in pictures.split():
        put(root, name, PICTURE)
    (root / "t.csv").write_text(text)
    return list_source(dataset(root / "t.csv", *overrides), root)


def expect_error(root: Path, text: str, match: str, *overrides: str) -> None:
    with pytest.raises(DataError, match=match):
        listing(root, text, *overrides)


def test_sides_have_the_names_that_people_give_them(tmp_path: Path) -> None:
    rows = "\n".join(f"{n}.png,{'cd'[n % 2]},{side}" for n, side in enumerate(["Train", "training", "valid", "TEST"]))
    found = listing(tmp_path, f"path,label,split\n{rows}\n", SIDES[0], pictures="0.png 1.png 2.png 3.png")
    assert [file.split for file in found.files] == ["train", "train", "val", "test"]


def test_rows_without_a_label_are_passed_over_aloud(tmp_path: Path) -> None:
    found = listing(tmp_path, "path,label\na.png,cat\nb.png,dog\nc.png,\nd.png, \n")
    assert [file.path for file in found.files] == ["a.png", "b.png"]
    assert found.notes == ["2 pictures without a label, for instance c.png: passed over."]


def test_a_picture_that_is_named_twice_with_one_label_counts_once(tmp_path: Path) -> None:
    found = listing(tmp_path, "path,label\na.png,cat\nb.png,dog\n./x/../a.png,cat\n")
    assert [file.path for file in found.files] == ["a.png", "b.png"]
    assert found.notes == ["1 picture named again with the same label, for instance ./x/../a.png: passed over."]


def test_a_picture_with_two_labels_is_listed_with_both(tmp_path: Path) -> None:
    """Validate then says that one image has two labels."""
    found = listing(tmp_path, "path,label\na.png,cat\na.png,dog\n")
    assert found.files == [SourceFile("a.png", "cat"), SourceFile("line 3/a.png", "dog")]
    assert found.files[0].read() == found.files[1].read() == PICTURE


def test_a_picture_on_two_sides_is_listed_on_both_so_that_the_audit_finds_it(tmp_path: Path) -> None:
    text = "path,label,split,group\na.png,cat,train,x\nb.png,dog,val,x\na.png,cat,test,x\n"
    found = listing(tmp_path, text, *SIDES)
    assert [(file.path, file.split) for file in found.files] == [
        ("a.png", "train"),
        ("b.png", "val"),
        ("line 4/a.png", "test"),
    ]


def test_a_row_without_its_file_is_listed_and_its_reading_says_so(tmp_path: Path) -> None:
    found = listing(tmp_path, "path,label\na.png,cat\nb.png,dog\nfar/gone.png,cat\n")
    assert (found.files[2].path, found.files[2].class_name, found.files[2].origin) == ("far/gone.png", "cat", None)
    with pytest.raises(ImageError, match=r"t.csv, line 4, names 'far/gone.png', but no such file.*Correct or remove"):
        found.files[2].read()


@pytest.mark.parametrize("name", ["x" * 300, "a\0b"])
def test_a_name_that_no_file_can_have_is_a_missing_file(name: str, tmp_path: Path) -> None:
    found = listing(tmp_path, f"path,label\na.png,cat\nb.png,dog\n{name},cat\n")
    assert sum(file.origin is None for file in found.files) == 1


def test_paths_from_windows_are_understood(tmp_path: Path) -> None:
    found = listing(tmp_path, "path,label\nx\\a.png,cat\nx\\y\\b.png,dog\n", pictures="x/a.png x/y/b.png")
    assert [file.path for file in found.files] == ["x/a.png", "x/y/b.png"]
    assert found.files[1].read() == PICTURE


def test_paths_may_leave_the_folder_of_the_user_s_own_table(tmp_path: Path) -> None:
    """Absolute ones too; what the pipeline calls them never does."""
    put(tmp_path, "elsewhere/a.png", PICTURE)
    put(tmp_path, "tables/elsewhere/a.png", b"another")
    absolute = tmp_path / "elsewhere" / "a.png"
    text = f"path,label\n../elsewhere/a.png,cat\nelsewhere/a.png,dog\n{absolute},cat\n"
    found = listing(tmp_path / "tables", text)
    assert [(file.path, file.class_name) for file in found.files] == [
        ("elsewhere/a.png", "cat"),
        ("line 3/elsewhere/a.png", "dog"),
    ]
    assert [file.read() for file in found.files] == [PICTURE, b"another"]


def from_archive(root: Path, named: str) -> Listing:
    files = {"set/tables/t.csv": f"path,label\n{named},cat\n../b.png,dog\n".encode(), "set/b.png": PICTURE}
    with zipfile.ZipFile(root / "set.zip", "w") as packed:
        for path, content in files.items():
            packed.writestr(path, content)
    cache = root / ".tinysight" / "cache"
    return list_source(dataset(unpacked(root / "set.zip", cache) / "tables" / "t.csv"), root)


@pytest.mark.parametrize("path", ["../../../../../../secret.png", "{}/secret.png", "../../../t.csv"])
def test_a_table_from_an_archive_may_not_leave_it(path: str, tmp_path: Path) -> None:
    put(tmp_path, "secret.png", PICTURE)
    with pytest.raises(DataError, match=r"line 2: .* lies outside of the archive that the table came in"):
        from_archive(tmp_path, path.format(tmp_path))


def test_a_table_from_an_archive_may_look_round_in_it(tmp_path: Path) -> None:
    assert [file.path for file in from_archive(tmp_path, "../gone.png").files] == ["b.png", "gone.png"]


def test_the_only_table_of_a_folder_is_found(tmp_path: Path) -> None:
    listing(tmp_path, "path,label\na.png,cat\nb.png,dog\n")
    assert len(list_source(dataset(tmp_path), tmp_path).files) == 2
    (tmp_path / "u.tsv").write_text("")
    with pytest.raises(DataError, match=r"is a folder; its tables are: t.csv, u.tsv. Name one in dataset.path"):
        list_source(dataset(tmp_path), tmp_path)
    (tmp_path / "t.csv").rename(tmp_path / "manifest.csv")
    assert len(list_source(dataset(tmp_path), tmp_path).files) == 2


def test_a_parquet_table_names_rows(tmp_path: Path) -> None:
    pq.write_table(pa.table({"path": ["a.png", "b.png"], "label": [1, 2], "split": ["train", "dev"]}), tmp_path / "t")
    with pytest.raises(DataError, match=r"t, row 2: a side must be train.*Received: 'dev'"):
        list_source(dataset(tmp_path / "t", SIDES[0]), tmp_path)


@pytest.mark.parametrize(
    ("text", "match"),
    [
        ("file,label\na.png,cat\n", r"no column 'path'. Its columns are file, label.*or set dataset.columns"),
        ("path,label\na.png,cat\n", r"no column 'split'.*or set dataset.columns"),
        ("path,label,split,group\na.png,cat,dev,\n", r"line 2: a side must be train.*'dev'.*dataset.columns.split"),
        ("path,label,split,group\n,cat,,\n", r"line 2: the column 'path' is empty"),
        ("path,label,split,group\nx.png,cat,,\ny.png,dog,,\n", r"None of the 2 pictures.*'x.png'. Paths start at"),
        ("path,label,split,group\na.png,,,\n", r"no labelled pictures. 1 picture without a label"),
        ("path,label,split,group\n", r"no labelled pictures"),
        ("", r"is empty"),
    ],
)
def test_a_wrong_table_is_one_clear_error(text: str, match: str, tmp_path: Path) -> None:
    expect_error(tmp_path, text, match, *SIDES)


def test_a_missing_table_or_an_empty_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"no.csv is missing. Name a CSV or Parquet file"):
        list_source(dataset(tmp_path / "no.csv"), tmp_path)
    with pytest.raises(DataError, match=r"is a folder; its tables are: none"):
        list_source(dataset(tmp_path), tmp_path)


def test_a_picture_in_the_table_s_place_is_no_table(tmp_path: Path) -> None:
    put(tmp_path, "a.png", PICTURE)
    with pytest.raises(DataError, match=r"a.png, line 1: not UTF-8"):
        list_source(dataset(tmp_path / "a.png"), tmp_path)
