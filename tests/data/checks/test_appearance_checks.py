"""Blank, dark, washed-out and blurred pictures stand out from real ones, and none of the real ones does."""

from collections.abc import Callable
from functools import cache

import numpy as np
import pytest
from evidences import from_files, violations
from pictures import SHAPES, draw_mask, draw_scene, encode
from PIL import Image, ImageDraw, ImageEnhance, ImageFilter

from tinysight.data.violation import Violation

Change = Callable[[Image.Image], Image.Image]
Files = list[tuple[str, bytes]]


@cache
def scenes() -> list[tuple[str, Image.Image]]:
    """80 dark shapes on pale photos, of many sizes."""
    random = np.random.default_rng(3)
    return [(shape, draw_scene(shape, random)[0]) for _ in range(20) for shape in SHAPES]


@cache
def drawings() -> list[tuple[str, Image.Image]]:
    """80 plain black shapes on white: nothing but ink and paper."""
    random = np.random.default_rng(3)
    masks = [(shape, draw_mask(shape, random, (64, 64))) for _ in range(20) for shape in SHAPES]
    return [(shape, Image.fromarray(np.uint8(255 - 255 * mask)).convert("RGB")) for shape, mask in masks]


def found_in(images: list[tuple[str, Image.Image]], change: Change, changed: tuple[int, ...]) -> dict[str, Violation]:
    """What is found where some of the pictures are changed, as JPEG files of the usual quality."""
    files = [
        (name, encode(change(image) if row in changed else image, "JPEG", quality=85))
        for row, (name, image) in enumerate(images)
    ]
    return violations(from_files(files, image_size=48))


def covered(image: Image.Image) -> Image.Image:
    """What a camera sees with its cap on: nothing, and a little noise."""
    noise = np.random.default_rng(0).normal(12, 2, (image.height, image.width, 3))
    return Image.fromarray(np.uint8(np.clip(noise, 0, 255)))


def darkened(image: Image.Image) -> Image.Image:
    return ImageEnhance.Brightness(image).enhance(0.2)


def washed_out(image: Image.Image) -> Image.Image:
    return Image.fromarray(np.uint8(255 - (255 - np.asarray(image, dtype=np.float64)) * 0.2))


def blur(image: Image.Image) -> Image.Image:
    return image.filter(ImageFilter.GaussianBlur(min(image.size) / 12))


LOOKS = ("blank", "dark", "bright", "blurred")
CHANGES = {"blank": covered, "dark": darkened, "bright": washed_out, "blurred": blur}


@pytest.mark.parametrize("images", [scenes(), drawings()], ids=["photos", "drawings"])
def test_ordinary_pictures_raise_no_alarm(images: list[tuple[str, Image.Image]]) -> None:
    assert not {*LOOKS} & found_in(images, lambda image: image, ()).keys()


@pytest.mark.parametrize("images", [scenes(), drawings()], ids=["photos", "drawings"])
@pytest.mark.parametrize("check", LOOKS)
def test_the_changed_pictures_are_found_and_no_others(check: str, images: list[tuple[str, Image.Image]]) -> None:
    found = found_in(images, CHANGES[check], (5, 33, 70))
    assert {*LOOKS} & found.keys() == {check}
    assert sorted(found[check].paths) == [f"{images[row][0]}/{row:03d}" for row in (5, 33, 70)]
    assert found[check].level == ("warning" if check == "blank" else "note")
    assert "3 of 80 pictures (4 %) are" in found[check].message
    assert found[check].paths[0] in found[check].message
    assert len(found[check].details) == 3


def test_an_overexposed_photo_is_found_though_it_has_dark_parts() -> None:
    def overexposed(image: Image.Image) -> Image.Image:
        return image.point(lambda value: min(255, 2 * value) if value > 90 else value)

    dimmer = [(name, ImageEnhance.Brightness(image).enhance(0.75)) for name, image in scenes()]
    found = found_in(dimmer, overexposed, (7,))["bright"]
    assert found.paths == (f"{scenes()[7][0]}/007",)
    assert found.details[0].endswith("% of it is white")


def test_a_small_thing_on_plain_paper_is_not_blank() -> None:
    def dotted(image: Image.Image) -> Image.Image:
        paper = Image.new("RGB", (480, 480), "white")
        ImageDraw.Draw(paper).ellipse((200, 300, 220, 320), fill="#404040")
        return paper

    assert "blank" not in found_in(drawings(), dotted, (1,))


def test_the_most_blank_comes_first_with_how_much_it_varies() -> None:
    plain = [("plain", encode(Image.new("RGB", (32, 32), colour))) for colour in ("white", "navy")]
    noisy = ("plain", encode(covered(Image.new("RGB", (32, 32)))))
    found = violations(from_files([noisy, *plain]))["blank"]
    assert found.paths == ("plain/001", "plain/002", "plain/000")
    assert found.details[0] == "varies by 0.0 of 255"
    assert "dataset.window" in found.message


def test_a_class_that_is_dark_by_nature_is_not_odd() -> None:
    """Four pictures of a night among 80 by day."""
    night = [("night", darkened(image)) for _, image in scenes()[:4]]
    assert "dark" not in found_in([*scenes(), *night], lambda image: image, ())
    assert "dark" in found_in([*scenes(), *night[:3], ("disc", night[3][1])], lambda image: image, ())


def test_where_many_pictures_are_dark_that_is_how_the_data_are() -> None:
    assert "dark" not in found_in(scenes(), darkened, tuple(range(0, 80, 3)))
