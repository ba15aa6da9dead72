"""Robustness curves: how accuracy falls as pictures are moved or spoiled more and more."""

from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray

from tinysight.data.imageset import ImageSet
from tinysight.evaluation.answers import ask
from tinysight.evaluation.distortions import DISTORTIONS, distort
from tinysight.evaluation.metrics import wilson_interval
from tinysight.evaluation.robustness import warp_as_expected
from tinysight.evaluation.scores import Curve, CurvePoint
from tinysight.imaging import Pixels
from tinysight.params import ExpectedParams
from tinysight.predictor import Predictor

EXPECTED = "expected"
FACTORS = (0.0, 0.5, 1.0, 1.5, 2.0)  # of what the user expects
POINTS = len(DISTORTIONS) * 4 + len(FACTORS)  # of all curves; the unspoiled pictures are asked about once
FEWEST_ROWS = 50
BUDGET = 4e11  # multiply-adds for all curves of a candidate: about 8 s of two cores

Rows = NDArray[np.int64]


def curve_rows(rows: Rows, images: ImageSet, *, most: int, multiply_adds: int) -> Rows:
    """The rows that the curves are measured on: those with the smallest digests, so that added data changes few.

    Args:
        rows: (N,) to choose from.
        images: the data set they belong to.
        most: how many at most.
        multiply_adds: of the model for one picture; fewer rows are taken where all would need more than BUDGET.

    Returns:
        (n,) in rising order.
    """
    affordable = int(BUDGET / (max(1, multiply_adds) * POINTS))
    count = min(most, max(FEWEST_ROWS, affordable))
    by_digest = sorted(rows.tolist(), key=lambda row: images.samples[row].digest)
    return np.sort(np.array(by_digest[:count], dtype=np.int64))


def robustness_curves(
    predictor: Predictor,
    images: ImageSet,
    rows: Rows,
    expected: ExpectedParams,
    *,
    seed: int,
    advance: Callable[[int], object] = lambda _: None,
) -> list[Curve]:
    """One curve for each kind of distortion, and one for the user's own combination.

    Args:
        predictor: the loaded model.
        images: the data set.
        rows: (n,) the pictures to spoil; all of them are held in memory once.
        expected: the user's combination.
        seed: of the whole pipeline.
        advance: told how many answers have come.
    """
    pixels, labels = np.asarray(images.pixels[rows]), images.labels[rows]
    counts = {predictor.contract.class_names[label]: int((labels == label).sum()) for label in np.unique(labels)}

    def measured(level: float, spoiled: Pixels) -> CurvePoint:
        advance(len(spoiled))
        return _point(level, spoiled, labels, predictor)

    clean = measured(0.0, pixels)
    moved = [clean, *_expected(measured, pixels, rows, expected, seed)]
    curves = [Curve(kind=EXPECTED, unit="times", points=moved, images=counts)]
    for kind in DISTORTIONS:
        points = [clean.model_copy(update={"level": kind.levels[0]})]
        points += [measured(level, distort(pixels, rows, kind, level, seed=seed)) for level in kind.levels[1:]]
        curves.append(Curve(kind=kind.name, unit=kind.unit, points=points, images=counts))
    return curves


def _expected(
    measured: Callable[[float, Pixels], CurvePoint], pixels: Pixels, rows: Rows, expected: ExpectedParams, seed: int
) -> Iterator[CurvePoint]:
    for factor in FACTORS[1:]:
        yield measured(factor, warp_as_expected(pixels, rows, expected.times(factor), seed=seed, draw=0))


def _point(level: float, images: Pixels, labels: Rows, predictor: Predictor) -> CurvePoint:
    answers = ask(predictor, images)
    right = answers.argmax(axis=1) == labels
    sure = answers.max(axis=1) >= predictor.contract.unknown_threshold
    names = predictor.contract.class_names
    share = float(right.mean())
    return CurvePoint(
        level=level,
        accuracy=share,
        interval=wilson_interval(share, len(right)),
        answered=float(sure.mean()),
        answered_accuracy=float(right[sure].mean()) if sure.any() else None,
        per_class={names[label]: float(right[labels == label].mean()) for label in np.unique(labels)},
    )
