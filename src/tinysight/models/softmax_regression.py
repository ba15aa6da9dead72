"""Multinomial logistic regression, with the penalty that the val rows like best."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray
from scipy.special import logsumexp

from tinysight.models.descent import ROWS_AT_ONCE, Floats, Steps, descend, eigen, gram
from tinysight.models.training_data import TrainingData
from tinysight.parts import in_parts

ITERATIONS = 200
ENOUGH_VAL = 150  # rows; fewer choose badly, so that train rows are held out in turn besides
FOLDS = 4
WORTH = 1e-5  # of the largest variance: an axis with less says nothing

Labels = NDArray[np.int64]


@dataclass(frozen=True)
class Axes:
    """Centred features on one common scale, turned so that they no longer depend on each other.

    Then L-BFGS needs few steps. A turn changes no length, so that a penalty means the same before and after it. A scale
    for each feature would blow up those that hardly change: half a point to two points less on clip art.

    Attributes:
        mean: (d,) of the features.
        turn: (d, axes) from centred features to what is solved on.
    """

    mean: Floats
    turn: Floats

    @classmethod
    def of(cls, features: Floats) -> Self:
        """From (n, d) rows; features that never change play no part."""
        mean = features.mean(axis=0, dtype=np.float64).astype(np.float32)
        products = np.zeros((features.shape[1], features.shape[1]))
        for rows in in_parts(features, ROWS_AT_ONCE):
            products += gram(rows - mean)
        variances, axes = eigen(products / len(features))
        scale = 1 / np.sqrt(max(float(variances.mean()), 1e-12))
        return cls(mean, (scale * axes[:, variances > WORTH * variances[-1]]).astype(np.float32))

    def apply(self, features: Floats) -> Floats:
        """(n, d) to (n, axes + 1): turned, and a column of ones for the bias."""
        turned = np.ones((len(features), self.turn.shape[1] + 1), dtype=np.float32)
        np.matmul(features - self.mean, self.turn, out=turned[:, :-1])
        return turned

    def undo(self, weights: Floats) -> tuple[Floats, Floats]:
        """(axes + 1, classes) to kernel (d, classes) and bias (classes,) of the raw features."""
        kernel = self.turn @ weights[:-1]
        return kernel, weights[-1] - self.mean @ kernel


@dataclass(frozen=True)
class Known:
    """Turned rows with their labels.

    Attributes:
        features: (n, d).
        labels: (n,).
        counts: (n,) what each row counts, 1 on average; None: all alike.
    """

    features: Floats
    labels: Labels
    counts: Floats | None = None


def fit_head(
    features: Floats, data: TrainingData, places: Labels, val: Floats, penalties: Sequence[float], balance: float = 0
) -> tuple[Floats, Floats]:
    """The last layer of a candidate, from features that stand still.

    Args:
        features: (n, d) of the places.
        data: what it learns from.
        places: (n,) of data.
        val: (v, d) of the val rows.
        penalties: to choose from.
        balance: 0 counts every picture alike, 1 every class.

    Returns:
        kernel (d, classes) and bias (classes,).
    """
    axes, classes = Axes.of(features), len(data.class_names)
    known = Known(axes.apply(features), data.train_labels[places], data.row_weights(places, balance))
    originals = _part(known, places < len(data.train_rows))
    penalty = choose_penalty(originals, Known(axes.apply(val), data.val_labels), classes, penalties)
    return axes.undo(solve(known, classes, penalty))


def solve(known: Known, classes: int, penalty: float) -> Floats:
    """Minimises the mean cross-entropy, each row as much as it counts, + ½ · penalty · |w|².

    Args:
        known: features that depend little on each other, with a column of ones for a bias, and labels below classes.
        classes: how many there are.
        penalty: above 0.

    Returns:
        (d, classes) weights.
    """
    rows, counts = np.arange(len(known.labels)), np.float32(1) if known.counts is None else known.counts
    weights = np.broadcast_to(counts / np.float32(penalty * len(rows)), len(rows))
    squares = np.einsum("nd,nd,n->d", known.features, known.features, weights, dtype=np.float64, optimize=False)

    def loss(scores: Floats) -> tuple[float, Floats]:
        logs = scores - logsumexp(scores, axis=1, keepdims=True)  # (n, classes)
        slope = np.exp(logs)
        slope[rows, known.labels] -= 1
        return -float(np.dot(logs[rows, known.labels].astype(np.float64), weights)), weights[:, None] * slope

    steps = Steps.of_diagonal(1 + squares / classes)  # the curvature where all classes are as likely
    return descend(known.features, loss, steps, np.zeros((known.features.shape[1], classes)), ITERATIONS)


def choose_penalty(train: Known, val: Known, classes: int, penalties: Sequence[float]) -> float:
    """The penalty with the least cross-entropy of rows that were not learned from; of equals the strongest.

    Where val has fewer than ENOUGH_VAL rows, train rows are held out in FOLDS turns besides. `train` should hold no
    warped copies then: they would give away what is held out.
    """
    if len(penalties) == 1:
        return penalties[0]
    turns = [(train, val)]
    if len(val.labels) < ENOUGH_VAL:
        turn = np.random.default_rng(0).permutation(len(train.labels)) % FOLDS
        turns += [(_part(train, turn != number), _part(train, turn == number)) for number in range(FOLDS)]
    strongest_first = sorted(penalties, reverse=True)
    return min(strongest_first, key=lambda penalty: sum(_loss(*turn, classes, penalty) for turn in turns))


def _part(known: Known, chosen: NDArray[np.bool_]) -> Known:
    return Known(known.features[chosen], known.labels[chosen], None if known.counts is None else known.counts[chosen])


def _loss(learned: Known, judged: Known, classes: int, penalty: float) -> float:
    """The cross-entropy of the judged rows, summed."""
    scores = judged.features @ solve(learned, classes, penalty)
    rows = np.arange(len(judged.labels))
    return float((logsumexp(scores, axis=1) - scores[rows, judged.labels]).sum(dtype=np.float64))
