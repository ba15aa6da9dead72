"""The section `evaluate.expected`: what the user's pictures do."""

from typing import Self

from tinysight.params.ranges import (
    LOSSLESS,
    LOWEST_QUALITY,
    MOST,
    Blur,
    Brightness,
    Contrast,
    JpegQuality,
    Noise,
    Rotation,
    Shift,
    Zoom,
)
from tinysight.params.section import Section


class ExpectedParams(Section):
    """Up to how much the user's pictures vary; the verdict is decided under all of it together.

    Attributes:
        shift: share of the image, in each direction.
        rotation: degrees, either way.
        scale: share of the size, larger or smaller.
        brightness: share of full brightness, lighter or darker.
        contrast: 1 - contrast to 1 + contrast times as much.
        blur: standard deviation, share of the side.
        noise: standard deviation, share of full brightness.
        jpeg_quality: the lowest that a picture is saved with; 100: none is.
    """

    shift: Shift
    rotation: Rotation
    scale: Zoom = 0.0
    brightness: Brightness = 0.0
    contrast: Contrast = 0.0
    blur: Blur = 0.0
    noise: Noise = 0.0
    jpeg_quality: JpegQuality = LOSSLESS

    def times(self, factor: float) -> Self:
        """So many times as much of everything, as far as it is allowed."""
        more = {name: min(most, factor * getattr(self, name)) for name, most in MOST.items()}
        quality = round(LOSSLESS - factor * (LOSSLESS - self.jpeg_quality))
        return self.model_copy(update={**more, "jpeg_quality": max(LOWEST_QUALITY, quality)})
