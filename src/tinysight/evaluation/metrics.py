"""How good predictions are: plain arithmetic on labels and probabilities."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Z95 = 1.959963984540054  # 97.5 % point of the normal distribution: what makes an interval hold 95 %
BINS = 15

Labels = NDArray[np.int64]
Probabilities = NDArray[np.float32]


@dataclass(frozen=True)
class ClassFigures:
    """One class's scores; a share of nothing is 0.

    Attributes:
        precision: of the images named so, how many are.
        recall: of the images that are, how many are named so.
        f1: their harmonic mean.
        support: images of this class.
    """

    precision: float
    recall: float
    f1: float
    support: int


def wilson_interval(share: float, count: float, z: float = Z95) -> tuple[float, float]:
    """Wilson's score interval for a share, which stays within 0 and 1 and is honest at both ends.

    Args:
        share: between 0 and 1.
        count: independent observations behind it; 0 gives (0, 1).
        z: how many standard errors wide; the default holds 95 %.
    """
    if count <= 0:
        return 0.0, 1.0
    middle = (share + z * z / (2 * count)) / (1 + z * z / count)
    half = z * float(np.sqrt(share * (1 - share) / count + (z / (2 * count)) ** 2)) / (1 + z * z / count)
    return max(0.0, min(share, middle - half)), min(1.0, max(share, middle + half))


def confusion_matrix(labels: Labels, predicted: Labels, classes: int) -> NDArray[np.int64]:
    """(classes, classes) counts: row = true class, column = predicted class."""
    cells = np.bincount(labels * classes + predicted, minlength=classes * classes)
    return cells.reshape(classes, classes).astype(np.int64)


def accuracy(matrix: NDArray[np.int64]) -> float:
    """Share of a confusion matrix on its diagonal; 0 when it is empty."""
    return float(np.trace(matrix) / max(1, matrix.sum()))


def class_figures(matrix: NDArray[np.int64]) -> list[ClassFigures]:
    """Precision, recall, f1 and support of each class of a confusion matrix."""
    right = np.diag(matrix)
    named, support = matrix.sum(axis=0), matrix.sum(axis=1)
    precision, recall = right / np.maximum(named, 1), right / np.maximum(support, 1)
    f1 = 2 * right / np.maximum(named + support, 1)
    rows = zip(precision, recall, f1, support, strict=True)
    return [ClassFigures(float(p), float(r), float(f), int(s)) for p, r, f, s in rows]


def macro_f1(matrix: NDArray[np.int64]) -> float:
    """Mean f1 of the classes that occur, as truth or as answer: each counts the same, however rare."""
    occurs = (matrix.sum(axis=0) + matrix.sum(axis=1)) > 0
    f1 = np.array([figures.f1 for figures in class_figures(matrix)])
    return float(f1[occurs].mean()) if occurs.any() else 0.0


def macro_f1_interval(matrix: NDArray[np.int64], draws: int = 1000) -> tuple[float, float]:
    """95 % interval of macro_f1 by bootstrap: the images are drawn again and again, with replacement.

    Args:
        matrix: (classes, classes) counts.
        draws: how often; the same draws each time.
    """
    count = int(matrix.sum())
    if not count:
        return 0.0, 1.0
    cells = np.random.default_rng(0).multinomial(count, matrix.ravel() / count, size=draws)
    drawn = cells.reshape(draws, *matrix.shape)
    right, occurs = np.diagonal(drawn, axis1=1, axis2=2), drawn.sum(axis=1) + drawn.sum(axis=2)  # (draws, classes)
    scores = (2 * right / np.maximum(occurs, 1)).sum(axis=1) / (occurs > 0).sum(axis=1)
    low, high = np.quantile(scores, [0.025, 0.975])
    return float(low), float(high)


@dataclass(frozen=True)
class ConfidenceBin:
    """Answers of about the same confidence."""

    images: int
    confidence: float
    accuracy: float


def confidence_bins(probabilities: Probabilities, labels: Labels, bins: int = BINS) -> list[ConfidenceBin]:
    """Bins that hold equally many images, the least confident first; those of expected_calibration_error.

    Args:
        probabilities: (N, classes).
        labels: (N,).
        bins: how many, at most.
    """
    confidence = probabilities.max(axis=1).astype(np.float64)
    right = probabilities.argmax(axis=1) == labels
    place = _places(confidence, bins)
    members = [place == number for number in np.unique(place)]
    return [ConfidenceBin(int(m.sum()), float(confidence[m].mean()), float(right[m].mean())) for m in members]


def expected_calibration_error(probabilities: Probabilities, labels: Labels, bins: int = BINS) -> float:
    """Mean gap between confidence and accuracy, over bins that hold equally many images.

    Equal confidences share a bin, so that a model that always says the same is judged as one.

    Args:
        probabilities: (N, classes).
        labels: (N,).
        bins: how many, at most.

    Returns:
        0 (what it says is what happens) to 1.
    """
    return calibration_error(probabilities.max(axis=1), probabilities.argmax(axis=1) == labels, bins)


def calibration_error(confidence: NDArray[np.float32], right: NDArray[np.bool_], bins: int = BINS) -> float:
    """The same from (N,) confidences and whether each answer is right."""
    if len(right) == 0:
        return 0.0
    sure = confidence.astype(np.float64)
    gaps = np.bincount(_places(sure, bins), weights=right - sure, minlength=bins)
    return float(np.abs(gaps).sum() / len(right))


def _places(confidence: NDArray[np.float64], bins: int) -> NDArray[np.int64]:
    """(N,) 0 … bins - 1: the bin of each confidence; equal ones share the first of theirs."""
    rank = np.searchsorted(np.sort(confidence), confidence, side="left")
    return np.asarray(rank * bins // max(1, len(confidence)), dtype=np.int64)
