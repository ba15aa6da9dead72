"""What is measured is what a person would say of the picture, and padding plays no part in it."""

from pathlib import Path

import numpy as np
import pytest
from pictures import PHOTOS
from PIL import Image, ImageDraw, ImageEnhance, ImageFilter

from tinysight.data.facts import Facts
from tinysight.data.looks import Looks, measure_looks
from tinysight.imaging import Decoding, Fit, Pixels, decode_image


def facts_of(width: int, height: int, orientation: int = 1) -> Facts:
    return Facts(width, height, "PNG", "RGB", orientation, 1)


def look_at(*images: Image.Image) -> Looks:
    pixels = np.array([np.asarray(image.convert("RGB")) for image in images])
    return measure_looks(pixels, [facts_of(*image.size) for image in images], "pad")


def disc(radius: int, ink: str = "black", paper: str = "white") -> Image.Image:
    """Smooth at its edge, as every resized drawing is."""
    large = Image.new("RGB", (256, 256), paper)
    ImageDraw.Draw(large).ellipse((128 - 4 * radius, 128 - 4 * radius, 128 + 4 * radius, 128 + 4 * radius), fill=ink)
    return large.resize((64, 64), Image.Resampling.BOX)


def photo() -> Image.Image:
    with Image.open(PHOTOS / "china.jpg") as image:
        return image.convert("RGB").crop((180, 100, 436, 356)).resize((64, 64))


def test_black_and_white_are_the_ends_of_brightness() -> None:
    looks = look_at(*(Image.new("RGB", (16, 16), colour) for colour in ("black", "grey", "white")))
    assert looks.brightness.tolist() == [0, 128, 255]
    assert looks.white.tolist() == [0, 0, 1]
    assert looks.contrast.tolist() == [0, 0, 0]
    assert looks.sharpness.tolist() == [0, 0, 0]


def test_red_on_green_of_the_same_lightness_has_contrast() -> None:
    looks = look_at(disc(20, "#ff0000", "#008200"))
    assert looks.contrast[0] > 50


def test_a_pure_colour_is_as_light_as_white_and_as_dark_as_black() -> None:
    looks = look_at(Image.new("RGB", (16, 16), "red"), Image.new("RGB", (16, 16), "yellow"))
    assert looks.lightest.tolist() == [255, 255]
    assert looks.darkest.tolist() == [0, 0]


def test_a_colour_counts_also_where_it_is_small() -> None:
    grey = photo().convert("L")
    marked = grey.convert("RGB")
    ImageDraw.Draw(marked).rectangle((3, 3, 10, 10), fill="#c04040")
    looks = look_at(grey, photo(), marked)
    assert looks.colourfulness[0] == 0
    assert min(looks.colourfulness[1:]) > 50


def test_sharpness_does_not_hang_on_how_much_is_drawn_nor_on_contrast() -> None:
    images = [disc(4), disc(24), disc(24, "#b0b0b0"), photo(), ImageEnhance.Brightness(photo()).enhance(0.3)]
    assert look_at(*images).sharpness.min() > 0.45


@pytest.mark.parametrize("image", [disc(24), photo()], ids=["drawing", "photo"])
def test_the_more_blurred_the_less_sharp(image: Image.Image) -> None:
    blurred = [image.filter(ImageFilter.GaussianBlur(radius)) for radius in (0, 1, 2, 3)]
    sharpness = look_at(*blurred).sharpness.tolist()
    assert sharpness == sorted(sharpness, reverse=True)
    assert sharpness[2] < 0.25


def fitted(image: Image.Image, tmp_path: Path, fit: Fit) -> Pixels:
    image.save(tmp_path / "one.png")
    return decode_image((tmp_path / "one.png").read_bytes(), Decoding(64, fit, (255, 255, 255)))


@pytest.mark.parametrize(
    ("size", "orientation"), [((64, 64), 1), ((64, 21), 1), ((20, 60), 1), ((200, 61), 1), ((61, 200), 6)]
)
def test_padding_counts_for_nothing(size: tuple[int, int], orientation: int, tmp_path: Path) -> None:
    """A dark picture of any shape is as dark as a square one, though its padding is white."""
    upright = size if orientation == 1 else size[::-1]
    pixels = fitted(Image.new("RGB", upright, (40, 40, 40)), tmp_path, "pad")
    looks = measure_looks(pixels[None], [facts_of(*size, orientation)], "pad")
    assert [values[0] for values in (looks.brightness, looks.lightest, looks.contrast)] == [40, 40, 0]


def test_where_nothing_is_padded_all_counts(tmp_path: Path) -> None:
    pixels = fitted(Image.new("RGB", (64, 20), (40, 40, 40)), tmp_path, "stretch")
    assert measure_looks(pixels[None], [facts_of(64, 20)], "stretch").brightness.tolist() == [40]


def test_no_pictures_have_no_looks() -> None:
    looks = measure_looks(np.zeros((0, 8, 8, 3), np.uint8), [], "pad")
    assert looks.brightness.shape == (0,)


def test_a_strip_of_one_pixel_can_be_looked_at() -> None:
    looks = measure_looks(np.full((1, 16, 16, 3), 9, np.uint8), [facts_of(1000, 2)], "pad")
    assert all(np.isfinite(values).all() for values in vars(looks).values())


def test_the_rim_has_the_colour_of_what_is_behind() -> None:
    looks = look_at(disc(20, "black", "#c08040"), disc(31, "navy", "white"))
    assert looks.rim.tolist() == [[192, 128, 64], [255, 255, 255]]
