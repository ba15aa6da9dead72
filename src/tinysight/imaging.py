"""Bytes to pixels, once: the only code that decodes a picture, in training and in the service."""

import io
import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from tinysight.counts import MOST_COUNT, windowed
from tinysight.errors import ImageError
from tinysight.pixel_limits import MAX_PIXELS, bomb, check_pixels
from tinysight.structure import check_packing, check_structure
from tinysight.upright import Box, Upright, upright

FORMATS = ("PNG", "JPEG", "GIF", "BMP", "TIFF", "WEBP")
DRAFT_FACTOR = 2  # JPEG is decoded at twice the wanted size: 0.3 to 0.4 of 255 from a full decode
REDUCING_GAP = 2.0  # whole blocks of pixels are averaged down to twice the wanted size, as Pillow's resize does
TILE = 1000  # pixels, the side of the part of a picture that is converted at a time

Fit = Literal["pad", "crop", "stretch"]
Pixels = NDArray[np.uint8]


@dataclass(frozen=True)
class Decoding:
    """How a picture becomes pixels.

    Attributes:
        image_size: height and width of the result, in pixels.
        fit: `pad` keeps the whole picture, `crop` fills the square, `stretch` changes its shape.
        background: RGB behind transparent pixels and beside padded pictures.
        window: counts that become 0 and 255 in pictures of more than 8 bits; None is 0 to 65535.
        memory: bytes that decoding may take for a moment; pictures that need more are refused. None is 200 MB.
    """

    image_size: int
    fit: Fit = "pad"
    background: tuple[int, int, int] = (255, 255, 255)
    window: tuple[float, float] | None = None
    memory: int | None = None


@dataclass(frozen=True)
class Header:
    """What a picture file says of itself.

    Attributes:
        size: width and height in pixels, as stored.
        format: one of FORMATS.
        mode: Pillow's name for its kind of pixels.
        orientation: EXIF's, 1 to 8; 1 where it has none.
    """

    size: tuple[int, int]
    format: str
    mode: str
    orientation: int


def decode_image(data: bytes, decoding: Decoding) -> Pixels:
    """Turns the bytes of one picture file into pixels.

    The first frame is taken, put on the background, fitted into the square and turned upright by its
    EXIF orientation. Of a large picture, only the file's own pixels are ever in memory at full size.

    Args:
        data: a whole PNG, JPEG, GIF, BMP, TIFF or WebP file, recognised by its content.
        decoding: what the model wants.

    Returns:
        (image_size, image_size, 3) uint8, RGB.

    Raises:
        ImageError: if the bytes are not such a file, are broken, or hold too many pixels.
    """
    return decode_with_header(data, decoding)[0]


def decode_with_header(data: bytes, decoding: Decoding) -> tuple[Pixels, Header]:
    """The same, and what the file's header said; arguments and errors are those of decode_image."""
    image = open_image(data, decoding.memory)
    size, mode, form = image.size, image.mode, "JPEG" if image.format == "MPO" else str(image.format)
    try:
        _load(image, decoding)
        turned = upright(image)
        fitted = _fit(turned, decoding)
        pixels = np.asarray(fitted if fitted.mode == "RGB" else fitted.convert("RGB"))
        return pixels, Header(size, form, mode, turned.orientation)
    except ImageError:
        raise
    except Exception as error:  # Pillow's decoders raise a dozen types on broken bytes
        raise ImageError(
            f"The picture is broken: {error}. Save it again with an image program and send that file.",
            reason="broken",
        ) from error


def open_image(data: bytes, memory: int | None = None) -> Image.Image:
    """Opens a picture's header without decoding its pixels, within the allowed formats and size.

    Args:
        data: of a picture file.
        memory: as in Decoding.

    Raises:
        ImageError: if the format is not allowed or the picture has more pixels than its format may have.
    """
    if not data:
        raise ImageError("The file is empty. Send the bytes of a picture.", reason="empty")
    check_structure(data, MAX_PIXELS)
    try:
        image = Image.open(io.BytesIO(data), formats=FORMATS)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise bomb(data) from None
    except Exception as error:  # a damaged header raises whatever its parser raises
        raise ImageError(
            f"Not a picture that can be read. Allowed are {', '.join(FORMATS)}, recognised by content, not by name.",
            reason="unknown_format",
        ) from error
    check_pixels(image, memory)
    check_packing(image, len(data))
    return image


def _load(image: Image.Image, decoding: Decoding) -> None:
    if image.format in ("JPEG", "MPO"):
        width, height = fitted_size(image.size, decoding)
        image.draft(None, (width * DRAFT_FACTOR, height * DRAFT_FACTOR))
    image.load()


