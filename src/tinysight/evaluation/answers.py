"""What a model answers on one side of the split, and how good that is."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tinysight.data.imageset import ImageSet
from tinysight.errors import ModelError
from tinysight.evaluation import metrics
from tinysight.evaluation.robustness import expected_figures, warp_as_expected
from tinysight.evaluation.scores import ClassScores, SplitScores
from tinysight.params import EvaluateParams
from tinysight.predictor import Predictor

BATCH_BYTES = 4_000_000  # of pixels: what one call decodes into floats stays near 16 MB a layer


@dataclass(frozen=True)
class Answers:
    """A model's answers on one side of the split.

    Attributes:
        rows: (N,) int64, places in the ImageSet.
        labels: (N,) int64, the truth.
        probabilities: (N, classes) float32.
        expected_correct: (draws, N) bool, under the expected warps.
    """

    rows: NDArray[np.int64]
    labels: NDArray[np.int64]
    probabilities: NDArray[np.float32]
    expected_correct: NDArray[np.bool_]


def answer(
    predictor: Predictor,
    images: ImageSet,
    rows: NDArray[np.int64],
    params: EvaluateParams,
    *,
    seed: int,
    advance: Callable[[int], object] = lambda _: None,
) -> Answers:
    """Asks the model for every row: once as it is, and once for each draw of the expected warps.

    Args:
        predictor: the loaded model.
        images: all images, memory-mapped; one batch at a time is read.
        rows: (N,) the rows to ask for.
        params: the expected warps and how many draws.
        seed: of the whole pipeline.
        advance: told how many answers have come, after each batch.

    Raises:
        ModelError: if an answer is no number.
    """
    labels = images.labels[rows]
    probabilities = np.empty((len(rows), len(predictor.contract.class_names)), dtype=np.float32)
    correct = np.empty((params.draws, len(rows)), dtype=np.bool_)
    for part in _batches(len(rows), images.pixels):
        pixels = np.asarray(images.pixels[rows[part]])  # (n, S, S, 3) uint8
        probabilities[part] = predictor.probabilities(pixels)
        advance(len(pixels))
        for draw in range(params.draws):
            warped = warp_as_expected(pixels, rows[part], params.expected, seed=seed, draw=draw)
            correct[draw, part] = predictor.probabilities(warped).argmax(axis=1) == labels[part]
            advance(len(pixels))
    if not np.isfinite(probabilities).all():
        raise ModelError("The model answers with values that are no numbers. Train it with a lower learning rate.")
    return Answers(rows, labels, probabilities, correct)


def split_scores(answers: Answers, predictor: Predictor) -> SplitScores:
    """Scores the answers on one side.

    Args:
        answers: of at least one row.
        predictor: who gave them; it also says which of them it would call unknown.
    """
    class_names = predictor.contract.class_names
    predicted = answers.probabilities.argmax(axis=1)
    matrix = metrics.confusion_matrix(answers.labels, predicted, len(class_names))
    share, expected = metrics.accuracy(matrix), expected_figures(answers.expected_correct)
    sure = np.array([not predictor.judge(row).unknown for row in answers.probabilities])
    right = predicted == answers.labels
    per_class = zip(class_names, metrics.class_figures(matrix), strict=True)
    return SplitScores(
        rows=len(right),
        accuracy=share,
        interval=metrics.wilson_interval(share, len(right)),
        macro_f1=metrics.macro_f1(matrix),
        expected_calibration_error=metrics.expected_calibration_error(answers.probabilities, answers.labels),
        expected_accuracy=expected.accuracy,
        expected_interval=expected.interval,
        expected_standard_error=expected.standard_error,
        per_class={name: ClassScores.model_validate(vars(figures)) for name, figures in per_class},
        confusion_matrix=matrix.tolist(),
        answered=float(sure.mean()),
        answered_accuracy=float(right[sure].mean()) if sure.any() else None,
    )


def _batches(count: int, pixels: NDArray[np.uint8]) -> Iterator[slice]:
    size = max(1, min(256, BATCH_BYTES // max(1, pixels[0].nbytes)))
    return (slice(start, min(count, start + size)) for start in range(0, count, size))
