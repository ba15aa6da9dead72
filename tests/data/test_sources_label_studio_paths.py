"""A picture is found however Label Studio names it, inside the source only; nothing is fetched."""

import socket
from pathlib import Path

import pytest
from formats_label_studio import uploaded
from sheets import put

from tinysight.data.sources.label_studio_paths import find_picture
from tinysight.data.sources.picture_index import Found, PictureIndex
from tinysight.errors import ImageError


def found(image: str, folder: Path) -> Found:
    put(folder, "a.png", b"a")
    return find_picture(image, PictureIndex(folder))


@pytest.mark.parametrize(
    "image",
    [
        "a.png",
        "./pictures/a.png",
        "/data/local-files/?d=pictures%2Fa.png",
        "/data/local-files/?d=D:\\pictures\\a.png",
        "http://localhost:8080/data/local-files/?d=a.png",
        "/data/upload/1/0a1b2c3d-a.png",
        "/data/upload/0a1b2c3d-a.png",
        "/data/upload/a.png",
        "https://example.com/bucket/a.png?signature=secret",
        "s3://bucket/folder/a.png",
        "C:\\Users\\me\\a.png",
    ],
)
def test_a_picture_is_found_however_it_is_named(image: str, tmp_path: Path) -> None:
    assert found(image, tmp_path).origin == tmp_path / "a.png"


@pytest.mark.parametrize(
    ("image", "name"),
    [
        ("/data/local-files/?d=my%20pictures/c%2B%20d%23.png", "my pictures/c+ d#.png"),
        ("/data/local-files/?d=my pictures/c+d&e#f?.png", "my pictures/c+d&e#f?.png"),
        ("/data/upload/1/0a1b2c3d-gr%C3%B6%C3%9Fe_1.png", "größe 1.png"),
        ("50%.png", "50%.png"),
        ("c%20d.png", "c d.png"),
    ],
)
def test_quoted_names_are_read(image: str, name: str, tmp_path: Path) -> None:
    put(tmp_path, name, b"x")
    assert found(image, tmp_path).path == name


def test_an_upload_that_kept_its_long_name_goes_before_the_short_one(tmp_path: Path) -> None:
    put(tmp_path, uploaded("a.png"), b"x")
    assert found(f"/data/upload/1/{uploaded('a.png')}", tmp_path).path == uploaded("a.png")


@pytest.mark.parametrize("image", ["https://user:key@example.com/x/c.png?signature=secret", "gs://example.com/x/c.png"])
def test_nothing_is_fetched(image: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "socket", None)
    picture = found(image, tmp_path)
    assert picture.path == "example.com/x/c.png"
    with pytest.raises(ImageError, match=r"\(example.com/x/c.png\), and nothing is fetched.*Export it with the images"):
        picture.read()


@pytest.mark.parametrize(
    "image",
    [
        *("/data/local-files/?d=../../secret.png", "/data/upload/../../secret.png", "/etc/secret.png"),
        *("/data/local-files/", "/data/local-files/?x=1", "/data/upload/", "file:///etc/secret.png", "http://[", ""),
    ],
)
def test_no_name_leads_out(image: str, tmp_path: Path) -> None:
    put(tmp_path, "secret.png", b"secret")
    picture = found(image, tmp_path / "source")
    assert picture.origin is None
    with pytest.raises(ImageError, match=r"The labels name"):
        picture.read()


def test_a_picture_inside_the_export_is_quarantined_under_a_name_of_its_own(tmp_path: Path) -> None:
    first, again, other = (found(f"data:image/png;base64,{text}", tmp_path) for text in ("iVBORw", "iVBORw", "R0lGOD"))
    assert first == again != other
    with pytest.raises(ImageError, match=r"lies inside the export.*Save it as a file"):
        first.read()
