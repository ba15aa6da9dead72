"""What holds for the pictures of any source: groups by their paths, sides that are missing, too few classes."""

from pathlib import Path

import pytest
from PIL import Image
from tiny_datasets import make_params

from tinysight.data.sources import folder
from tinysight.data.sources.source import Listing, SourceFile, free_train, give_groups, list_source
from tinysight.errors import DataError


def listing(*files: SourceFile) -> Listing:
    return Listing(files, notes=["before"])


def test_a_pattern_finds_the_groups_in_the_paths() -> None:
    files = [SourceFile("cat/anna_1.png", "cat"), SourceFile("cat/anna_2.png", "cat"), SourceFile("dog/bob_1.png", "d")]
    found = give_groups(listing(*files), r"/(\w+)_")
    assert [file.group for file in found.files] == ["anna", "anna", "bob"]
    assert found.notes == ["before"]


def test_a_group_that_the_source_gave_stays() -> None:
    given = SourceFile("cat/anna_1.png", "cat", group="session 3")
    found = give_groups(listing(given, SourceFile("cat/bob_1.png", "cat")), r"/(\w+)_")
    assert [file.group for file in found.files] == ["session 3", "bob"]


def test_paths_without_the_pattern_are_noted_and_stand_alone() -> None:
    found = give_groups(listing(SourceFile("a/p1_1.png", "a"), SourceFile("a/x.png", "a")), r"(p\d)?_")
    assert [file.group for file in found.files] == ["p1", ""]
    assert found.notes[-1] == "group_pattern finds no group in 1 of 2 paths, for instance 'a/x.png'."


def test_a_pattern_that_finds_nothing_at_all_is_an_error() -> None:
    """Else the split would be of single pictures, and the scores too good."""
    with pytest.raises(DataError, match=r"patient.*no group in any path, for instance 'a/x.png'.*set it to null"):
        give_groups(listing(SourceFile("a/x.png", "a")), r"patient(\d+)")


@pytest.mark.parametrize(
    ("sides", "kept", "note"),
    [
        (["train", "test"], ["", "test"], "no val side"),
        (["train", "val"], ["", "val"], "no test side"),
        (["train", "train"], ["", ""], "no val and no test side"),
        (["train", "val", "test"], ["train", "val", "test"], "before"),
        (["train", "", "test"], ["train", "", "test"], "before"),
        (["", "test"], ["", "test"], "before"),
    ],
)
def test_a_side_that_the_source_lacks_is_taken_from_its_train_side(
    sides: list[str], kept: list[str], note: str
) -> None:
    found = free_train(listing(*(SourceFile(f"{n}.png", "a", side) for n, side in enumerate(sides))))
    assert [file.split for file in found.files] == kept
    assert note in found.notes[-1]


def test_one_class_is_too_few_unless_it_is_added_to_others(tmp_path: Path) -> None:
    (tmp_path / "cats").mkdir()
    Image.new("RGB", (4, 4)).save(tmp_path / "cats" / "1.png")
    dataset = make_params("dataset=folder").dataset.model_copy(update={"path": str(tmp_path)})
    assert len(list_source(dataset, tmp_path, least_classes=1).files) == 1
    with pytest.raises(DataError, match=r"one class only: cats. At least two are needed. Add pictures"):
        list_source(dataset, tmp_path)


def test_the_folder_around_the_right_one_is_recognised(tmp_path: Path) -> None:
    for name in ("cat", "dog"):
        (tmp_path / "images" / name).mkdir(parents=True)
        Image.new("RGB", (4, 4)).save(tmp_path / "images" / name / "1.png")
    dataset = make_params("dataset=folder").dataset.model_copy(update={"path": str(tmp_path)})
    with pytest.raises(DataError, match=rf"Did you mean {tmp_path / 'images'}\?"):
        list_source(dataset, tmp_path)


def test_two_files_of_one_path_are_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A stage finds a picture's file by its path."""
    files = [SourceFile("a/1.png", "a"), SourceFile("b/1.png", "b"), SourceFile("a/1.png", "b")]
    monkeypatch.setattr(folder, "list_files", lambda dataset, root: listing(*files))
    with pytest.raises(DataError, match=r"names 'a/1.png' twice"):
        list_source(make_params("dataset=folder").dataset, tmp_path)
