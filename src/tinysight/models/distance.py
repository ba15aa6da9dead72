"""How far a picture is from what a model has learned: the strange ones get unsure answers."""

from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
from keras import ops
from numpy.typing import NDArray

from tinysight.models.training_data import TrainingData

MOST_ROWS = 2_000  # that the classes' places are learned from
SHRINKAGE = 1e-2  # towards a ball: few rows know little of directions
USUAL = 0.99  # share of the val rows that are no strangers
FARTHEST = 100.0  # squared distances above it, in squared reaches, are all the same: no float overflows

Logits = NDArray[np.float32]
Labels = NDArray[np.int64]
Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Distance:
    """Where the classes lie in the space of logits. With whitening every class is a ball of radius about one.

    Attributes:
        middle: (C,) what is taken from the logits first.
        whitening: (C, C) what they are multiplied by then.
        centres: (classes, C) of each class, whitened.
        reach: the distance from the nearest centre within which USUAL of the val rows lie.
    """

    middle: Floats
    whitening: Floats
    centres: Floats
    reach: float

    def factors(self, logits: Logits) -> NDArray[np.float64]:
        """(N,) what the temperature of each row is multiplied by: 1 within reach, soon very much beyond."""
        steps = (logits - self.middle) @ self.whitening  # (N, C)
        gaps = steps[:, None] - self.centres  # (N, classes, C)
        squares = (gaps**2).sum(axis=-1).min(axis=1) / self.reach**2
        return np.asarray(np.clip(squares, 1, FARTHEST), dtype=np.float64) ** 4


def sample_places(data: TrainingData) -> Labels:
    """At most MOST_ROWS places of train rows and copies, drawn at random, the same each time."""
    return np.sort(np.random.default_rng(0).permutation(len(data))[:MOST_ROWS])


def fit_distance(known: Logits, labels: Labels, val: Logits) -> Distance | None:
    """Mahalanobis distance of logits: one covariance for all classes, about each class's mean.

    Source: Lee et al., A Simple Unified Framework for Detecting Out-of-Distribution Samples (2018), there for inner
    layers. In the logits it needs 2 · C² multiplications and tells strangers apart about as well here.

    Args:
        known: (n, C) logits of train rows and copies.
        labels: (n,) int64.
        val: (v, C) logits of the val rows: they alone decide what is usual.

    Returns:
        None where all rows have the same logits: nothing is strange to a model that does not look.
    """
    classes = np.unique(labels)
    means = np.stack([known[labels == label].mean(axis=0, dtype=np.float64) for label in classes])
    rest = known - means[np.searchsorted(classes, labels)]  # (n, C)
    covariance = rest.T @ rest / len(rest)
    size = float(np.trace(covariance)) / len(covariance)
    if size <= np.finfo(np.float32).eps:
        return None
    covariance += SHRINKAGE * size * np.identity(len(covariance))
    middle = means.mean(axis=0)
    whitening = np.linalg.cholesky(np.linalg.inv(covariance))
    steps, centres = (val - middle) @ whitening, (means - middle) @ whitening
    nearest = np.sqrt(((steps[:, None] - centres) ** 2).sum(axis=-1)).min(axis=1)  # (v,)
    reach = float(np.quantile(nearest, USUAL))
    if reach <= 0:
        return None
    return Distance(_small(middle), _small(whitening), _small(centres), reach)


def _small(values: NDArray[np.float64]) -> Floats:
    return np.asarray(values, dtype=np.float32)


class CooledByDistance(keras.layers.Layer):  # type: ignore[misc] # Keras ships no types
    """Logits divided by the temperature and by the factor of their distance: (N, C) to (N, C)."""

    def __init__(self, temperature: float, distance: Distance, **options: Any) -> None:
        super().__init__(**options)
        self.temperature, self.distance = temperature, distance

    def call(self, logits: keras.KerasTensor) -> keras.KerasTensor:
        """The same as Distance.factors in the graph, multiplied out so that nothing is larger than (N, C)."""
        here = self.distance
        steps = ops.matmul(logits - here.middle, here.whitening)  # (N, C)
        lengths = ops.sum(steps * steps, axis=-1, keepdims=True)  # (N, 1)
        products = ops.matmul(steps, 2 * here.centres.T)  # (N, classes)
        squares = lengths + ops.min((here.centres**2).sum(axis=1) - products, axis=-1, keepdims=True)
        near = ops.clip(squares * (1 / here.reach**2), 1.0, FARTHEST)
        return logits / (self.temperature * ops.square(ops.square(near)))
