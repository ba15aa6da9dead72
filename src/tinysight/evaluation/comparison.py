"""Two models on the same pictures: how they differ overall, in each class, when moved, and in how sure they are."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tinysight.evaluation.error_costs import Costs, answer_costs, dearest
from tinysight.evaluation.metrics import calibration_error
from tinysight.evaluation.paired import (
    DRAWS,
    Interval,
    bootstrap_interval,
    cost_difference,
    difference_interval,
    mcnemar,
    mean_difference,
    smallest_difference,
)
from tinysight.evaluation.source_files import Marks


@dataclass(frozen=True)
class Change:
    """A figure of two models over the same pictures.

    Attributes:
        ours: of the first model.
        theirs: of the second.
        difference: ours minus theirs.
        interval: of the difference, as sure as 1 - significance.
    """

    ours: float
    theirs: float
    difference: float
    interval: Interval

    @property
    def surely_lower(self) -> bool:
        """Whether chance does not explain that ours is lower."""
        return self.interval[1] < 0

    @property
    def surely_higher(self) -> bool:
        """Whether chance does not explain that ours is higher."""
        return self.interval[0] > 0


@dataclass(frozen=True)
class Comparison:
    """Two models over the same pictures.

    Attributes:
        rows: how many pictures.
        gained: pictures that only the first answers rightly.
        lost: pictures that only the second answers rightly.
        p_value: McNemar's exact test, two-sided.
        accuracy: share of right answers; the interval is Tango's.
        smallest: the difference of accuracy that these pictures show four times in five.
        recall: by class name, accuracy on its pictures; the intervals hold for all classes together (Bonferroni), or
            among ten classes one would often seem to have lost by chance.
        expected_accuracy: under the expected warps; None where they were not asked for.
        expected_calibration_error: mean gap between confidence and accuracy; the interval is a bootstrap's.
        same: pictures that both name alike, rightly or not; None where that is not known.
        error_cost: what an answer costs on average, right ones included; None where nobody has said what mistakes cost.
    """

    rows: int
    gained: int
    lost: int
    p_value: float
    accuracy: Change
    smallest: float
    recall: dict[str, Change]
    expected_accuracy: Change | None
    expected_calibration_error: Change
    same: int | None = None
    error_cost: Change | None = None

    def as_json(self) -> dict[str, Any]:
        """For programs."""
        return asdict(self)


def compare(
    ours: Marks,
    theirs: Marks,
    truth: Sequence[str],
    significance: float = 0.05,
    *,
    draws: int = DRAWS,
    costs: Costs | None = None,
) -> Comparison:
    """Compares what two models answered to the same pictures, at least one.

    Args:
        ours: of the first.
        theirs: of the second.
        truth: the class of each picture.
        significance: two-sided, of every test and interval.
        draws: of the bootstrap.
        costs: what mistakes cost, where the user has said so.
    """
    gained, lost, rows = _disagreements(ours.right, theirs.right)
    level = 1 - significance
    of_class = {name: np.array([one == name for one in truth]) for name in sorted(set(truth))}
    return Comparison(
        rows=rows,
        gained=gained,
        lost=lost,
        p_value=mcnemar(gained, lost),
        accuracy=_change(ours.right, theirs.right, level),
        smallest=smallest_difference(gained + lost, rows, significance),
        recall={
            name: _change(ours.right[own], theirs.right[own], 1 - significance / len(of_class))
            for name, own in of_class.items()
        },
        expected_accuracy=_moved(ours, theirs, level) if len(ours.moved_right) else None,
        expected_calibration_error=_calibration(ours, theirs, level, draws),
        same=int((ours.named == theirs.named).sum()) if len(ours.named) == len(theirs.named) == rows else None,
        error_cost=_weighed(costs, ours, theirs, truth, level) if costs else None,
    )


def _disagreements(ours: NDArray[np.bool_], theirs: NDArray[np.bool_]) -> tuple[int, int, int]:
    return int((ours & ~theirs).sum()), int((theirs & ~ours).sum()), len(ours)


def _change(ours: NDArray[np.bool_], theirs: NDArray[np.bool_], level: float) -> Change:
    gained, lost, rows = _disagreements(ours, theirs)
    interval = difference_interval(gained, lost, rows, level)
    return Change(float(ours.mean()), float(theirs.mean()), (gained - lost) / rows, interval)


def _moved(ours: Marks, theirs: Marks, level: float) -> Change:
    shares = (
        ours.moved_right.mean(axis=0),
        theirs.moved_right.mean(axis=0),
    )  # (N,): the draws of a row are not independent
    difference, interval = mean_difference(*shares, level)
    return Change(float(shares[0].mean()), float(shares[1].mean()), difference, interval)


def _weighed(costs: Costs, ours: Marks, theirs: Marks, truth: Sequence[str], level: float) -> Change:
    mine, other = (answer_costs(costs, marks.named, truth) for marks in (ours, theirs))
    difference, interval = cost_difference(mine, other, dearest(costs, truth), level)
    return Change(float(mine.mean()), float(other.mean()), difference, interval)


def _calibration(ours: Marks, theirs: Marks, level: float, draws: int) -> Change:
    def error(marks: Marks, rows: NDArray[np.int64]) -> float:
        return calibration_error(marks.confidence[rows], marks.right[rows])

    everything = np.arange(len(ours.right))
    mine, other = error(ours, everything), error(theirs, everything)
    interval = bootstrap_interval(lambda rows: error(ours, rows) - error(theirs, rows), len(everything), level, draws)
    return Change(mine, other, mine - other, interval)
