"""How far a picture is from what a model has learned: the strange ones get unsure answers."""

from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
from keras import ops
from numpy.typing import NDArray

from tinysight.models.training_data import TrainingData

MOST_ROWS = 2_000  # that the classes' places are learned from
MOST_FEATURES = 512  # of an inner layer: more than that are too many for so few rows
SHRINKAGE = 1e-2  # towards a ball: few rows know little of directions
USUAL = 0.99  # share of the val rows that are no strangers
FARTHEST = 100.0  # squared distances above it, in squared reaches, are all the same: no float overflows

Outputs = NDArray[np.float32]  # (N, classes + F): logits, then F features or none
Labels = NDArray[np.int64]
Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Space:
    """Where the classes lie among some of the outputs. With whitening every class is a ball of radius about one.

    Attributes:
        first: the first of its D columns.
        middle: (D,) what is taken from the outputs first.
        whitening: (D, D) what they are multiplied by then.
        centres: (classes, D) of each class, whitened.
        reach: the distance from the nearest centre that still is usual.
    """

    first: int
    middle: Floats
    whitening: Floats
    centres: Floats
    reach: float

    @property
    def columns(self) -> slice:
        """Which outputs these are."""
        return slice(self.first, self.first + len(self.middle))

    def squares(self, outputs: Outputs) -> NDArray[np.float64]:
        """(N,) squared distances from the nearest centre, in squared reaches."""
        steps = (outputs[:, self.columns].astype(np.float64) - self.middle) @ self.whitening  # (N, D)
        nearest = ((self.centres**2).sum(axis=1) - steps @ (2 * self.centres.T)).min(axis=1)  # (N,)
        return np.asarray(((steps**2).sum(axis=1) + nearest) / self.reach**2)


@dataclass(frozen=True)
class Distance:
    """How strange outputs are: what is far in the logits or among the features is.

    Attributes:
        classes: how many of the outputs are logits.
        spaces: one, or two. Together they hold USUAL of the val rows.
    """

    classes: int
    spaces: tuple[Space, ...]

    def factors(self, outputs: Outputs) -> NDArray[np.float64]:
        """(N,) what the temperature of each row is multiplied by: 1 within reach, soon very much beyond."""
        return np.asarray(np.clip(self.squares(outputs), 1, FARTHEST) ** 4)

    def squares(self, outputs: Outputs) -> NDArray[np.float64]:
        """(N,) the largest of its spaces' squares."""
        return np.asarray(np.max([space.squares(outputs) for space in self.spaces], axis=0))


def with_features(model: keras.Model) -> keras.Model:
    """The model with two things to tell: its logits, and what its last layer computed them from.

    Args:
        model: uint8 (N, S, S, 3) to logits (N, classes).

    Returns:
        uint8 (N, S, S, 3) to (N, classes + F); F is 0 where the last layer is not dense, or sees too much.
    """
    last = model.layers[-1]
    if not isinstance(last, keras.layers.Dense) or last.kernel.shape[0] > MOST_FEATURES:
        return model
    both = keras.layers.Concatenate(name="outputs")([model.output, last.input])
    return keras.Model(model.inputs, both, name=model.name)


def sample_places(data: TrainingData) -> Labels:
    """At most MOST_ROWS places of train rows and copies, drawn at random, the same each time."""
    return np.sort(np.random.default_rng(0).permutation(len(data))[:MOST_ROWS])


def fit_distance(known: Outputs, labels: Labels, val: Outputs, classes: int) -> Distance | None:
    """Mahalanobis distance: one covariance for all classes, about each class's mean.

    Source: Lee et al., A Simple Unified Framework for Detecting Out-of-Distribution Samples (2018), there for inner
    layers. The last of them tells strangers best from what a network knows; an SVM's are better told by the logits.

    Args:
        known: (n, classes + F) outputs of train rows and copies.
        labels: (n,) int64.
        val: (v, classes + F) outputs of the val rows: they alone decide what is usual.
        classes: how many of the outputs are logits.

    Returns:
        None where all rows have the same logits: nothing is strange to a model that does not look.
    """
    logits = _fit(0, known[:, :classes], labels, val)
    if logits is None:
        return None
    found = (logits, _fit(classes, known[:, classes:], labels, val) if known.shape[1] > classes else None)
    distance = Distance(classes, tuple(space for space in found if space is not None))
    usual = float(np.quantile(distance.squares(val), USUAL)) ** 0.5
    return Distance(classes, tuple(_scaled(space, usual) for space in distance.spaces))


def _fit(first: int, known: Outputs, labels: Labels, val: Outputs) -> Space | None:
    present = np.unique(labels)
    means = np.stack([known[labels == label].mean(axis=0, dtype=np.float64) for label in present])
    rest = known - means[np.searchsorted(present, labels)]  # (n, D)
    covariance = rest.T @ rest / len(rest)
    size = float(np.trace(covariance)) / len(covariance)
    if size <= np.finfo(np.float32).eps:
        return None
    covariance += SHRINKAGE * size * np.identity(len(covariance))
    middle = means.mean(axis=0)
    whitening = np.linalg.cholesky(np.linalg.inv(covariance))
    space = Space(first, _small(middle), _small(whitening), _small((means - middle) @ whitening), 1.0)
    reach = float(np.quantile(space.squares(val), USUAL)) ** 0.5
    return _scaled(space, reach) if reach > 0 else None


def _scaled(space: Space, reaches: float) -> Space:
    return Space(space.first, space.middle, space.whitening, space.centres, space.reach * reaches)


def _small(values: NDArray[np.float64]) -> Floats:
    return np.asarray(values, dtype=np.float32)


class CooledByDistance(keras.layers.Layer):  # type: ignore[misc] # Keras ships no types
    """Logits divided by the temperature and by the factor of their distance: (N, classes + F) to (N, classes)."""

    def __init__(self, temperature: float, distance: Distance, **options: Any) -> None:
        super().__init__(**options)
        self.temperature, self.distance = temperature, distance

    def call(self, outputs: keras.KerasTensor) -> keras.KerasTensor:
        """The same as Distance.factors in the graph."""
        squares = [_squares_in_graph(space, outputs) for space in self.distance.spaces]
        near = ops.clip(squares[0] if len(squares) == 1 else ops.maximum(*squares), 1.0, FARTHEST)
        return outputs[:, : self.distance.classes] / (self.temperature * ops.square(ops.square(near)))


def _squares_in_graph(space: Space, outputs: keras.KerasTensor) -> keras.KerasTensor:
    """(N, 1), multiplied out so that nothing is larger than (N, D)."""
    steps = ops.matmul(outputs[:, space.columns] - space.middle, space.whitening)  # (N, D)
    lengths = ops.sum(steps * steps, axis=-1, keepdims=True)  # (N, 1)
    products = ops.matmul(steps, 2 * space.centres.T)  # (N, classes)
    squares = lengths + ops.min((space.centres**2).sum(axis=1) - products, axis=-1, keepdims=True)
    return squares * (1 / space.reach**2)
