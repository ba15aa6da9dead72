"""Roboflow's exports are read with what they hold beyond one label a picture: none, several, augmented copies."""

from pathlib import Path

import pytest
from forty_pictures import forty_pictures, put
from tiny_datasets import make_params

from tinysight.data.sources.source import Listing, list_source
from tinysight.errors import DataError, ImageError

PICTURE = forty_pictures()[0].data


def listing(root: Path, *overrides: str) -> Listing:
    for side in ("valid", "test"):
        put(root, f"{side}/a/{side}.jpg", PICTURE)
        put(root, f"{side}/b/{side}.jpg", PICTURE)
    return list_source(make_params("dataset=roboflow", f"dataset.path={root}", *overrides).dataset, root)


def table(root: Path, text: str, *names: str) -> Path:
    put(root, "train/_classes.csv", text.encode())
    for name in names:
        put(root, f"train/{name}", PICTURE)
    return root


def train(found: Listing) -> dict[str, str]:
    return {file.path: file.class_name for file in found.files if file.split == "train"}


def test_pictures_of_no_class_and_of_several_are_passed_over_aloud(tmp_path: Path) -> None:
    rows = "filename, Unlabeled, a, b\n1.jpg, 0, 1, 0\n2.jpg, 0, 1, 1\n3.jpg, 0, 0, 0\n4.jpg, 1, 0, 0"
    found = listing(table(tmp_path, rows, "1.jpg", "2.jpg", "3.jpg", "4.jpg", "5.jpg"))
    assert train(found) == {"train/1.jpg": "a"}
    assert found.class_names == ["a", "b"]
    assert found.notes == [
        (
            "1 picture of several classes, for instance train/2.jpg: passed over,"
            " since tinysight tells one class from the others."
        ),
        "2 pictures without a label, for instance train/3.jpg: passed over.",
        "1 picture that _classes.csv does not name, for instance train/5.jpg: passed over.",
    ]


def test_a_picture_on_two_lines_has_the_classes_of_both(tmp_path: Path) -> None:
    found = listing(table(tmp_path, "filename, a, b\n1.jpg, 1, 0\n1.jpg, 0, 1\n2.jpg, 0, 1\n", "1.jpg", "2.jpg"))
    assert train(found) == {"train/2.jpg": "b"}
    assert "1 picture of several classes" in found.notes[0]


def test_a_picture_that_is_named_but_missing_is_listed_and_its_reading_says_so(tmp_path: Path) -> None:
    found = listing(table(tmp_path, "filename, a, b\n1.jpg, 1, 0\n"))
    with pytest.raises(ImageError, match=r"_classes.csv names this file, but it is not there"):
        next(file for file in found.files if file.path == "train/1.jpg").read()


def test_the_folder_of_unlabelled_pictures_is_no_class(tmp_path: Path) -> None:
    for name in ("a", "b", "Unlabeled"):
        put(tmp_path, f"train/{name}/{name}.jpg", PICTURE)
    found = listing(tmp_path)
    assert train(found) == {"train/a/a.jpg": "a", "train/b/b.jpg": "b"}
    assert found.class_names == ["a", "b"]
    assert found.notes == ["1 picture without a label, for instance train/Unlabeled/Unlabeled.jpg: passed over."]


def write_copies(root: Path) -> Path:
    for name in ("x_jpg.rf.0a1.jpg", "x_jpg.rf.0b2.jpg", "y_jpg.rf.0c3.jpg", "plain.jpg"):
        put(root, f"train/a/{name}", PICTURE)
    put(root, "valid/a/x_jpg.rf.0d4.jpg", PICTURE)  # another picture of the same name: its copies would be on train
    return root


def test_augmented_copies_of_a_picture_are_a_group(tmp_path: Path) -> None:
    groups = {file.path: file.group for file in listing(write_copies(tmp_path)).files if file.group}
    assert groups == {"train/a/x_jpg.rf.0a1.jpg": "train/x_jpg", "train/a/x_jpg.rf.0b2.jpg": "train/x_jpg"}


def test_a_pattern_of_the_user_comes_before_the_copies(tmp_path: Path) -> None:
    found = listing(write_copies(tmp_path), "dataset.group_pattern='/(x|y)_'")
    assert {file.group for file in found.files} == {"", "x", "y"}


@pytest.mark.parametrize(
    ("text", "match"),
    [
        (
            "Pixel Value, Class\n0, background\n",
            r"not of a classification export.*Pixel Value, Class.*Folder Structure",
        ),
        ("filename, a, b\n1.jpg, yes, 0\n", r"line 2: the column 'a' must hold 0 or 1. Received: 'yes'"),
        ("filename, a, b\n1.jpg, 1\n", r"line 2: the column 'b' must hold 0 or 1. Received: ''"),
        ("filename, a, b\n../../x.jpg, 1, 0\n", r"must lie beside the table. Received: '../../x.jpg'"),
        ("filename, a, b\n, 1, 0\n", r"must lie beside the table. Received: ''"),
        ("", r"_classes.csv is empty"),
    ],
)
def test_a_table_that_roboflow_did_not_write_so_is_refused(text: str, match: str, tmp_path: Path) -> None:
    with pytest.raises(DataError, match=match):
        listing(table(tmp_path, text))


def test_a_table_that_is_no_utf8_is_refused_with_its_line(tmp_path: Path) -> None:
    put(tmp_path, "train/_classes.csv", "filename, a, b\ncafé.jpg, 1, 0\n".encode("latin-1"))
    with pytest.raises(DataError, match=r"_classes.csv, line 2: not UTF-8"):
        listing(tmp_path)
