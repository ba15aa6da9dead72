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
    """One value a picture, each (N,) float32; what is padded round a picture counts for nothing.

    Attributes:
        brightness: how light it is on average, 0 (black) to 255 (white).
        lightest: the highest channel of its lightest hundredth: pure red is as light as white.
        darkest: the lowest channel of its darkest hundredth: pure yellow is as dark as black.
        white: the share of it that is white.
        contrast: standard deviation of the channel that varies most; 0 where all pixels are alike.
        colourfulness: between the channels of its most colourful hundredth; 0 where it is grey.
        sharpness: its steepest edges, as a share of the whole way from dark to light; near 1 where they
            are one pixel wide.
    """

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
    measured = np.zeros((len(pixels), len(fields(Looks))), dtype=np.float32)
    with progress_bar("look at pictures", len(pixels)) as advance:
        for row, (image, fact) in enumerate(zip(pixels, facts, strict=True)):
            measured[row] = _measure(_without_padding(image, fact, fit))
            advance(1)
    return Looks(*measured.T)


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
    """The values of Looks for one picture, (H, W, 3)."""
    light: Pixels = np.asarray(cv2.cvtColor(np.ascontiguousarray(image), cv2.COLOR_RGB2GRAY), dtype=np.uint8)  # (H, W)
    ordered = np.sort(light, axis=None)
    red, green, blue = image.reshape(-1, 3).T
    highest, lowest = np.maximum(np.maximum(red, green), blue), np.minimum(np.minimum(red, green), blue)
    return (
        float(ordered.mean()),
        _top(highest),
        255 - _top(255 - lowest),
        float(np.count_nonzero(lowest >= WHITE) / lowest.size),
        float(cv2.meanStdDev(image)[1].max()),
        _top(highest - lowest),
        _sharpness(light, ordered),
    )


def _top(values: NDArray[np.uint8]) -> float:
    """The mean of the highest hundredth."""
    count = max(1, values.size // 100)
    return float(np.partition(values, -count)[-count:].mean())


def _sharpness(light: Pixels, ordered: Pixels) -> float:
    """How steep the steepest edges are, whatever else is in the picture: a disc has few edges, grass has many.

    The variance of the Laplacian, which is often taken, grows with how much edge there is and with contrast,
    and so calls simple drawings blurred.
    """
    steepest = max(4, len(ordered) // 500)
    span = float(ordered[-steepest:].mean() - ordered[:steepest].mean())
    if span == 0 or min(light.shape) < 2:
        return 0.0
    across, down = cv2.absdiff(light[:, 1:], light[:, :-1]), cv2.absdiff(light[1:], light[:-1])
    steps = np.concatenate([across, down], axis=None)
    count = min(steepest, len(steps))
    return float(np.partition(steps, -count)[-count:].mean()) / span
