"""A box is cut where it was drawn, at full resolution, upright, with all the depth that a PNG can hold."""

import io
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from pictures import TURNS, encode
from PIL import ExifTags, Image

from tinysight.data import cropping
from tinysight.data.cropping import SHARES, DrawnBox, crop_image, cut
from tinysight.data.sources.png import encode_png
from tinysight.errors import ImageError
from tinysight.imaging import open_image
from tinysight.upright import Upright

NUMBERED = np.random.default_rng(3).integers(0, 256, (20, 30, 3), dtype=np.uint8)  # (H, W, 3)
BOX = (4, 5, 13, 11)  # left, top, right, bottom


def stored_as(orientation: int) -> bytes:
    """NUMBERED as a file that is upright only when its EXIF orientation turns it."""
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = orientation
    image = Image.fromarray(NUMBERED)
    turn = TURNS.get(orientation)
    return encode(image if turn is None else image.transpose(turn), exif=exif)


def box_of(left: float, top: float, right: float, bottom: float, seen: tuple[float, float] | None) -> DrawnBox:
    return DrawnBox(left, top, right, bottom, seen)


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("seen", [(30, 20), None, (60, 40), SHARES])
def test_a_box_drawn_on_the_upright_picture_is_cut_there(orientation: int, seen: tuple[float, float] | None) -> None:
    scale = (seen[0] / 30, seen[1] / 20) * 2 if seen else (1, 1, 1, 1)
    box = DrawnBox(*(edge * factor for edge, factor in zip(BOX, scale, strict=True)), seen)
    assert np.array_equal(crop_image(stored_as(orientation), box), NUMBERED[5:11, 4:13])


@pytest.mark.parametrize("orientation", [5, 6, 7, 8])
def test_a_box_drawn_on_the_picture_as_stored_is_cut_there_and_turned_upright(orientation: int) -> None:
    """Its width and height, as the labelling program wrote them, are those of the file."""
    data = stored_as(orientation)
    stored = open_image(data)
    part = stored.crop((2, 3, 9, 8))
    upright = Upright(part.convert("RGB"), orientation).crop((0, 0, 5, 7))
    assert np.array_equal(crop_image(data, box_of(2, 3, 9, 8, (20, 30))), upright)


@pytest.mark.parametrize("seen", [(31, 30), (100, 20), (20, 31), (7, 40)])
def test_a_box_drawn_on_another_picture_is_refused(seen: tuple[int, int]) -> None:
    with pytest.raises(ImageError, match=r"drawn on a picture of .*; this one has 30×20. Bring the picture"):
        crop_image(stored_as(1), box_of(*BOX, seen))


def test_a_margin_is_a_share_of_the_longer_side_as_far_as_the_picture_goes() -> None:
    assert np.array_equal(crop_image(stored_as(1), box_of(10, 6, 20, 10, None), 0.2), NUMBERED[4:12, 8:22])
    assert np.array_equal(crop_image(stored_as(1), box_of(10, 6, 20, 10, None), 2), NUMBERED[:, :])


def test_edges_in_any_order_and_beyond_the_picture_are_understood() -> None:
    assert np.array_equal(crop_image(stored_as(1), box_of(13, 11, 4, 5, None)), NUMBERED[5:11, 4:13])
    assert np.array_equal(crop_image(stored_as(1), box_of(-3, -9, 4, 5, None)), NUMBERED[:5, :4])


@pytest.mark.parametrize("edges", [(4, 5, 4, 11), (4, 5, 4.3, 11), (30, 0, 40, 20), (0, -8, 10, -1), (0, 25, 9, 26)])
def test_a_box_without_a_pixel_is_refused(edges: tuple[float, float, float, float]) -> None:
    with pytest.raises(ImageError, match=r"holds no pixel of a picture of 30×20\. Draw it again"):
        crop_image(stored_as(1), box_of(*edges, None))


@pytest.mark.parametrize("edge", [1e12, 1e308, float("inf")])
def test_edges_that_no_picture_has_are_cut_at_its_border(edge: float) -> None:
    for box in (box_of(-edge, -edge, edge, edge, None), box_of(2, 2, edge, edge, (30, 20))):
        assert crop_image(stored_as(1), box, 2).shape == (20, 30, 3)


FAR = st.floats(-50, 80, allow_nan=False)


