"""A picture is told from others although it was saved again, and a picture that moved is another one."""

from collections.abc import Callable

import numpy as np
import pytest
from pictures import PHOTOS, encode
from PIL import Image, ImageEnhance

from tinysight.data.resemblance import fit_pictures, planes_of, saved_again, tone
from tinysight.imaging import Decoding, Pixels, decode_image

SIDE = 32


def crops(count: int = 30, side: int = 160) -> list[Image.Image]:
    """Parts of a photo, no two at the same place."""
    places = np.random.default_rng(0).integers(0, (640 - side, 427 - side), (count, 2))
    with Image.open(PHOTOS / "china.jpg") as photo:
        return [photo.convert("RGB").crop((x, y, x + side, y + side)) for x, y in places.tolist()]


def decoded(pictures: list[Image.Image], form: str = "PNG", **options: object) -> Pixels:
    return np.stack([decode_image(encode(one, form, **options), Decoding(SIDE)) for one in pictures])


def resized(picture: Image.Image, factor: float) -> Image.Image:
    return picture.resize((round(picture.width * factor), round(picture.height * factor)), Image.Resampling.BICUBIC)


COPIES: dict[str, Callable[[list[Image.Image]], Pixels]] = {
    "the same": decoded,
    "jpeg 40": lambda ones: decoded(ones, "JPEG", quality=40),
    "webp": lambda ones: decoded(ones, "WEBP", quality=60),
    "half the size": lambda ones: decoded([resized(one, 0.5) for one in ones]),
    "1.7 times the size": lambda ones: decoded([resized(one, 1.7) for one in ones], "JPEG"),
    "brighter": lambda ones: decoded([ImageEnhance.Brightness(one).enhance(1.15) for one in ones]),
    "paler": lambda ones: decoded([ImageEnhance.Contrast(one).enhance(0.85) for one in ones]),
}


@pytest.mark.parametrize("kind", COPIES)
def test_a_picture_that_was_saved_again_is_known(kind: str) -> None:
    pictures = crops()
    copies = COPIES[kind](pictures)
    assert saved_again(decoded(pictures), copies).mean() >= 0.9
    assert saved_again(copies, decoded(pictures)).mean() >= 0.9


def test_other_pictures_are_others() -> None:
    pixels = decoded(crops())
    assert not saved_again(pixels, np.roll(pixels, 1, axis=0)).any()


@pytest.mark.parametrize("move", [(1.0, 0.0, 0.0), (0.0, -0.7, 0.0), (0.0, 0.0, 3.0)])
def test_a_scene_that_moved_is_another_picture(move: tuple[float, float, float]) -> None:
    """By a fraction of a pixel of 64, or by a few degrees."""
    across, down, degrees = move[0] * 160 / 64, move[1] * 160 / 64, move[2]
    turned = [
        one.rotate(degrees, Image.Resampling.BICUBIC, translate=(round(across), round(down))).crop((10, 10, 150, 150))
        for one in crops()
    ]
    still = [one.crop((10, 10, 150, 150)) for one in crops()]
    assert saved_again(decoded(still), decoded(turned)).mean() <= 0.1


def test_the_same_shape_in_another_colour_is_another_picture() -> None:
    """Tone is one for the whole picture, not one for each channel."""
    red = np.full((1, SIDE, SIDE, 3), 255, np.uint8)
    blue = red.copy()
    red[:, 8:24, 8:24], blue[:, 8:24, 8:24] = (200, 30, 30), (30, 30, 200)
    assert saved_again(red, red).all()
    assert not saved_again(red, blue).any()


@pytest.mark.parametrize("side", [8, 15, 28, 32])
def test_pictures_of_any_side_and_of_one_channel_can_be_compared(side: int) -> None:
    pixels = np.random.default_rng(1).integers(0, 256, (5, side, side, 1), dtype=np.uint8)
    assert saved_again(pixels, pixels).all()


def test_a_tone_is_found_although_white_was_cut_off() -> None:
    source = np.random.default_rng(2).uniform(20, 250, (3, 500)).astype(np.float32)
    gain, offset = tone(np.clip(1.15 * source + 12, 0, 255), source)
    assert np.allclose(gain, 1.15, atol=0.02)
    assert np.allclose(offset, 12, atol=2)


def test_motion_is_measured_in_64ths_of_the_side() -> None:
    """Half a pixel of 32 to the right is one 64th."""
    y, x = np.mgrid[:SIDE, :SIDE] / 4
    here = np.stack([np.sin(x) + np.cos(y * 1.3)] * 3, axis=-1)[None] * 60 + 120
    there = np.stack([np.sin(x + 0.125) + np.cos(y * 1.3)] * 3, axis=-1)[None] * 60 + 120
    fit = fit_pictures(planes_of(there), planes_of(here), np.ones(1))
    assert np.allclose(fit.motion[0], [1, 0, 0, 0, 0, 0], atol=0.1)