def _to_eight_bits(image: Image.Image, decoding: Decoding) -> Image.Image:
    """Returns an opaque picture of mode L or RGB."""
    transparent = "transparency" in image.info
    if image.mode in ("L", "RGB") and not transparent:
        return image
    if image.mode.startswith("I") or image.mode == "F":
        return _apply_window(image, decoding.window)
    if image.mode in ("1", "CMYK", "YCbCr", "LAB", "HSV") and not transparent:
        return image.convert("RGB")
    layer = image if image.mode == "RGBA" else image.convert("RGBA")
    canvas = Image.new("RGB", layer.size, decoding.background)
    canvas.paste(layer, mask=layer)
    return canvas


def _apply_window(image: Image.Image, window: tuple[float, float] | None) -> Image.Image:
    """Maps the counts of a deep grey picture to 0 to 255."""
    if window is None and not image.mode.startswith("I;16"):
        raise ImageError(
            f"The picture has 32-bit pixels (mode {image.mode}), and the model has no window for them. Import the"
            " data set again so that its window is measured, or send a picture of 8 or 16 bits.",
            reason="unsupported",
        )
    return Image.fromarray(windowed(np.asarray(image), window or (0.0, float(MOST_COUNT))))


def fitted_size(size: tuple[int, int], decoding: Decoding) -> tuple[int, int]:
    """Width and height that the whole picture would be resized to, before padding or cropping."""
    width, height = size
    wanted = decoding.image_size
    if decoding.fit == "stretch":
        return wanted, wanted
    side = max(size) if decoding.fit == "pad" else min(size)
    return max(1, round(width * wanted / side)), max(1, round(height * wanted / side))


def _fit(image: Upright, decoding: Decoding) -> Image.Image:
    wanted = decoding.image_size
    if decoding.fit == "crop":
        resized = _resize(image, (wanted, wanted), _middle_square(image.size), decoding)
    else:
        resized = _resize(image, fitted_size(image.size, decoding), (0, 0, *image.size), decoding)
    if resized.size == (wanted, wanted):
        return resized
    canvas = Image.new("RGB", (wanted, wanted), decoding.background)
    canvas.paste(resized, ((wanted - resized.width) // 2, (wanted - resized.height) // 2))
    return canvas


def _middle_square(size: tuple[int, int]) -> tuple[float, float, float, float]:
    side = min(size)
    left, top = (size[0] - side) / 2, (size[1] - side) / 2
    return left, top, left + side, top + side


def _resize(
    image: Upright, size: tuple[int, int], box: tuple[float, float, float, float], decoding: Decoding
) -> Image.Image:
    """Resizes the box of a picture of any mode to size, opaque and in mode L or RGB."""
    scales = (box[2] - box[0]) / size[0], (box[3] - box[1]) / size[1]
    across, down = (min(TILE, int(scale / REDUCING_GAP) or 1) for scale in scales)
    margins = [max(1.0, scale / 2) for scale in scales]  # how far beyond the box the filter reaches
    left, top = (max(0, int(low - margin)) for low, margin in zip(box[:2], margins, strict=True))
    right, bottom = (
        min(side, math.ceil(high + margin)) for side, high, margin in zip(image.size, box[2:], margins, strict=True)
    )
    reduced = _reduce(image, (left, top, right, bottom), (across, down), decoding)
    inner = (box[0] - left) / across, (box[1] - top) / down, (box[2] - left) / across, (box[3] - top) / down
    return reduced.resize(size, Image.Resampling.BILINEAR, box=inner)


def _reduce(image: Upright, area: Box, block: tuple[int, int], decoding: Decoding) -> Image.Image:
    """Averages blocks of pixels in an area, one tile at a time, so that no second whole picture is in memory."""
    (left, top, right, bottom), (across, down) = area, block
    reduced = None
    for tile in _tiles(area, block):
        whole = tile == (0, 0, *image.stored.size) and image.orientation == 1
        part = _to_eight_bits(image.stored if whole else image.crop(tile), decoding)
        small = part if block == (1, 1) else part.reduce(block)
        if tile == area:
            return small
        if reduced is None:
            reduced = Image.new(small.mode, (math.ceil((right - left) / across), math.ceil((bottom - top) / down)))
        reduced.paste(small, ((tile[0] - left) // across, (tile[1] - top) // down))
    assert reduced is not None  # an area has at least one pixel
    return reduced


def _tiles(area: Box, block: tuple[int, int]) -> Iterator[Box]:
    """Parts of an area that hold whole blocks, except at its right and lower edges."""
    left, top, right, bottom = area
    width, height = (TILE // side * side for side in block)
    for y in range(top, bottom, height):
        for x in range(left, right, width):
            yield x, y, min(x + width, right), min(y + height, bottom)