@given(edges=st.tuples(FAR, FAR, FAR, FAR), margin=st.floats(0, 2), orientation=st.integers(1, 8), shares=st.booleans())
def test_a_crop_never_leaves_the_picture(
    edges: tuple[float, float, float, float], margin: float, orientation: int, shares: bool
) -> None:
    picture = Upright(Image.fromarray(NUMBERED), orientation)
    size = picture.size
    box = DrawnBox(*(edge / 30 for edge in edges), SHARES) if shares else DrawnBox(*edges, None)
    try:
        crop = cut(picture, box, margin)
    except ImageError:
        return
    height, width = crop.shape[:2]
    assert 1 <= width <= size[0]
    assert 1 <= height <= size[1]
    assert {tuple(pixel) for pixel in crop.reshape(-1, 3)} <= {tuple(pixel) for pixel in NUMBERED.reshape(-1, 3)}


@given(st.data())
def test_whole_pixels_without_a_margin_are_cut_exactly(data: st.DataObject) -> None:
    left, top = data.draw(st.integers(0, 29)), data.draw(st.integers(0, 19))
    right, bottom = data.draw(st.integers(left + 1, 30)), data.draw(st.integers(top + 1, 20))
    picture = Upright(Image.fromarray(NUMBERED), 1)
    edges = (left / 30, top / 20, right / 30, bottom / 20)
    six = [float(f"{edge:.6f}") for edge in edges]  # as YOLO writes them
    assert np.array_equal(cut(picture, DrawnBox(*six, SHARES)), NUMBERED[top:bottom, left:right])


DEEP = np.random.default_rng(4).integers(0, 65536, (20, 30), dtype=np.uint16)


@pytest.mark.parametrize("form", ["PNG", "TIFF"])
def test_16_bit_grey_keeps_its_counts(form: str) -> None:
    crop = crop_image(encode(Image.fromarray(DEEP), form), box_of(*BOX, (30, 20)))
    assert crop.dtype == np.uint16
    assert np.array_equal(crop, DEEP[5:11, 4:13])
    assert np.array_equal(np.asarray(Image.open(io.BytesIO(encode_png(crop)))), DEEP[5:11, 4:13])


@pytest.mark.parametrize(
    ("mode", "channels"),
    [("L", 1), ("1", 1), ("RGB", 3), ("CMYK", 3), ("P", 3), ("RGBA", 4), ("LA", 4)],
)
def test_every_mode_becomes_what_a_png_holds(mode: str, channels: int) -> None:
    picture = Image.fromarray(NUMBERED).convert(mode)
    crop = crop_image(encode(picture, "TIFF"), box_of(*BOX, (30, 20)))
    assert crop.shape == ((6, 9) if channels == 1 else (6, 9, channels))
    shown = {1: "L", 3: "RGB", 4: "RGBA"}[channels]
    assert np.array_equal(crop, np.asarray(picture.convert(shown))[5:11, 4:13])
    assert np.array_equal(np.asarray(Image.open(io.BytesIO(encode_png(crop)))), crop)


def test_a_transparent_colour_stays_transparent() -> None:
    picture = Image.fromarray(NUMBERED).quantize(8)
    crop = crop_image(encode(picture, "PNG", transparency=3), box_of(*BOX, None))
    assert np.array_equal(crop[..., 3] == 0, np.asarray(picture)[5:11, 4:13] == 3)


def floats() -> NDArray[np.float32]:
    return np.linspace(-1, 1, 600, dtype=np.float32).reshape(20, 30)


@pytest.mark.parametrize("make", [floats, lambda: (floats() * 1e6).astype(np.int32)])
def test_32_bit_counts_that_no_png_holds_are_refused(make: Callable[[], NDArray[np.float32]]) -> None:
    with pytest.raises(ImageError, match=r"32-bit pixels.*Save it with 8 or 16 bits"):
        crop_image(encode(Image.fromarray(make()), "TIFF"), box_of(*BOX, None))


def test_32_bit_counts_that_fit_16_bits_are_kept() -> None:
    counts = DEEP.astype(np.int32)
    crop = crop_image(encode(Image.fromarray(counts), "TIFF"), box_of(*BOX, None))
    assert np.array_equal(crop, DEEP[5:11, 4:13])


@pytest.mark.parametrize("data", [b"", b"no picture", stored_as(1)[:200]])
def test_what_is_no_picture_is_an_image_error(data: bytes) -> None:
    with pytest.raises(ImageError):
        crop_image(data, box_of(*BOX, None))


def test_a_picture_of_too_many_pixels_is_not_decoded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tinysight.pixel_limits.MAX_PIXELS", 100)
    with pytest.raises(ImageError, match="too many pixels"):
        cropping.load_whole(stored_as(1))
