"""A folder's class folders are its classes; what cannot be one is named in one clear line."""

import os
from pathlib import Path

import pytest
from PIL import Image
from tiny_datasets import make_params

from tinysight.data.raw_manifest import RawPicture, write_manifest
from tinysight.data.sources import disk
from tinysight.data.sources.folder import list_folder
from tinysight.data.sources.source import Listing, SourceFile, list_source
from tinysight.errors import DataError, ImageError

PARAMS = make_params("dataset=folder").dataset


def touch(root: Path, *paths: str) -> Path:
    for path in paths:
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        Image.new("RGB", (4, 4)).save(root / path, "PNG")
    return root


def listed(root: Path) -> dict[str, str]:
    return {file.path: file.class_name for file in list_folder(root)}


def test_the_first_folder_is_the_class_at_any_depth(tmp_path: Path) -> None:
    touch(tmp_path / "data" / "raw", "dog/1.png", "cat/2024/monday/2.png", "cat/1.PNG", "cat/no suffix")
    files = list_source(PARAMS, tmp_path).files
    assert [(file.path, file.class_name) for file in files] == [
        ("cat/1.PNG", "cat"),
        ("cat/2024/monday/2.png", "cat"),
        ("cat/no suffix", "cat"),
        ("dog/1.png", "dog"),
    ]
    assert files[0].read() == (tmp_path / "data/raw/cat/1.PNG").read_bytes()
    assert (files[0].split, files[0].group) == ("", "")


def test_what_desktops_and_labelling_programs_leave_is_passed_over(tmp_path: Path) -> None:
    touch(tmp_path, "a/1.png", "b/1.png")
    for path in ("a/.DS_Store", "a/Thumbs.db", "a/1.txt", "a/labels.CSV", ".gitignore", "README.md", ".hidden/1.png"):
        touch(tmp_path, path)
    touch(tmp_path, "a/.cache/1.png", "empty/notes.txt")
    (tmp_path / "really empty").mkdir()
    assert listed(tmp_path) == {"a/1.png": "a", "b/1.png": "b"}


def test_pictures_that_cannot_be_read_are_listed_so_that_someone_hears_of_them(tmp_path: Path) -> None:
    touch(tmp_path, "a/1.png", "b/1.png", "b/phone.HEIC")
    assert "b/phone.HEIC" in listed(tmp_path)


def test_links_to_files_and_folders_are_followed(tmp_path: Path) -> None:
    root = touch(tmp_path / "root", "a/1.png", "b/1.png")
    touch(tmp_path / "elsewhere", "2.png", "deep/3.png")
    (root / "a" / "2.png").symlink_to(tmp_path / "elsewhere" / "2.png")
    (root / "c").symlink_to(tmp_path / "elsewhere")
    assert listed(root) == {
        "a/1.png": "a",
        "a/2.png": "a",
        "b/1.png": "b",
        "c/2.png": "c",
        "c/deep/3.png": "c",
    }


def test_a_link_back_to_its_own_folder_does_not_go_round_for_ever(tmp_path: Path) -> None:
    touch(tmp_path, "a/x/1.png", "b/1.png")
    (tmp_path / "a" / "x" / "up").symlink_to(tmp_path / "a")
    (tmp_path / "b" / "root").symlink_to(tmp_path)
    paths = set(listed(tmp_path))
    assert {"a/x/1.png", "b/1.png"} <= paths
    assert len(paths) < 10


def test_a_link_to_nothing_is_listed_and_its_reading_says_why(tmp_path: Path) -> None:
    touch(tmp_path, "a/1.png", "b/1.png")
    (tmp_path / "a" / "gone.png").symlink_to(tmp_path / "nowhere.png")
    gone = next(file for file in list_folder(tmp_path) if file.path == "a/gone.png")
    with pytest.raises(ImageError, match="No such file") as caught:
        gone.read()
    assert caught.value.reason == "broken"


def test_a_file_larger_than_any_picture_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(disk, "LARGEST_FILE", 10)
    touch(tmp_path, "a/1.png", "b/1.png")
    with pytest.raises(ImageError, match="at most 10 are allowed"):
        list_folder(tmp_path)[0].read()


def test_a_folder_in_a_picture_place_is_no_file(tmp_path: Path) -> None:
    touch(tmp_path, "a/1.png", "b/1.png")
    (tmp_path / "a" / "folder.png").mkdir()
    assert "a/folder.png" not in listed(tmp_path)


def expect_error(root: Path, match: str) -> None:
    with pytest.raises(DataError, match=match):
        list_folder(root)


def test_a_missing_folder_is_named_with_the_fix(tmp_path: Path) -> None:
    expect_error(tmp_path / "no", r"no is missing.*tinysight import DIR")


def test_a_file_in_the_folder_s_place_is_named(tmp_path: Path) -> None:
    expect_error(touch(tmp_path, "a.png") / "a.png", "is not a folder")


