"""How light, colourful and sharp each picture is: what the checks ask of pixels, measured once."""

from collections.abc import Sequence
from dataclasses import dataclass, fields

import cv2
import numpy as np
from numpy.typing import NDArray

from tinysight.data.facts import Facts
from tinysight.data.progress import progress_bar
from tinysight.imaging import Decoding, Fit, Pixels, fitted_size

WHITE = 250  # of 255: JPEG makes white a little darker

Values = NDArray[np.float32]


@dataclass(frozen=True)
class Looks:
    """One value a picture, (N,) float32, but where another shape is given; what is padded round it counts for nothing.

    Attributes:
        rim: (N, 3), the usual red, green and blue of its outermost pixels.
        brightness: how light it is on average, 0 (black) to 255 (white).
        lightest: the highest channel of its lightest hundredth: pure red is as light as white.
        darkest: the lowest channel of its darkest hundredth: pure yellow is as dark as black.
        white: the share of it that is white.
        contrast: standard deviation of the channel that varies most; 0 where all pixels are alike.
        colourfulness: between the channels of its most colourful hundredth; 0 where it is grey.
        sharpness: its steepest edges, as a share of the whole way from dark to light; near 1 where they
            are one pixel wide.
    """

    rim: Values
    brightness: Values
    lightest: Values
    darkest: Values
    white: Values
    contrast: Values
    colourfulness: Values
    sharpness: Values


def measure_looks(pixels: Pixels, facts: Sequence[Facts], fit: Fit) -> Looks:
    """Looks at every picture, one at a time, so that memory does not grow with their number.

    Args:
        pixels: (N, S, S, 3) uint8, mapped from disk.
        facts: N, to know which part of the square is the picture.
        fit: how they were fitted into the square.
    """
    measured = np.zeros((len(pixels), len(fields(Looks)) + 2), dtype=np.float32)
    with progress_bar("look at pictures", len(pixels)) as advance:
        for row, (image, fact) in enumerate(zip(pixels, facts, strict=True)):
            measured[row] = _measure(_without_padding(image, fact, fit))
            advance(1)
    return Looks(measured[:, :3], *measured[:, 3:].T)


def _without_padding(image: Pixels, fact: Facts, fit: Fit) -> Pixels:
    """The part of the square that the picture fills, (H, W, 3)."""
    if fit != "pad":
        return image
    side = len(image)
    size = (fact.height, fact.width) if fact.orientation >= 5 else (fact.width, fact.height)
    width, height = fitted_size(size, Decoding(side, fit))
    left, top = (side - width) // 2, (side - height) // 2
    # a JPEG that was made smaller while it was decoded may be padded a pixel earlier or later
    rim_x, rim_y = (int(8 < length < side) for length in (width, height))
    return image[top + rim_y : top + height - rim_y, left + rim_x : left + width - rim_x]


def _measure(image: Pixels) -> tuple[float, ...]:
    """The values of Looks for one picture, (H, W, 3), in their order."""
    light: Pixels = np.asarray(cv2.cvtColor(np.ascontiguousarray(image), cv2.COLOR_RGB2GRAY), dtype=np.uint8)  # (H, W)
    red, green, blue = image[..., 0], image[..., 1], image[..., 2]
    highest, lowest = np.maximum(np.maximum(red, green), blue), np.minimum(np.minimum(red, green), blue)
    outermost = np.concatenate([image[0], image[-1], image[:, 0], image[:, -1]])  # (2 H + 2 W, 3)
    return (
        *np.sort(outermost, axis=0)[len(outermost) // 2],
        float(light.mean()),
        _top(highest, 0.01),
        255 - _top(255 - lowest, 0.01),
        float(np.count_nonzero(lowest >= WHITE) / lowest.size),
        float(cv2.meanStdDev(image)[1].max()),
        _top(highest - lowest, 0.01),
        _sharpness(light),
    )


def _top(values: NDArray[np.uint8], share: float) -> float:
    """The mean of a picture's highest values; not of fewer than four."""
    count = min(values.size, max(4, int(share * values.size)))
    return float(np.partition(values, -count, axis=None)[-count:].mean()) if count else 0.0


def _sharpness(light: Pixels) -> float:
    """How steep the steepest edges are, whatever else is in the picture: a disc has few edges, grass has many.

    The variance of the Laplacian, which is often taken, grows with how much edge there is and with contrast,
    and so calls simple drawings blurred.
    """
    across, down = _differences(light[:, 1:], light[:, :-1]), _differences(light[1:], light[:-1])
    way = _top(light, 0.002) - 255 + _top(255 - light, 0.002)
    return _top(np.concatenate([across, down], axis=None), 0.001) / way if way else 0.0


def _differences(one: Pixels, other: Pixels) -> Pixels:
    return np.maximum(one, other) - np.minimum(one, other)
