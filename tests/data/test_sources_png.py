"""An array comes back from its PNG file, whose bytes never change."""

import hashlib
import io

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from numpy.typing import NDArray
from PIL import Image

from tinysight.data.sources.png import encode_grey, encode_png
from tinysight.errors import DataError
from tinysight.imaging import Decoding, Pixels, decode_image

# sha256 of what 784 times the channels, counted up, becomes: they decide a sample's digest, hence its side of the split
DIGESTS = {
    (28, 28): "ca77f8f0a4e21520f3c676566d0b34afe9cdc2ad5131a0c577eece2f17030d6e",
    (28, 28, 3): "a5668b25d661ae08e0596c681930f7cdcb31a4d9d9368733ceb9b6891d117d7c",
    (28, 28, 4): "d7304cbbfc9600e26270b0a3aab53be47f06f437d8cdef759f6d83c017d29cb5",
}
GREY_16 = "f4271c26b2d06e5d302a479eb5787352ff78919bd6db638e4884b1cac0e210be"


@given(arrays(np.uint8, array_shapes(min_dims=2, max_dims=2, max_side=40)))
@settings(deadline=None)
def test_a_grey_array_comes_back_from_its_png(pixels: Pixels) -> None:
    side = max(pixels.shape)
    decoded = decode_image(encode_grey(pixels), Decoding(side, "pad"))
    top, left = ((side - n) // 2 for n in pixels.shape)
    height, width = pixels.shape
    assert np.array_equal(decoded[top : top + height, left : left + width, 0], pixels)


@given(st.sampled_from([((7, 5, 3), np.uint8), ((7, 5, 4), np.uint8), ((7, 5), np.uint16)]), st.data())
@settings(deadline=None)
def test_every_kind_of_pixels_comes_back_as_it_was(kind: tuple[tuple[int, ...], type], data: st.DataObject) -> None:
    pixels = data.draw(arrays(kind[1], kind[0]))
    assert np.array_equal(np.asarray(Image.open(io.BytesIO(encode_png(pixels)))), pixels)


def test_a_last_axis_of_one_is_no_colour() -> None:
    pixels = np.arange(12, dtype=np.uint16).reshape(3, 4, 1)
    assert encode_png(pixels) == encode_png(pixels[..., 0])


def test_a_picture_larger_than_one_stored_block_comes_back() -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (300, 300), dtype=np.uint8)
    assert np.array_equal(decode_image(encode_grey(pixels), Decoding(300))[..., 2], pixels)


@pytest.mark.parametrize("shape", DIGESTS)
def test_the_bytes_are_the_same_with_every_library(shape: tuple[int, ...]) -> None:
    pixels = np.arange(np.prod(shape), dtype=np.uint8).reshape(shape)
    assert hashlib.sha256(encode_png(pixels)).hexdigest() == DIGESTS[shape]


def test_the_bytes_of_deep_pictures_are_the_same_with_every_library() -> None:
    pixels = np.arange(784, dtype=np.uint16).reshape(28, 28) * 80
    assert hashlib.sha256(encode_png(pixels)).hexdigest() == GREY_16


@pytest.mark.parametrize(
    "pixels",
    [
        np.zeros((4, 4), np.float32),
        np.zeros((4, 4, 2), np.uint8),
        np.zeros((4, 4, 3), np.uint16),
        np.zeros(4, np.uint8),
        np.zeros((0, 4), np.uint8),
    ],
    ids=["floats", "two channels", "deep colours", "a row", "empty"],
)
def test_what_is_no_picture_is_refused_with_what_is_allowed(pixels: NDArray[np.uint8]) -> None:
    with pytest.raises(DataError, match=r"must be uint8 \(H, W\).*Received: .*Convert it"):
        encode_png(pixels)
