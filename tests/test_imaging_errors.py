"""A file that is no whole picture gives one clear error, whatever its bytes."""

import io
import struct
import zlib
from contextlib import suppress

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pictures import PHOTOS, encode, quarters
from PIL import Image

from tinysight.errors import ImageError
from tinysight.imaging import Decoding, Pixels, decode_image
from tinysight.pixel_limits import MAX_JPEG_PIXELS, MAX_PIXELS, MAX_WEBP_PIXELS, most_pixels

EXACT = Decoding(16, background=(0, 0, 255))


def expect_reason(data: bytes, reason: str, decoding: Decoding = EXACT) -> str:
    with pytest.raises(ImageError) as caught:
        decode_image(data, decoding)
    assert caught.value.reason == reason
    return str(caught.value)


def test_an_empty_file_is_named_so() -> None:
    assert "empty" in expect_reason(b"", "empty")


@pytest.mark.parametrize(
    "data",
    [
        b"a text, not a picture",
        b"\x00" * 400,
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"%PDF-1.7\n",
        b"P6 1 1 255 abc",
    ],
)
def test_other_files_are_no_pictures_and_the_allowed_formats_are_named(data: bytes) -> None:
    assert "PNG, JPEG, GIF, BMP, TIFF, WEBP" in expect_reason(data, "unknown_format")


@pytest.mark.parametrize("form", ["PNG", "JPEG", "GIF", "BMP", "TIFF", "WEBP"])
def test_a_truncated_file_is_an_error_not_half_a_picture(form: str) -> None:
    with Image.open(PHOTOS / "flower.jpg") as photo:
        whole = encode(photo, form)
    with pytest.raises(ImageError) as caught:
        decode_image(whole[: len(whole) // 2], EXACT)
    assert caught.value.reason in ("broken", "unknown_format")


def test_a_picture_of_too_many_pixels_is_refused_before_it_is_decoded() -> None:
    for side in (10_000, 60_000):
        assert f"{MAX_PIXELS:,}" in expect_reason(_png_header(side, 6_000), "too_large")


@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
def test_a_picture_that_pillow_only_warns_about_is_refused_too() -> None:
    expect_reason(_png_header(10_000, 10_000), "too_large")


@given(st.binary(max_size=300))
@settings(max_examples=200, deadline=None)
def test_random_bytes_raise_nothing_but_image_errors(data: bytes) -> None:
    _decode_or_image_error(data)


@given(st.data())
@settings(max_examples=300, deadline=None)
def test_damaged_files_give_pixels_or_an_image_error(data: st.DataObject) -> None:
    whole = bytearray(data.draw(st.sampled_from(_small_files())))
    for _ in range(data.draw(st.integers(1, 6))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    _decode_or_image_error(bytes(whole[: data.draw(st.integers(1, len(whole)))]))


def _decode_or_image_error(data: bytes) -> None:
    with suppress(ImageError):
        pixels: Pixels = decode_image(data, EXACT)
        assert (pixels.shape, pixels.dtype) == ((16, 16, 3), np.uint8)


def _small_files() -> list[bytes]:
    deep = Image.fromarray(np.arange(256, dtype=np.uint16).reshape(16, 16) * 99)
    exif = Image.Exif()
    exif[0x0112] = 6
    plain = [encode(quarters(), form) for form in ("PNG", "JPEG", "GIF", "BMP", "TIFF", "WEBP")]
    return [*plain, encode(deep), encode(deep, "TIFF"), encode(quarters(), "JPEG", exif=exif), encode(quarters("RGBA"))]


def _png_header(width: int, height: int) -> bytes:
    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")


@pytest.mark.parametrize(
    ("form", "options", "most"),
    [
        ("JPEG", {}, MAX_JPEG_PIXELS),
        ("JPEG", {"progressive": True}, MAX_PIXELS),
        ("PNG", {}, MAX_PIXELS),
        ("WEBP", {}, MAX_WEBP_PIXELS),
    ],
)
def test_what_takes_more_memory_may_have_fewer_pixels(form: str, options: dict[str, bool], most: int) -> None:
    with Image.open(io.BytesIO(encode(quarters(), form, **options))) as image:
        assert most_pixels(image) == most
