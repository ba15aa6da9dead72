"""The counts of a grey picture of more than 8 bits become 0 to 255 through a window."""

from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

MOST_COUNT = 65535  # of 16 bits

Window = tuple[float, float]


def windowed(counts: NDArray[Any], window: Window) -> NDArray[np.uint8]:
    """Maps the window's lower end and what is below it to 0, its upper end and what is above it to 255.

    Args:
        counts: (H, W) of any number type; NaN counts as the lower end.
        window: lower and upper end.
    """
    if counts.dtype.kind == "u" and counts.dtype.itemsize == 2:  # a table answers in a fifth of the time
        return _table(*window).take(counts)
    return _map(counts, window)


@lru_cache(maxsize=4)
def _table(low: float, high: float) -> NDArray[np.uint8]:
    """(65536,) uint8: what each 16-bit count becomes."""
    return _map(np.arange(MOST_COUNT + 1), (low, high))


def _map(counts: NDArray[Any], window: Window) -> NDArray[np.uint8]:
    low, high = window
    known = np.nan_to_num(counts.astype(np.float64), posinf=high, neginf=low, nan=low)
    scaled: NDArray[np.float64] = np.rint((np.clip(known, low, high) - low) * (255.0 / (high - low)))
    return scaled.astype(np.uint8)
