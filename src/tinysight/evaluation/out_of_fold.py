"""What a model thinks of pictures that it did not learn from: each is judged by one that learned from the others."""

import math
import warnings
from collections import Counter
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from tinysight.data.groups import Rows
from tinysight.data.suspects import Probabilities

FOLDS, MORE_FOLDS = 5, 10
FEW = 2000  # pictures: below, a model should learn from nine tenths of them, and that takes no time
AXES = 256  # how many numbers are left of a picture's features
LENGTH = 10.0  # of a picture's features, on average, so that one strength of regularisation suits all
INVERSE_STRENGTH = 0.03  # scikit-learn's C; 0.01 to 0.1 found as many wrong labels, 1 fewer

Features = NDArray[np.float32]


def assign_folds(labels: Rows, groups: Rows, digests: Sequence[str]) -> Rows:
    """A fold for each picture: groups stay whole, each class is spread evenly, and only the digests decide.

    Args:
        labels: (N,).
        groups: (N,), the number of each row's group.
        digests: N, of the pictures' files.

    Returns:
        (N,) from 0 to FOLDS - 1, to MORE_FOLDS - 1 if they are few.
    """
    count = FOLDS if len(labels) >= FEW else MORE_FOLDS
    order = np.argsort(np.asarray(digests), kind="stable")
    taken: Counter[int] = Counter()
    folds: dict[int, int] = {}
    for row in order:
        group, label = int(groups[row]), int(labels[row])
        if group not in folds:
            folds[group] = taken[label] % count
            taken[label] += 1
    return np.array([folds[int(group)] for group in groups], dtype=np.int64)


def condense(*parts: tuple[Features, float]) -> Features:
    """Several kinds of features to at most AXES numbers a picture: their principal components.

    Labels play no part, so that it may look at all pictures at once.

    Args:
        parts: (N, any) and its weight, each.

    Returns:
        (N, at most AXES) float32, of LENGTH on average.
    """
    from sklearn.utils.extmath import randomized_svd
    from threadpoolctl import threadpool_limits

    whole = np.empty((len(parts[0][0]), sum(part.shape[1] for part, _ in parts)), dtype=np.float32)
    start = 0
    for part, weight in parts:
        whole[:, start : start + part.shape[1]] = part
        _scale(whole[:, start : start + part.shape[1]], weight)
        start += part.shape[1]
    with threadpool_limits(1):
        left, lengths, _ = randomized_svd(whole, min(AXES, *whole.shape), random_state=0)  # (N, axes), (axes,)
    condensed = np.asarray(left * lengths, dtype=np.float32)
    _scale(condensed, LENGTH)
    return condensed


def _scale(part: Features, length: float) -> None:
    """Centres features and gives them a length, on average, in place: there may be 20,000 pictures of 3,000 numbers."""
    part -= part.mean(axis=0)
    usual = math.sqrt(np.einsum("ij,ij->", part, part, dtype=np.float64) / len(part))
    part *= length / max(usual, 1e-12)


def out_of_fold(
    features: Features, labels: Rows, folds: Rows, advance: Callable[[int], None] = lambda _: None
) -> Probabilities:
    """Probabilities of each picture's classes by a logistic regression that learned from the other folds.

    Args:
        features: (N, any), as `condense` gives them.
        labels: (N,) from 0.
        folds: (N,) from 0.
        advance: called with 1 after each fold.

    Returns:
        (N, classes); each row sums to 1. A class that only one fold holds gets 0 there.
    """
    from threadpoolctl import threadpool_limits

    found = np.zeros((len(labels), int(labels.max()) + 1))
    for fold in np.unique(folds):
        inside = folds == fold
        classes = np.unique(labels[~inside])
        with threadpool_limits(1):  # so small matrices took five times as long where two threads wait for busy cores
            found[np.ix_(inside, classes)] = _judge(features[~inside], labels[~inside], features[inside])
        advance(1)
    return found


def _judge(known: Features, labels: Rows, unknown: Features) -> Probabilities:
    """(n, any) and their labels, (m, any) to judge; (m, classes that occur)."""
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.linear_model import LogisticRegression

    if len(np.unique(labels)) < 2:  # nothing to tell apart
        return np.ones((len(unknown), min(1, len(labels))))
    model = LogisticRegression(C=INVERSE_STRENGTH, max_iter=200, tol=1e-3)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # the last digits of a probability don't matter here
        model.fit(known, labels)
    return np.asarray(model.predict_proba(unknown), dtype=np.float64)
