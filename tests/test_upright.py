"""Any part of a turned picture is the same part of the picture turned whole."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageOps

from tinysight.upright import TURNS, Upright, upright

NUMBERED = Image.fromarray(np.arange(5 * 7, dtype=np.uint8).reshape(5, 7))


def turned(orientation: int) -> Image.Image:
    turn = TURNS.get(orientation)
    return NUMBERED if turn is None else NUMBERED.transpose(turn)


@given(st.integers(1, 8), st.data())
def test_a_part_is_cut_where_the_turned_picture_has_it(orientation: int, data: st.DataObject) -> None:
    whole = turned(orientation)
    left, top = data.draw(st.integers(0, whole.width - 1)), data.draw(st.integers(0, whole.height - 1))
    right, bottom = data.draw(st.integers(left + 1, whole.width)), data.draw(st.integers(top + 1, whole.height))
    seen = Upright(NUMBERED, orientation)
    assert seen.size == whole.size
    assert np.array_equal(seen.crop((left, top, right, bottom)), whole.crop((left, top, right, bottom)))


@pytest.mark.parametrize("orientation", range(10))
def test_the_orientation_is_read_as_pillow_reads_it(orientation: int) -> None:
    image = NUMBERED.copy()
    image.getexif()[0x0112] = orientation
    seen = upright(image)
    assert np.array_equal(seen.crop((0, 0, *seen.size)), ImageOps.exif_transpose(image))
