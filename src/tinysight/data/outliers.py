"""Values that stand apart from their own data set, by statistics that they themselves cannot spoil."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

ENOUGH = 20  # values: fewer have no usual range
RARE = 0.05  # share: what happens more often belongs to the data set
NORMAL = 1.4826  # makes the median distance from the median a standard deviation, where values are normal


def far_below(
    values: NDArray[Any], *, least_spread: float, distance: float, where: NDArray[np.bool_] | None = None
) -> list[int]:
    """Rows far below the others, the farthest first; none where such values are nothing rare.

    Args:
        values: (N,) numbers.
        least_spread: the spread that is taken where the values are more alike than that.
        distance: how many spreads below the median.
        where: (N,) the rows that may be told; all are looked at to know what is usual.
    """
    scores = -_scores(values, least_spread)
    return _farthest(scores if where is None else np.where(where, scores, 0), distance)


def far_off(values: NDArray[Any], *, least_spread: float, distance: float) -> list[int]:
    """The same on either side."""
    return _farthest(np.abs(_scores(values, least_spread)), distance)


def _scores(values: NDArray[Any], least_spread: float) -> NDArray[np.float64]:
    """(N,) distances from the median, in spreads; zero where there are too few values to know what is usual."""
    if len(values) < ENOUGH:
        return np.zeros(len(values))
    distances: NDArray[np.float64] = np.asarray(values - np.median(values), dtype=np.float64)
    return distances / max(least_spread, NORMAL * float(np.median(np.abs(distances))))


def _farthest(scores: NDArray[np.float64], distance: float) -> list[int]:
    rows = [int(row) for row in np.argsort(-scores, kind="stable") if scores[row] > distance]
    return rows if len(rows) <= max(1, RARE * len(scores)) else []
