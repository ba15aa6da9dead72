"""Files that cannot be read are always listed, and too many of them stop everything; turned pictures are counted."""

import io

import pytest
from evidences import evidence, from_files, violations
from pictures import encode, quarters
from PIL import ExifTags, Image
from tiny_datasets import balanced


@pytest.mark.parametrize(("broken", "level"), [(1, "note"), (3, "note"), (4, "error")])
def test_too_many_unreadable_files_are_an_error(broken: int, level: str) -> None:
    """15 readable ones: 3 of 18 are 17 %, 4 of 19 are 21 %."""
    paths = [f"cat/broken{number}.png" for number in range(broken)]
    found = violations(evidence(balanced(5), broken=paths))["unreadable"]
    assert (found.level, found.count, found.paths) == (level, broken, tuple(paths))
    assert found.details == ("The picture is broken. Save it again.",) * broken
    assert f"{broken} of {15 + broken} files (" in found.message
    assert "beginning with cat/broken0.png: The picture is broken." in found.message
    assert ("validate.largest_quarantine" in found.message) == (level == "error")


def turned(orientation: int) -> bytes:
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = orientation
    buffer = io.BytesIO()
    quarters().save(buffer, "JPEG", exif=exif)
    return buffer.getvalue()


def test_turned_pictures_are_counted_by_their_orientation() -> None:
    files = [
        ("cat", turned(6)),
        ("cat", turned(6)),
        ("cat", turned(3)),
        ("dog", turned(1)),
        ("dog", encode(quarters())),
    ]
    found = violations(from_files(files))["exif_orientation"]
    assert (found.level, found.count) == ("note", 3)
    assert found.paths == ("cat/000", "cat/001", "cat/002")
    assert found.details[0] == "EXIF orientation 6"
    assert "3 of 5 pictures (60 %) are stored turned" in found.message
    assert "1 with 3, 2 with 6" in found.message


def test_upright_pictures_are_not_mentioned() -> None:
    files = [("cat", turned(1)), ("dog", encode(quarters()))]
    assert "exif_orientation" not in violations(from_files(files))
