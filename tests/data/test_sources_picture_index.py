"""A picture is found by what people and machines called it, and none outside of the source is."""

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tinysight.data.sources.picture_index import PictureIndex
from tinysight.errors import DataError, ImageError


def index_with(folder: Path, *paths: str) -> PictureIndex:
    for path in paths:
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(path.encode())
    return PictureIndex(folder)


@pytest.mark.parametrize(
    ("called", "found"),
    [
        ("a.jpg", "a.jpg"),
        ("./a.jpg", "a.jpg"),
        (" a.jpg\n", "a.jpg"),
        ("C:\\Users\\me\\cats\\b.jpg", "cats/b.jpg"),
        ("/home/me/dogs/b.jpg", "dogs/b.jpg"),
        ("file:///mnt/dogs/b.jpg", "dogs/b.jpg"),
        ("/deep/cats/old/c.jpg", "cats/old/c.jpg"),
        ("C.JPG", "cats/old/c.jpg"),
        ("c.png", "cats/old/c.jpg"),
        ("c", "cats/old/c.jpg"),
        ("v1.2", "v1.2.jpg"),
        ("cafe\u0301.jpg", "caf\u00e9.jpg"),
        ("../../../secret/a.jpg", "a.jpg"),
        ("my_car_1.jpg", "my car (1).jpg"),
    ],
)
def test_a_name_finds_its_picture(called: str, found: str, tmp_path: Path) -> None:
    (tmp_path / "source").mkdir()
    index = index_with(tmp_path / "source", "a.jpg", "cats/b.jpg", "dogs/b.jpg", "cats/old/c.jpg", "v1.2.jpg",
                       "caf\u00e9.jpg", "my car (1).jpg")  # fmt: skip
    result = index.find(called)
    assert result.path == found
    assert result.origin == tmp_path / "source" / found
    assert result.read() == found.encode()


def test_the_exact_name_goes_before_one_that_is_like_it(tmp_path: Path) -> None:
    index = index_with(tmp_path, "a.jpg", "a.png", "A.JPG", "b a.jpg", "b_a.jpg")
    assert [index.find(name).path for name in ("a.jpg", "a.png", "A.JPG", "b_a.jpg", "b a.jpg")] == [
        *("a.jpg", "a.png", "A.JPG", "b_a.jpg", "b a.jpg"),
    ]


def test_the_first_name_that_is_there_counts(tmp_path: Path) -> None:
    index = index_with(tmp_path, "new.jpg")
    assert index.find("old.jpg", "new").path == "new.jpg"


def test_pictures_beside_the_label_file_go_before_others(tmp_path: Path) -> None:
    index = index_with(tmp_path, "1.jpg", "cats/1.jpg", "dogs/1.jpg", "images/val/2.jpg", "images/train/2.jpg")
    assert index.find("/old/dogs/1.jpg", beside="cats").path == "cats/1.jpg"
    assert index.find("1.jpg", beside="").path == "1.jpg"
    assert index.find("2.jpg", beside="labels/train").path == "images/train/2.jpg"


@pytest.mark.parametrize(
    ("called", "why"),
    [
        ("b.jpg", "'b.jpg', and 2 pictures may be meant: cats/b.jpg, dogs/b.jpg. Rename them"),
        ("gone/x.jpg", "'gone/x.jpg', which is not below .*. Bring the picture"),
        ("", "name no picture file"),
        ("../..", "name no picture file"),
    ],
)
def test_what_is_not_found_is_said_when_it_is_read(called: str, why: str, tmp_path: Path) -> None:
    found = index_with(tmp_path, "cats/b.jpg", "dogs/b.jpg").find(called)
    assert found.origin is None
    with pytest.raises(ImageError, match=why):
        found.read()


def test_only_files_that_may_be_pictures_are_in_it(tmp_path: Path) -> None:
    index = index_with(tmp_path, "a.jpg", "a.xml", ".hidden/b.jpg", "notes.txt", "annotations.json", "c")
    assert index.paths == ["a.jpg", "c"]
    assert index.find("annotations.json").origin is None


def test_a_missing_folder_is_named_with_the_fix(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"nowhere is no folder.*dataset\.images"):
        PictureIndex(tmp_path / "nowhere")


def test_a_name_that_is_no_utf8_is_never_found_by_chance(tmp_path: Path) -> None:
    Path(os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9.jpg")).write_bytes(b"x")
    index = index_with(tmp_path, "a.jpg")
    assert index.find("café.jpg").origin is None
    assert index.paths == ["a.jpg", "caf\\xe9.jpg"]


PARTS = st.sampled_from(["..", ".", "", "a", "secret", "secret.jpg", "a.jpg", "C:", "~", "\\", "file:", "%2e%2e"])


@given(
    parts=st.lists(PARTS, max_size=6),
    separator=st.sampled_from(["/", "\\"]),
    beside=st.sampled_from([None, "", "a", ".."]),
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_no_name_leads_out_of_the_source(parts: list[str], separator: str, beside: str | None, tmp_path: Path) -> None:
    (tmp_path / "secret.jpg").write_bytes(b"secret")
    found = index_with(tmp_path / "source", "a/a.jpg", "b.jpg").find(separator.join(parts), beside=beside)
    assert found.origin is None or found.origin.resolve().is_relative_to(tmp_path / "source")
    assert not found.path.startswith("/")
    assert ".." not in found.path.split("/")


def test_each_of_many_pictures_of_one_name_is_found_by_its_folder(tmp_path: Path) -> None:
    index = index_with(tmp_path, *(f"parts/{number}/image.jpg" for number in range(2000)))
    assert all(
        index.find(f"C:\\old\\{number}\\image.jpg").path == f"parts/{number}/image.jpg" for number in range(2000)
    )
    assert all(index.find("image", beside=f"parts/{n}").path == f"parts/{n}/image.jpg" for n in range(2000))
    assert "and 2000 pictures may be meant" in index.find("image.jpg").problem
