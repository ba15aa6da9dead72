"""Looks at every picture of a folder before it becomes a data set: sizes, modes, counts, damage."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from tinysight.data.dataset import Quarantined
from tinysight.data.progress import progress_bar
from tinysight.data.reading import on_all_cores
from tinysight.data.sources.source import SourceFile
from tinysight.errors import ImageError
from tinysight.imaging import Decoding, decode_image, open_image

SAMPLED_COUNTS = 1000  # of one deep picture: 4 kB, so that 20,000 pictures stay within 80 MB
GLANCE = 32  # pixels: enough to see colours
WHITE, BLACK = (255, 255, 255), (0, 0, 0)
ANY_WINDOW = (0.0, 65535.0)


@dataclass(frozen=True)
class Look:
    """What one readable picture is like.

    Attributes:
        file: the picture's file.
        size: width and height in pixels, as stored.
        mode: Pillow's name for its kind of pixels.
        format: one of imaging.FORMATS.
        counts: (n,) float32, a sample of a grey picture of more than 8 bits, else empty.
        deep_colour: whether it has colours of 16 bits, of which the upper 8 are used.
        transparent: the share of it that lets the background through, 0 to 1.
        ink: how light its opaque part is, 0 to 255; only where it is transparent.
    """

    file: SourceFile
    size: tuple[int, int]
    mode: str
    format: str
    counts: NDArray[np.float32] = field(repr=False, compare=False)
    deep_colour: bool = False
    transparent: float = 0.0
    ink: float = 0.0


@dataclass(frozen=True)
class Survey:
    """A folder's readable pictures, and those that are not."""

    looks: Sequence[Look]
    broken: Sequence[Quarantined]


def survey(files: Sequence[SourceFile]) -> Survey:
    """Decodes every picture once, on all cores."""
    looks, broken = [], []
    with progress_bar("look at pictures", len(files)) as advance:
        for found in on_all_cores(_look, files):
            if isinstance(found, Look):
                looks.append(found)
            else:
                broken.append(found)
            advance(1)
    return Survey(looks, broken)


def _look(file: SourceFile) -> Look | Quarantined:
    try:
        data = file.read()
        image = open_image(data)
        size, mode, form = image.size, image.mode, "JPEG" if image.format == "MPO" else str(image.format)
        deep_colour = mode.startswith(("RGB", "LA")) and ";16" in str(getattr(image, "tile", ""))
        share, ink = _transparency(data) if image.has_transparency_data else (0.0, 0.0)
        decode_image(data, Decoding(GLANCE, "stretch", WHITE, ANY_WINDOW))
        return Look(file, size, mode, form, _sample_counts(image), deep_colour, share, ink)
    except ImageError as error:
        return Quarantined(file.path, str(error))


def _sample_counts(image: Image.Image) -> NDArray[np.float32]:
    if image.mode != "F" and not image.mode.startswith("I"):
        return np.empty(0, dtype=np.float32)
    counts = np.asarray(image).ravel()
    if len(counts) > SAMPLED_COUNTS:  # at random places: equal steps could fall on one column of the picture
        counts = counts[np.random.default_rng(0).integers(0, len(counts), SAMPLED_COUNTS)]
    sampled = counts.astype(np.float32)
    return sampled[np.isfinite(sampled)]


def _transparency(data: bytes) -> tuple[float, float]:
    """The transparent share and the lightness of the rest, from how the picture looks on two backgrounds."""
    on_white, on_black = (
        decode_image(data, Decoding(GLANCE, "stretch", colour, ANY_WINDOW)).astype(np.float64)
        for colour in (WHITE, BLACK)
    )
    through = np.clip((on_white - on_black) / 255.0, 0, 1)  # (GLANCE, GLANCE, 3)
    opaque = float((1 - through).sum())
    return float(through.mean()), float(on_black.sum() / opaque) if opaque > 0 else 0.0
