"""What two models' answers to the same pictures say about which is better: exact tests and intervals of differences.

Only pictures on which the two disagree tell them apart. `gained` is how many of them the first answers rightly and
the second wrongly, `lost` the other way round.
"""

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy.special import bdtr, bdtrc, ndtri

POWER = 0.8  # four times in five: what a test set is commonly asked for
DRAWS = 400  # of a bootstrap: its 95 % interval then moves by a few percent of its width

Interval = tuple[float, float]


def mcnemar(gained: int, lost: int) -> float:
    """Two-sided p-value of McNemar's exact test: were the two equally good, each disagreement is a coin toss.

    Source: McNemar 1947, Psychometrika 12:153; exact by the binomial distribution.

    Returns:
        1.0 where they never disagree.
    """
    return min(1.0, 2 * float(bdtr(min(gained, lost), gained + lost, 0.5))) if gained + lost else 1.0


def difference_interval(gained: int, lost: int, rows: int, level: float = 0.95) -> Interval:
    """Tango's score interval of the difference of two shares on the same rows.

    It holds its level on few rows and where shares are near 1, never leaves -1 to 1, and agrees with McNemar's test
    at 0. Source: Tango 1998, Statistics in Medicine 17:891, equations 4 to 8.

    Args:
        gained: see above.
        lost: see above.
        rows: all pictures; 0 gives (-1, 1).
        level: how sure.
    """
    if rows <= 0:
        return -1.0, 1.0
    z, middle = float(ndtri((1 + level) / 2)), (gained - lost) / rows
    low = _root(lambda delta: _score(gained, lost, rows, delta) - z, -1.0, middle)
    high = _root(lambda delta: _score(gained, lost, rows, delta) + z, middle, 1.0)
    return low, high


def _score(gained: int, lost: int, rows: int, delta: float) -> float:
    """How many standard errors the difference seen lies above `delta`, were that the true one."""
    distance = gained - lost - rows * delta
    b = -gained - lost + (2 * rows - gained + lost) * delta
    c = -lost * delta * (1 - delta)
    share_lost = (math.sqrt(max(0.0, b * b - 8 * rows * c)) - b) / (4 * rows)  # likeliest, were `delta` true
    variance = rows * (2 * share_lost + delta * (1 - delta))
    return distance / math.sqrt(variance) if variance > 1e-12 else math.copysign(math.inf, distance) if distance else 0


def _root(falling: Callable[[float], float], low: float, high: float) -> float:
    """Where a falling function crosses 0 between two ends; the end beyond which it would."""
    if falling(low) <= 0:
        return low
    if falling(high) >= 0:
        return high
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if falling(middle) > 0 else (low, middle)
    return (low + high) / 2


def smallest_difference(disagreements: int, rows: int, significance: float, power: float = POWER) -> float:
    """The difference of accuracy that the exact test finds with this power, where two models disagree so often.

    Args:
        disagreements: of the two; fewer than can ever be significant count as the fewest that can.
        rows: all pictures.
        significance: two-sided.
        power: how often such a difference is found.
    """
    fewest = math.ceil(1 + math.log2(1 / significance))  # all one way: 2 · 0.5^k <= significance
    count = max(disagreements, fewest)
    needed = next(k for k in range(count // 2 + 1, count + 1) if mcnemar(k, count - k) <= significance)
    low, high = 0.5, 1.0  # share of the disagreements that the better one wins
    for _ in range(40):
        middle = (low + high) / 2
        low, high = (low, middle) if float(bdtrc(needed - 1, count, middle)) >= power else (middle, high)
    return min(1.0, count * (2 * high - 1) / rows)


def mean_difference(
    ours: NDArray[np.float64], theirs: NDArray[np.float64], level: float = 0.95
) -> tuple[float, Interval]:
    """The difference of two means over the same rows, and its interval by the normal distribution.

    Args:
        ours: (N,) a figure of each row, N > 0.
        theirs: (N,) likewise.
        level: how sure.
    """
    each = ours - theirs
    mean, error = float(each.mean()), float(each.std() / math.sqrt(len(each)))
    half = float(ndtri((1 + level) / 2)) * max(error, 1 / len(each))  # never surer than one row makes
    return mean, (mean - half, mean + half)


def cost_difference(
    ours: NDArray[np.float64], theirs: NDArray[np.float64], dearest: float, level: float = 0.95
) -> tuple[float, Interval]:
    """The difference of two models' mean costs on the same rows, and its interval.

    A mistake may be so rare that these rows show none and so dear that it decides. So the interval is that of the
    normal distribution after two more rows, on each of which one model alone makes the dearest mistake. Where each
    costs 1 it is the adjusted Wald interval of Bonett and Price 2012, J. Educ. Behav. Stat. 37:479, which on 100 rows
    tells six disagreements that go one way from chance, and no fewer, as the exact test does.

    Args:
        ours: (N,) what each answer of the first costs, N > 0.
        theirs: (N,) likewise.
        dearest: what the dearest mistake costs that there can be.
        level: how sure.
    """
    each = ours - theirs
    more = np.append(each, [dearest, -dearest])
    middle, half = float(more.mean()), float(ndtri((1 + level) / 2) * more.std() / math.sqrt(len(more)))
    return float(each.mean()), (middle - half, middle + half)


def bootstrap_interval(
    figure: Callable[[NDArray[np.int64]], float], rows: int, level: float = 0.95, draws: int = DRAWS
) -> Interval:
    """Interval of a figure of rows by bootstrap: the rows are drawn again and again; the same draws each time.

    Args:
        figure: computes it from (N,) row numbers, some of them more than once.
        rows: N, more than 0.
        level: how sure.
        draws: how often.
    """
    drawn = np.random.default_rng(0)
    figures = [figure(drawn.integers(0, rows, rows)) for _ in range(draws)]
    low, high = np.quantile(figures, [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)
