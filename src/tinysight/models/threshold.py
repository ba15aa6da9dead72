"""When an answer is too unsure to be given: the unknown threshold, fitted on val."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tinysight.bundle import GOLDEN_TOLERANCE

DECIMALS = 6  # confidences closer than this are one: Keras and ONNX Runtime differ by less
ROOM = GOLDEN_TOLERANCE["int8"]  # below the least sure val row: another machine may be less sure of it by so much


@dataclass(frozen=True)
class Threshold:
    """What was found on val.

    Attributes:
        value: an answer whose largest probability is below it is unknown.
        precision: share of the val rows answered at it that are right.
        answered: share of the val rows answered at it.
        reached: whether the answers reach the wanted precision and are enough to show it; False only where that
            holds at no threshold that may be taken: too few rows, or too many mistakes that the model is sure of.
    """

    value: float
    precision: float
    answered: float
    reached: bool


def fit_threshold(
    probabilities: NDArray[np.float64], labels: NDArray[np.int64], *, precision: float, answered: float
) -> Threshold:
    """The larger of two thresholds.

    One is the lowest at which the answers reach `precision`; it must leave at least 1 / (1 - precision)
    answers, or half of the val rows where there are fewer, since fewer cannot show such a precision. The
    other is the highest that still answers the share `answered` of the val rows: also a precise model leaves
    the oddest pictures unanswered. Where the second is the larger, what it leaves out may all have been right,
    and its answers miss `precision` again: then it is the next above it that reaches it. Where none does,
    it is the one from the second upwards that comes nearest; among enough answers the lowest that is within two
    standard errors of that, since the nearest of many is so by luck: where 2 % of the labels are wrong, no threshold
    gives more, and the strictest would refuse most pictures for nothing.

    A threshold lies in the middle between two confidences, never on one. Where all val rows are to be answered, as
    with fewer than 50 of them and 98 % wanted, it lies closely below the least sure one: what is stranger than all of
    val stays unknown. It is 0 where no such place is left, as with a model that is always equally sure.

    Args:
        probabilities: (n, classes) of the val rows.
        labels: (n,) int64.
        precision: wanted share of right answers among those given.
        answered: wanted share of val rows answered, where the precision allows it.
    """
    confidence = np.round(probabilities.max(axis=1), DECIMALS)
    right = probabilities.argmax(axis=1) == labels
    levels, given, precise = _levels(confidence, right)
    least = min(_fewest(precision), math.ceil(len(labels) / 2))
    generous = int(np.flatnonzero(given >= answered * len(labels) - 1e-9)[-1])
    place = generous + _precise(given[generous:], precise[generous:], precision, least)
    value = float(levels[place - 1] + levels[place]) / 2 if place else _below_all(levels, probabilities.shape[1])
    reached = bool(precise[place] >= precision and given[place] >= _fewest(precision))
    return Threshold(value, float(precise[place]), float(given[place] / len(labels)), reached)


def _below_all(levels: NDArray[np.float64], classes: int) -> float:
    """What all val rows reach and strangers don't, whose probabilities are all nearly 1 / classes; 0 for nothing."""
    least, strange = float(levels[0]), 1 / classes
    if len(levels) == 1 or least - strange < 10**-DECIMALS:
        return 0.0
    return max(least - ROOM, (strange + least) / 2)


def _fewest(precision: float) -> int:
    """How many answers can show such a precision: 100 for 0.99."""
    return math.ceil(1 / (1 - precision) - 1e-9)


def _levels(
    confidence: NDArray[np.float64], right: NDArray[np.bool_]
) -> tuple[NDArray[np.float64], NDArray[np.int64], NDArray[np.float64]]:
    """The distinct confidences, rising; how many rows reach each; and the share of those that is right."""
    levels, place = np.unique(confidence, return_inverse=True)
    rows = np.bincount(place, minlength=len(levels))
    hits = np.bincount(place, weights=right, minlength=len(levels))
    given = np.cumsum(rows[::-1])[::-1]
    return levels, given, np.cumsum(hits[::-1])[::-1] / given


def _precise(given: NDArray[np.int64], precise: NDArray[np.float64], precision: float, least: int) -> int:
    """The place of the lowest level that is precise enough, else of the lowest that is as good as the most precise."""
    allowed = given >= least  # where not even the first is, the first is taken
    reached = np.flatnonzero(allowed & (precise >= precision))
    if len(reached):
        return int(reached[0])
    nearest = int(np.argmax(np.where(allowed, precise, -1.0)))
    if given[nearest] < _fewest(precision):
        return nearest
    luck = 2 * math.sqrt(precise[nearest] * (1 - precise[nearest]) / given[nearest])
    return int(np.flatnonzero(allowed & (precise >= precise[nearest] - luck))[0])
