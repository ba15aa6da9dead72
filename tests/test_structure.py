"""Files that would cost a decoder too much are refused before it sees them; all others are left to it."""

import io
import random
from collections.abc import Callable
from contextlib import suppress

import pytest
from hostile_pictures import (
    EXCESSIVE,
    GIF_FRAME,
    GIF_HEAD,
    TOO_LARGE,
    jpeg,
    jpeg_of_scans,
    moving,
    png,
    png_chunk,
    segment,
)
from pictures import PHOTOS, encode, quarters
from PIL import Image

from tinysight.errors import ImageError
from tinysight.imaging import Decoding, decode_image
from tinysight.structure import MOST_FRAMES, MOST_SCANS, check_structure

FORMATS = ("PNG", "JPEG", "GIF", "BMP", "TIFF", "WEBP")
SMALL = Decoding(16)


@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
@pytest.mark.parametrize(
    ("make", "reason"),
    [*((make, "excessive") for make in EXCESSIVE.values()), *((make, "too_large") for make in TOO_LARGE.values())],
    ids=[*EXCESSIVE, *TOO_LARGE],
)
def test_what_costs_too_much_is_refused_at_once(make: Callable[[], bytes], reason: str) -> None:
    data = make()
    with pytest.raises(ImageError) as caught:
        decode_image(data, SMALL)
    assert caught.value.reason == reason
    assert str(caught.value).endswith(".")
    assert data.startswith(b"\xff\xd8") or "at most 50,000,000" not in str(caught.value)  # a plain JPEG's limit


@pytest.mark.parametrize("form", FORMATS)
def test_pictures_that_programs_write_pass(form: str) -> None:
    for name in ("flower.jpg", "china.jpg"):
        with Image.open(PHOTOS / name) as photo:
            for options in ({}, {"progressive": True}) if form == "JPEG" else ({},):
                check_structure(encode(photo, form, **options), 25_000_000)


@pytest.mark.parametrize("form", ["GIF", "PNG", "WEBP", "TIFF"])
def test_a_short_moving_picture_is_its_first_frame(form: str) -> None:
    decode_image(moving(form, 30), SMALL)


def test_the_limits_are_as_they_say() -> None:
    check_structure(GIF_HEAD + GIF_FRAME * MOST_FRAMES + b";", 1)
    check_structure(jpeg_of_scans(MOST_SCANS - 6, 100), 25_000_000)
    check_structure(jpeg(before=segment(0xE2, bytes(65_000)) * 140), 25_000_000)  # a large colour profile
    check_structure(png(*[png_chunk(b"tEXt", b"k\0x")] * 500), 1)


@pytest.mark.parametrize("form", FORMATS)
def test_a_damaged_file_is_left_to_its_decoder_or_refused(form: str) -> None:
    """Nothing but ImageError, and no endless walk, wherever it is cut or changed."""
    whole, chance = encode(quarters(), form), random.Random(7)
    for cut in range(0, len(whole), max(1, len(whole) // 100)):
        check_structure(whole[:cut], 25_000_000)
    for _ in range(2000):
        data = bytearray(whole)
        for _ in range(chance.randint(1, 8)):
            data[chance.randrange(len(data))] = chance.choice((0, 1, 0x7F, 0xFF, chance.randrange(256)))
        with suppress(ImageError):
            check_structure(bytes(data), 25_000_000)


def test_pages_that_point_at_each_other_come_to_an_end() -> None:
    with pytest.raises(ImageError, match="frames"):
        check_structure(b"II*\0\x08\0\0\0\0\0\x08\0\0\0", 1)


def test_an_empty_page_of_ordinary_size_is_a_picture() -> None:
    file = io.BytesIO()
    Image.new("L", (4000, 3000), 255).save(file, "PNG")
    decode_image(file.getvalue(), SMALL)
