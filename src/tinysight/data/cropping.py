"""Cuts boxes out of pictures at full resolution: what someone drew a box round becomes a picture of its own."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from tinysight.errors import ImageError
from tinysight.imaging import open_image
from tinysight.upright import Box, Upright, upright

Size = tuple[float, float]
SHARES: Size = (1.0, 1.0)
FAR = 1e9  # pixels: beyond any picture
DEEPEST = 65535  # the largest count that a PNG holds

Cut = NDArray[np.uint8] | NDArray[np.uint16]


@dataclass(frozen=True)
class DrawnBox:
    """A rectangle that someone drew on a picture.

    Attributes:
        left: its edges, in the units of `seen`.
        top: from the upper edge down.
        right: may lie left of `left`: people draw in all directions.
        bottom: may lie above `top`.
        seen: width and height of the picture as the labelling program saw it, at least 1; SHARES where the edges
            are shares of them, None where they are pixels and it did not say.
    """

    left: float
    top: float
    right: float
    bottom: float
    seen: Size | None


def crop_image(data: bytes, box: DrawnBox, margin: float = 0.0) -> Cut:
    """The part of a picture file that a box holds, upright by its EXIF orientation.

    Args:
        data: a whole picture file.
        box: what to cut out.
        margin: room left around it, as a share of its longer side, as far as the picture goes.

    Returns:
        (H, W) uint8 or uint16, grey; (H, W, 3) uint8, RGB; or (H, W, 4) uint8, RGBA.

    Raises:
        ImageError: if the file is no picture, if the box lies outside of it or was drawn on another one, or if
            its pixels do not fit a PNG.
    """
    return cut(load_whole(data), box, margin)


def load_whole(data: bytes) -> Upright:
    """Decodes a picture at full size, for several boxes of it.

    Raises:
        ImageError: if the file is no picture, is broken or has too many pixels.
    """
    image = open_image(data)
    try:
        image.load()
        return upright(image)
    except Exception as error:  # Pillow's decoders raise a dozen types on broken bytes
        raise ImageError(
            f"The picture is broken: {error}. Save it again with an image program.", reason="broken"
        ) from error


def cut(picture: Upright, box: DrawnBox, margin: float = 0.0) -> Cut:
    """The same as crop_image, of a decoded picture."""
    if _drawn_as_stored(picture, box.seen):
        return _counts(picture.crop_stored(_area(box, picture.stored.size, margin)))
    return _counts(picture.crop(_area(box, picture.size, margin)))


def _drawn_as_stored(picture: Upright, seen: Size | None) -> bool:
    """Whether the box was drawn on the picture as it lies in the file, not as EXIF turns it.

    LabelImg and CVAT used to show pictures so. The width and height they wrote down tell, except where
    turning leaves those as they are: then the picture is taken upright, as all programs show it today.
    """
    if seen is None or seen == SHARES or _same_shape(seen, picture.size):
        return False
    if _same_shape(seen, picture.stored.size):
        return True
    raise ImageError(
        f"The box was drawn on a picture of {seen[0]:g}×{seen[1]:g}; this one has {picture.size[0]}×{picture.size[1]}."
        " Bring the picture that was labelled, or label this one again.",
        reason="unsupported",
    )


def _same_shape(seen: Size, size: tuple[int, int]) -> bool:
    """Whether one is the other made smaller or larger, its sides rounded to whole pixels."""
    return abs(seen[0] * size[1] - seen[1] * size[0]) <= max(*seen, *size)


def _area(box: DrawnBox, size: tuple[int, int], margin: float) -> Box:
    """The box with its margin in whole pixels of a picture of this size."""
    seen = box.seen or size
    across, down = size[0] / seen[0], size[1] / seen[1]
    left, right = sorted(_near(edge * across) for edge in (box.left, box.right))
    top, bottom = sorted(_near(edge * down) for edge in (box.top, box.bottom))
    room = margin * max(right - left, bottom - top)
    low = [max(0, round(edge - room)) for edge in (left, top)]
    high = [min(side, round(edge + room)) for edge, side in zip((right, bottom), size, strict=True)]
    if low[0] >= high[0] or low[1] >= high[1]:
        raise ImageError(
            f"The box from ({left:g}, {top:g}) to ({right:g}, {bottom:g}) holds no pixel of a picture of"
            f" {size[0]}×{size[1]}. Draw it again, or remove it.",
            reason="unsupported",
        )
    return low[0], low[1], high[0], high[1]


def _near(edge: float) -> float:
    """The edge; far outside all are alike, so that sums stay numbers."""
    return min(max(edge, -FAR), FAR)


def _counts(part: Image.Image) -> Cut:
    if part.mode.startswith("I;16"):
        return np.asarray(part).astype(np.uint16)
    if part.mode in ("I", "F"):
        return _deep(np.asarray(part), part.mode)
    if part.has_transparency_data:
        return np.asarray(part.convert("RGBA"))
    return np.asarray(part.convert("L" if part.mode in ("1", "L") else "RGB"))


def _deep(counts: NDArray[np.int32] | NDArray[np.float32], mode: str) -> NDArray[np.uint16]:
    if mode == "F" or counts.min() < 0 or counts.max() > DEEPEST:
        raise ImageError(
            f"The picture has 32-bit pixels (mode {mode}), which a crop cannot keep. Save it with 8 or 16 bits.",
            reason="unsupported",
        )
    return counts.astype(np.uint16)
