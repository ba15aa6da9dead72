"""A folder that is divided already keeps its sides; what has no label is passed over aloud."""

from pathlib import Path

import pytest
from forty_pictures import forty_pictures, put
from tiny_datasets import make_params

from tinysight.data.sources.source import Listing, list_source
from tinysight.errors import DataError

PICTURE = forty_pictures()[0].data


def listing(root: Path, *paths: str) -> Listing:
    for path in paths:
        put(root, path, PICTURE)
    return list_source(make_params("dataset=divided", f"dataset.path={root}").dataset, root)


@pytest.mark.parametrize(
    ("train", "val", "test"),
    [("train", "val", "test"), ("Training", "valid", "TESTING"), ("training_set", "validation", "test_set")],
)
def test_the_sides_have_the_names_that_people_give_them(train: str, val: str, test: str, tmp_path: Path) -> None:
    found = listing(tmp_path, f"{train}/a/1.png", f"{train}/b/x/2.png", f"{val}/a/1.png", f"{test}/b/1.png")
    assert {file.path: (file.class_name, file.split) for file in found.files} == {
        f"{train}/a/1.png": ("a", "train"),
        f"{train}/b/x/2.png": ("b", "train"),
        f"{val}/a/1.png": ("a", "val"),
        f"{test}/b/1.png": ("b", "test"),
    }


def test_two_folders_of_one_side_are_one_side(tmp_path: Path) -> None:
    found = listing(tmp_path, "train/a/1.png", "train/b/1.png", "val/a/1.png", "valid/a/1.png", "test/a/1.png")
    assert [file.split for file in found.files] == ["test", "train", "train", "val", "val"]


def test_without_a_val_folder_it_is_taken_from_train(tmp_path: Path) -> None:
    found = listing(tmp_path, "train/a/1.png", "train/b/1.png", "test/a/1.png")
    assert [file.split for file in found.files] == ["test", "", ""]
    assert found.notes == ["The source has no val side: the pictures of its train side are divided for it."]


def test_a_test_folder_without_classes_is_passed_over(tmp_path: Path) -> None:
    """As competitions give it."""
    found = listing(tmp_path, "train/a/1.png", "train/b/1.png", "test/1.png", "test/2.png")
    assert [file.path for file in found.files] == ["train/a/1.png", "train/b/1.png"]
    assert found.notes[0] == (
        "2 pictures outside of class folders, for instance test/1.png: passed over, since nothing says what they show."
    )


def test_what_is_beside_the_sides_is_passed_over(tmp_path: Path) -> None:
    paths = ["train/a/1.png", "train/b/1.png", "val/a/1.png", "test/a/1.png"]
    found = listing(tmp_path, *paths, "unsorted/1.png", "papers/notes.txt", "cover.jpg", "README.md")
    assert len(found.files) == 4
    assert found.notes == [
        "1 folder beside the sides, for instance unsorted: passed over.",
        "1 picture beside the sides, for instance cover.jpg: passed over.",
    ]


def test_a_class_without_a_picture_is_named(tmp_path: Path) -> None:
    (tmp_path / "train" / "c").mkdir(parents=True)
    found = listing(tmp_path, "train/a/1.png", "train/b/1.png", "val/a/1.png", "test/a/1.png")
    assert found.class_names == ["a", "b", "c"]


@pytest.mark.parametrize(
    ("paths", "match"),
    [
        (["cat/1.png", "dog/1.png"], r"no train folder; its folders are: cat, dog.*`dataset=folder` reads"),
        (["test/cat/1.png", "val/dog/1.png"], r"no train folder; its folders are: test, val"),
        (["images/train/cat/1.png", "images/test/cat/1.png"], r"no train folder.*Did you mean .*/images\?"),
        (["notes.txt"], r"its folders are: none.*must hold folders train, val"),
        (["train/1.png"], r"no labelled pictures. 1 picture outside of class folders, for instance train/1.png"),
    ],
)
def test_a_folder_that_is_not_divided_is_told_what_it_lacks(paths: list[str], match: str, tmp_path: Path) -> None:
    with pytest.raises(DataError, match=match):
        listing(tmp_path, *paths)


def test_a_missing_folder_or_a_file_in_its_place_is_named(tmp_path: Path) -> None:
    dataset = make_params("dataset=divided", f"dataset.path={tmp_path / 'x'}").dataset
    with pytest.raises(DataError, match="x is missing"):
        list_source(dataset, tmp_path)
    (tmp_path / "x").write_text("a file")
    with pytest.raises(DataError, match="x is not a folder"):
        list_source(dataset, tmp_path)
