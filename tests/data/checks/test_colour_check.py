"""Grey among coloured pictures is told by pixels, and told loudly where it tells the class."""

import numpy as np
import pytest
from evidences import from_files, violations
from pictures import draw_scene, encode
from PIL import Image


def files(kinds: dict[str, str], count: int = 12) -> list[tuple[str, bytes]]:
    """Photos of each class: `c` coloured, `g` grey but stored as colours, `m` every other one grey."""
    random = np.random.default_rng(1)
    made = []
    for name, kind in kinds.items():
        for number in range(count):
            image = draw_scene("disc", random)[0]
            grey = kind == "g" or (kind == "m" and number % 2 == 0)
            made.append((name, encode(image.convert("L").convert("RGB") if grey else image, "JPEG")))
    return made


@pytest.mark.parametrize("kind", ["c", "g"])
def test_one_kind_only_is_not_mentioned(kind: str) -> None:
    assert "mixed_colour" not in violations(from_files(files({"cat": kind, "dog": kind})))


def test_the_rarer_kind_is_listed_whatever_the_files_call_themselves() -> None:
    found = violations(from_files(files({"cat": "m", "dog": "c"})))["mixed_colour"]
    assert (found.level, found.count) == ("note", 6)
    assert found.paths == tuple(f"cat/{row:03d}" for row in range(0, 12, 2))
    assert "6 of 24 pictures (25 %) are grey, though others are coloured" in found.message
    assert "tells the class" not in found.message


def test_a_kind_that_goes_with_the_class_is_told_in_stronger_words() -> None:
    found = violations(from_files(files({"cat": "g", "dog": "c", "emu": "c"})))["mixed_colour"]
    assert "That tells the class: cat grey, dog and emu coloured." in found.message


def test_a_blank_picture_is_neither() -> None:
    blank = ("dog", encode(Image.new("RGB", (30, 30), "white")))
    assert "mixed_colour" not in violations(from_files([*files({"cat": "c", "dog": "c"}), blank]))


def test_a_grey_file_and_a_deep_one_are_grey_too() -> None:
    deep = encode(Image.fromarray(np.full((40, 40), 20000, np.uint16) + np.arange(40, dtype=np.uint16) * 900))
    made = [*files({"cat": "c"}), ("dog", deep), ("dog", encode(Image.linear_gradient("L")))]
    assert violations(from_files(made))["mixed_colour"].paths == ("dog/012", "dog/013")
