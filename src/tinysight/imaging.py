"""Bytes to pixels, once: the only code that decodes a picture, in training and in the service."""

import io
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from PIL import ExifTags, Image

from tinysight.errors import ImageError

FORMATS = ("PNG", "JPEG", "GIF", "BMP", "TIFF", "WEBP")
MAX_PIXELS = 50_000_000  # a 50-megapixel picture takes 200 MB as RGBA: more would not fit a small server
DRAFT_FACTOR = 2  # JPEG is decoded at twice the wanted size: 0.3 to 0.4 of 255 from a full decode

BAND_PIXELS = 1_000_000  # of a deep picture in floating point at a time

UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}

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
    """

    image_size: int
    fit: Fit = "pad"
    background: tuple[int, int, int] = (255, 255, 255)
    window: tuple[float, float] | None = None


def decode_image(data: bytes, decoding: Decoding) -> Pixels:
    """Turns the bytes of one picture file into pixels.

    The first frame is taken, turned upright by its EXIF orientation, put on the background and
    fitted into the square.

    Args:
        data: a whole PNG, JPEG, GIF, BMP, TIFF or WebP file, recognised by its content.
        decoding: what the model wants.

    Returns:
        (image_size, image_size, 3) uint8, RGB.

    Raises:
        ImageError: if the bytes are not such a file, are broken, or hold too many pixels.
    """
    image = open_image(data)
    try:
        upright = _load_upright(image, decoding)
        opaque = _to_eight_bits(upright, decoding)
        fitted = _fit(opaque, decoding)
        return np.asarray(fitted if fitted.mode == "RGB" else fitted.convert("RGB"))
    except ImageError:
        raise
    except Exception as error:  # Pillow's decoders raise a dozen types on broken bytes
        raise ImageError(
            f"The picture is broken: {error}. Save it again with an image program and send that file.",
            reason="broken",
        ) from error


def open_image(data: bytes) -> Image.Image:
    """Opens a picture's header without decoding its pixels, within the allowed formats and size.

    Raises:
        ImageError: if the format is not allowed or the picture has more than MAX_PIXELS.
    """
    if not data:
        raise ImageError("The file is empty. Send the bytes of a picture.", reason="empty")
    try:
        image = Image.open(io.BytesIO(data), formats=FORMATS)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise _too_large("over 89 million") from None
    except Exception as error:  # a damaged header raises whatever its parser raises
        raise ImageError(
            f"Not a picture that can be read. Allowed are {', '.join(FORMATS)}, recognised by content, not by name.",
            reason="unknown_format",
        ) from error
    if image.width * image.height > MAX_PIXELS:
        raise _too_large(f"{image.width} × {image.height}")
    return image


def _too_large(received: str) -> ImageError:
    return ImageError(
        f"The picture has too many pixels: at most {MAX_PIXELS:,} are allowed. Received: {received}."
        " Make it smaller before sending it.",
        reason="too_large",
    )


def _load_upright(image: Image.Image, decoding: Decoding) -> Image.Image:
    if image.format in ("JPEG", "MPO"):
        width, height = _fitted_size(image.size, decoding)
        image.draft(None, (width * DRAFT_FACTOR, height * DRAFT_FACTOR))
    image.load()
    turn = UPRIGHT.get(_orientation(image))
    return image if turn is None else image.transpose(turn)


def _orientation(image: Image.Image) -> int:
    """The EXIF orientation, 1 to 8; 1 where the EXIF block is damaged, as image programs do."""
    try:
        return int(image.getexif().get(ExifTags.Base.Orientation, 1))
    except Exception:  # damaged EXIF raises whatever its parser raises; the pixels are fine
        return 1


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
    """Maps the counts of a deep grey picture to 0 to 255, a band of rows at a time to save memory."""
    if window is None and not image.mode.startswith("I;16"):
        raise ImageError(
            f"The picture has 32-bit pixels (mode {image.mode}), and the model has no window for them. Import the"
            " data set again so that its window is measured, or send a picture of 8 or 16 bits.",
            reason="unsupported",
        )
    low, high = window or (0.0, 65535.0)
    counts = np.asarray(image)  # (H, W) counts
    windowed = np.empty(counts.shape, dtype=np.uint8)
    rows = max(1, BAND_PIXELS // counts.shape[1])
    for top in range(0, len(counts), rows):
        band = np.nan_to_num(counts[top : top + rows].astype(np.float64), posinf=high, neginf=low, nan=low)
        windowed[top : top + rows] = np.rint((np.clip(band, low, high) - low) * (255.0 / (high - low)))
    return Image.fromarray(windowed)


def _fitted_size(size: tuple[int, int], decoding: Decoding) -> tuple[int, int]:
    """Width and height that the whole picture would be resized to, before padding or cropping."""
    width, height = size
    wanted = decoding.image_size
    if decoding.fit == "stretch":
        return wanted, wanted
    side = max(size) if decoding.fit == "pad" else min(size)
    return max(1, round(width * wanted / side)), max(1, round(height * wanted / side))


def _fit(image: Image.Image, decoding: Decoding) -> Image.Image:
    wanted = decoding.image_size
    if decoding.fit == "crop":
        return _resize(image, (wanted, wanted), _middle_square(image.size))
    size = _fitted_size(image.size, decoding)
    resized = _resize(image, size, (0, 0, *image.size))
    if size == (wanted, wanted):
        return resized
    canvas = Image.new("RGB", (wanted, wanted), decoding.background)
    canvas.paste(resized, ((wanted - size[0]) // 2, (wanted - size[1]) // 2))
    return canvas


def _middle_square(size: tuple[int, int]) -> tuple[float, float, float, float]:
    side = min(size)
    left, top = (size[0] - side) / 2, (size[1] - side) / 2
    return left, top, left + side, top + side


def _resize(image: Image.Image, size: tuple[int, int], box: tuple[float, float, float, float]) -> Image.Image:
    if image.size == size and box == (0, 0, *size):
        return image
    return image.resize(size, Image.Resampling.BILINEAR, box=box, reducing_gap=2.0)
