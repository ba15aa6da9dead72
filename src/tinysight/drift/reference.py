"""How pictures are that a model was judged on: counts of each statistic, small enough to travel with the model."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tinysight.drift.measures import Looked, Values
from tinysight.errors import DataError

EDGES = 11  # of each statistic, at equal shares of the pictures
FEWEST = 20  # pictures: with fewer nothing can be noticed
MOST_FITTED = 300  # pictures that say where edges lie and what is usual; no more than a quarter of all
LEAST_SPREAD = 1e-3  # of a number of the embedding

Counts = NDArray[np.int64]


@dataclass(frozen=True)
class Usual:
    """What makes one number of an embedding: its distance from the usual.

    Attributes:
        mean: (D,) of the embeddings.
        whitening: (D, D), after which the usual ones spread alike in all directions.
    """

    mean: Values
    whitening: Values

    def strangeness(self, embeddings: Values) -> Values:
        """(N, D) to (N,)."""
        away = (embeddings - self.mean) @ self.whitening
        return np.asarray(np.log1p(np.einsum("ij,ij->i", away, away)).round(3))


@dataclass(frozen=True)
class Seen:
    """Pictures in the bins of a reference.

    Attributes:
        bins: (N, statistics) int64.
        classes: (N,) int64, the place of the best class.
    """

    bins: Counts
    classes: Counts


@dataclass(frozen=True)
class Reference:
    """What is usual; its pictures were never trained on.

    A bin is either between two edges or exactly on one, so that a value which all pictures share has its own.

    Attributes:
        class_names: in the model's order.
        edges: of each statistic, rising.
        counts: of each statistic, (classes, bins) int64: how many pictures, by the class that the model named.
        named: (classes,) int64, how many pictures the model gave each class.
        usual: for the strangeness.
    """

    class_names: tuple[str, ...]
    edges: tuple[Values, ...]
    counts: tuple[Counts, ...]
    named: Counts
    usual: Usual

    @property
    def pictures(self) -> int:
        """How many there are; some of them only say where the edges lie."""
        return int(self.named.sum())

    def sort(self, looked: Looked) -> Seen:
        """Puts pictures into the bins."""
        values = self.values(looked)
        bins = np.stack([_bin(e, values[:, k]) for k, e in enumerate(self.edges)], axis=1)
        return Seen(bins, looked.classes)

    def values(self, looked: Looked) -> Values:
        """(N, statistics) float64: what was measured, with the strangeness."""
        return np.column_stack([looked.values, self.usual.strangeness(looked.embedding)])

    def quantile(self, place: int, share: float) -> float:
        """About the value below which that share of the pictures lies: no nearer than the edges are."""
        edges, counts = self.edges[place], self.counts[place].sum(axis=0)
        number = int(np.searchsorted(counts.cumsum(), share * counts.sum()))
        low, high = edges[np.clip([(number - 1) // 2, number // 2], 0, len(edges) - 1)]
        return float((low + high) / 2)


def make_reference(looked: Looked, class_names: Sequence[str]) -> Reference:
    """A reference from what was measured of pictures in no order.

    Some of them decide where the edges lie, the others are counted: so those and traffic differ in nothing where
    nothing has changed, and the tests are exact.

    Raises:
        DataError: if there are too few.
    """
    total = len(looked.values)
    if total < FEWEST:
        raise DataError(
            f"A reference for drift needs {FEWEST} pictures that were not trained on. Received: {total}. Add pictures."
        )
    fitted = min(MOST_FITTED, total // 4)
    usual = _usual(looked.embedding[:fitted])
    values = np.column_stack([looked.values, usual.strangeness(looked.embedding)])
    edges = tuple(_edges(values[:fitted, k]) for k in range(values.shape[1]))
    classes = looked.classes[fitted:]
    counts = tuple(_count(e, values[fitted:, k], classes, len(class_names)) for k, e in enumerate(edges))
    named = np.bincount(looked.classes, minlength=len(class_names))
    return Reference(tuple(class_names), edges, counts, named, usual)


def short(values: Values) -> list[float]:
    """As a file writes them, so that a reference is the same before and after."""
    return [float(f"{value:.7g}") for value in values]


def _usual(embeddings: Values) -> Usual:
    """Correlations are drawn towards none, the more the fewer pictures there are."""
    count, length = embeddings.shape
    mean, spread = embeddings.mean(axis=0), np.maximum(embeddings.std(axis=0), LEAST_SPREAD)
    scaled = (embeddings - mean) / spread
    trust = count / (count + length)
    values, vectors = np.linalg.eigh(trust * scaled.T @ scaled / count + (1 - trust) * np.eye(length))
    whitening = vectors / np.sqrt(values) / spread[:, None]
    return Usual(np.array(short(mean)), np.array([short(row) for row in whitening]))


def _edges(values: Values) -> Values:
    return np.unique(np.quantile(values, np.linspace(0, 1, EDGES), method="nearest"))


def _bin(edges: Values, values: Values) -> Counts:
    return np.searchsorted(edges, values, "left") + np.searchsorted(edges, values, "right")


def _count(edges: Values, values: Values, classes: Counts, class_count: int) -> Counts:
    counts = np.zeros((class_count, 2 * len(edges) + 1), dtype=np.int64)
    np.add.at(counts, (classes, _bin(edges, values)), 1)
    return counts
