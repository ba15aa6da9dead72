"""What is measured of each picture, as its model sees it: the same function for the reference and for traffic."""

from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]
Values = NDArray[np.float64]

GRID = 32  # places that are looked at along each side of a larger picture
WAVES = 4  # cosines along each side, of which the layout is composed
FAINTEST = 1e-12  # probabilities below it count as this one
DECIMALS = 3  # so that another CPU's last digits don't tell two equal pictures apart


class Statistic(NamedTuple):
    """One number a picture.

    Attributes:
        name: a word for it.
        meaning: what it is, with its unit.
    """

    name: str
    meaning: str


STATISTICS = (
    Statistic("brightness", "mean of all pixels, 0 (black) to 255 (white)"),
    Statistic("contrast", "standard deviation of the pixels' brightness, of 255"),
    Statistic("lightest", "brightness of the lightest pixel, of 255"),
    Statistic("darkest", "brightness of the darkest pixel, of 255"),
    Statistic("colour", "usual difference between a pixel's channels, of 255; 0 is grey"),
    Statistic("sharpness", "usual step from a pixel to its neighbour, as a share of the contrast"),
    Statistic("size", "side of a square with as many pixels as the file has"),
    Statistic("shape", "width divided by height, upright"),
    Statistic("confidence", "probability of the best class"),
    Statistic("left to right", "how much lighter the left half is than the right one, in units of the contrast"),
    Statistic("top to bottom", "how much lighter the upper half is than the lower one, in units of the contrast"),
    Statistic("diagonal", "how much lighter two opposite quarters are than the others, in units of the contrast"),
    Statistic("strangeness", "distance from the usual layout and the usual probabilities; log of its square"),
)
NAMES = tuple(statistic.name for statistic in STATISTICS)
OF_PICTURES = len(STATISTICS) - 1  # all but the strangeness, which needs to know what is usual


class Looked(NamedTuple):
    """What was measured of N pictures.

    Attributes:
        values: (N, OF_PICTURES) float64, in the order of STATISTICS.
        embedding: (N, WAVES² - 1 + classes) float64: layout and log probabilities.
        classes: (N,) int64, the place of the best class.
    """

    values: Values
    embedding: Values
    classes: NDArray[np.int64]


def join(parts: Sequence[Looked], class_count: int) -> Looked:
    """What was measured of several groups of pictures, or of none, as one."""
    none = Looked(np.empty((0, OF_PICTURES)), np.empty((0, WAVES**2 - 1 + class_count)), np.empty(0, dtype=np.int64))
    return Looked(*(np.concatenate(column) for column in zip(none, *parts, strict=True)))


def look(pixels: Pixels, sizes: Sequence[tuple[int, int]], probabilities: NDArray[np.float32]) -> Looked:
    """Measures pictures; a few dozen at a time cost least.

    Args:
        pixels: (N, S, S, 3) uint8, as the model's decoding makes them.
        sizes: width and height of each file's picture, upright.
        probabilities: (N, classes) float32, what the model answered.
    """
    light, steps, colour = _thinned(pixels)
    count = len(light)
    brightness, contrast = light.mean(axis=(1, 2)), light.std(axis=(1, 2))
    spread = np.where(contrast > 0, contrast, 1)
    layout = _layout((light - brightness[:, None, None]) / spread[:, None, None])
    width, height = np.array(sizes, dtype=np.float64).reshape(count, 2).T
    flat = light.reshape(count, -1)
    values = np.stack(
        [brightness, contrast, flat.max(axis=1), flat.min(axis=1), colour, steps / spread, np.sqrt(width * height),
         width / height, probabilities.max(axis=1), layout[:, 0], layout[:, WAVES - 1], layout[:, WAVES]], axis=1
    )  # fmt: skip
    answers = np.log(np.maximum(probabilities, FAINTEST, dtype=np.float64))
    return Looked(values.round(DECIMALS), np.hstack([layout, answers]), probabilities.argmax(axis=1))


def _thinned(pixels: Pixels) -> tuple[NDArray[np.float32], Values, Values]:
    """Brightness at places on a grid, (N, h, w); the usual step from there to the right and down; the usual colour."""
    if pixels.shape[1] == 1:
        pixels = pixels.repeat(2, axis=1).repeat(2, axis=2)
    every = max(1, pixels.shape[1] // GRID)
    here = pixels[:, :-1:every, :-1:every].astype(np.float32)
    red, green, blue = here[..., 0], here[..., 1], here[..., 2]
    beside = pixels[:, :-1:every, 1::every, 1].astype(np.float32) - green
    below = pixels[:, 1::every, :-1:every, 1].astype(np.float32) - green
    steps, colour = np.asarray(np.sqrt(_mean_square(beside) + _mean_square(below))), _mean_square(red - green)
    return np.asarray((red + green + blue) / 3), steps, np.asarray(np.sqrt(colour + _mean_square(green - blue)))


def _mean_square(values: NDArray[np.float32]) -> Values:
    """(N, h, w) to (N,)."""
    flat = values.reshape(len(values), -1)
    return np.asarray(np.einsum("ij,ij->i", flat, flat) / flat.shape[1], dtype=np.float64)


def _layout(light: NDArray[np.float32]) -> Values:
    """(N, WAVES² - 1): how much of each pattern of light and dark is in a picture; rows of patterns, without plain."""
    across, down = _waves(light.shape[2]), _waves(light.shape[1])
    patterns = np.matmul(down, np.matmul(light, across.T)) / light[0].size  # (N, WAVES, WAVES)
    return np.asarray(patterns.reshape(len(light), -1)[:, 1:], dtype=np.float64)


@cache
def _waves(length: int) -> NDArray[np.float32]:
    """(WAVES, length): none, half, one and one and a half waves along a side."""
    places = (np.arange(length) + 0.5) / length
    return np.asarray(np.cos(np.pi * np.arange(WAVES)[:, None] * places), dtype=np.float32)