def test_an_empty_folder_is_named_with_the_fix(tmp_path: Path) -> None:
    expect_error(tmp_path, "holds no pictures in class folders.*one folder for each class")


def test_one_class_only_is_not_enough(tmp_path: Path) -> None:
    expect_error(touch(tmp_path, "cats/1.png"), "one class only: cats")
    assert [file.class_name for file in list_folder(tmp_path, least_classes=1)] == ["cats"]


def test_the_folder_around_the_right_one_is_recognised(tmp_path: Path) -> None:
    touch(tmp_path, "images/cat/1.png", "images/dog/1.png")
    expect_error(tmp_path, rf"one class only: images.*Did you mean {tmp_path / 'images'}\?")


def test_sides_of_a_split_are_no_classes(tmp_path: Path) -> None:
    expect_error(
        touch(tmp_path, "Train/cat/1.png", "test/cat/2.png"),
        r"divided already.*Train, test.*dataset=divided.*tinysight import",
    )


def test_pictures_beside_the_class_folders_are_an_error_with_the_fix(tmp_path: Path) -> None:
    expect_error(touch(tmp_path, "a/1.png", "b/1.png", "stray.png"), r"1 files beside.*'stray.png'.*move them")


def test_a_name_that_is_no_utf8_is_listed_so_that_only_this_picture_is_lost(tmp_path: Path) -> None:
    touch(tmp_path, "a/1.png", "b/1.png")
    for letter in (b"\xe9", b"\xe8"):
        (Path(os.fsdecode(os.fsencode(tmp_path) + b"/a/caf" + letter + b".png"))).write_bytes(b"x")
    files = {file.path: file for file in list_folder(tmp_path)}
    assert set(files) == {"a/1.png", "b/1.png", r"a/caf\xe9.png", r"a/caf\xe8.png"}
    with pytest.raises(ImageError, match=r"not UTF-8\. Rename it"):
        files[r"a/caf\xe9.png"].read()


def test_a_class_whose_folder_is_no_utf8_is_quarantined_as_a_whole(tmp_path: Path) -> None:
    touch(tmp_path, "a/1.png", "b/1.png", os.fsdecode(b"caf\xe9") + "/1.png")
    found = listing(tmp_path)
    assert found.class_names == ["a", "b", r"caf\xe9"]
    with pytest.raises(ImageError, match=r"or its folder's, is not UTF-8\. Rename it"):
        found.files[2].read()


def listing(root: Path, *rows: RawPicture) -> Listing:
    write_manifest(root, rows)
    return list_source(PARAMS.model_copy(update={"path": str(root)}), root)


def test_a_table_beside_the_pictures_gives_their_class_side_and_group(tmp_path: Path) -> None:
    touch(tmp_path, "a/1.png", "a/2.png", "b/1.png")
    found = listing(tmp_path, RawPicture("a/1.png", "a", "test", "monday", "somewhere"), RawPicture("a/2.png"))
    assert found.files == [
        SourceFile("a/1.png", "a", "test", "monday"),
        SourceFile("a/2.png", "a"),
        SourceFile("b/1.png", "b"),
    ]
    assert found.files[0].origin == tmp_path / "a" / "1.png"


def test_a_class_that_cannot_be_a_folder_has_its_name_in_the_table(tmp_path: Path) -> None:
    touch(tmp_path, "T-shirt_top/1.png", "T-shirt_top/by hand.png", "Coat/1.png", "Bag/notes.txt")
    found = listing(tmp_path, RawPicture("T-shirt_top/1.png", "T-shirt/top"))
    assert [file.class_name for file in found.files] == ["Coat", "T-shirt/top", "T-shirt/top"]
    assert found.class_names == ["Bag", "Coat", "T-shirt/top"]


def test_where_rows_of_a_folder_disagree_a_new_picture_has_the_class_of_its_folder(tmp_path: Path) -> None:
    touch(tmp_path, "a/1.png", "a/2.png", "a/new.png", "b/1.png")
    found = listing(tmp_path, RawPicture("a/1.png", "a"), RawPicture("a/2.png", "b"))
    assert {file.path: file.class_name for file in found.files} == {
        "a/1.png": "a",
        "a/2.png": "b",
        "a/new.png": "a",
        "b/1.png": "b",
    }


def test_a_row_whose_picture_is_gone_is_listed_and_its_reading_says_so(tmp_path: Path) -> None:
    touch(tmp_path, "a/1.png", "b/1.png")
    gone = listing(tmp_path, RawPicture("a/gone.png", group="monday")).files[1]
    assert (gone.path, gone.class_name, gone.group, gone.origin) == ("a/gone.png", "a", "monday", None)
    with pytest.raises(ImageError, match=r"manifest.csv names this file.*Restore it, or remove its row"):
        gone.read()
