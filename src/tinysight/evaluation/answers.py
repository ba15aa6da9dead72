"""What a model answers on one side of the split, and how good that is."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import softmax

from tinysight.data.imageset import ImageSet
from tinysight.errors import ModelError
from tinysight.evaluation import metrics
from tinysight.evaluation.robustness import expected_figures, warp_as_expected
from tinysight.evaluation.scores import Bin, Calibration, ClassScores, SplitScores
from tinysight.imaging import Pixels
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
        expected_answers: (draws, N) labels that were answered under the expected warps.
    """

    rows: NDArray[np.int64]
    labels: NDArray[np.int64]
    probabilities: NDArray[np.float32]
    expected_answers: NDArray[np.int64]

    @property
    def expected_correct(self) -> NDArray[np.bool_]:
        """(draws, N) whether they are right."""
        return np.equal(self.expected_answers, self.labels)


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
    moved = np.empty((params.draws, len(rows)), dtype=np.int64)
    for part in _batches(len(rows), images.pixels):
        pixels = np.asarray(images.pixels[rows[part]])  # (n, S, S, 3) uint8
        probabilities[part] = predictor.probabilities(pixels)
        advance(len(pixels))
        for draw in range(params.draws):
            warped = warp_as_expected(pixels, rows[part], params.expected, seed=seed, draw=draw)
            moved[draw, part] = predictor.probabilities(warped).argmax(axis=1)
            advance(len(pixels))
    if not np.isfinite(probabilities).all():
        raise ModelError("The model answers with values that are no numbers. Train it with a lower learning rate.")
    return Answers(rows, labels, probabilities, moved)


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
    precise = float(right[sure].mean()) if sure.any() else None
    return SplitScores(
        rows=len(right),
        accuracy=share,
        interval=metrics.wilson_interval(share, len(right)),
        macro_f1=metrics.macro_f1(matrix),
        expected_calibration_error=metrics.expected_calibration_error(answers.probabilities, answers.labels),
        expected_accuracy=expected.accuracy,
        expected_interval=expected.interval,
        expected_standard_error=expected.standard_error,
        per_class=dict(zip(class_names, _class_scores(matrix, answers), strict=True)),
        confusion_matrix=matrix.tolist(),
        answered=float(sure.mean()),
        answered_accuracy=precise,
        macro_f1_interval=metrics.macro_f1_interval(matrix),
        answered_interval=None if precise is None else metrics.wilson_interval(precise, int(sure.sum())),
        calibration=calibration(answers.probabilities, answers.labels, predictor.contract.temperature),
    )


def calibration(probabilities: NDArray[np.float32], labels: NDArray[np.int64], temperature: float) -> Calibration:
    """How far confidence can be trusted, as the model answers and as it would without its temperature.

    Softmax of logits over a temperature is a power of the softmax of the logits, so that the temperature can be taken
    out of the answers again. What strange pictures are cooled by in addition stays in.

    Args:
        probabilities: (N, classes) of at least one row.
        labels: (N,).
        temperature: from the contract.
    """
    logs = np.log(np.maximum(probabilities.astype(np.float64), np.finfo(np.float32).tiny)) * temperature
    hot = softmax(logs, axis=1).astype(np.float32)
    return Calibration(
        before=metrics.expected_calibration_error(hot, labels),
        after=metrics.expected_calibration_error(probabilities, labels),
        bins_before=[Bin.model_validate(vars(one)) for one in metrics.confidence_bins(hot, labels)],
        bins_after=[Bin.model_validate(vars(one)) for one in metrics.confidence_bins(probabilities, labels)],
    )


def _class_scores(matrix: NDArray[np.int64], answers: Answers) -> Iterator[ClassScores]:
    named, moved = matrix.sum(axis=0), answers.expected_correct.mean(axis=0)  # (classes,), (N,)
    for label, figures in enumerate(metrics.class_figures(matrix)):
        own = moved[answers.labels == label]
        yield ClassScores(
            **vars(figures),
            precision_interval=metrics.wilson_interval(figures.precision, int(named[label])),
            recall_interval=metrics.wilson_interval(figures.recall, figures.support),
            expected_recall=float(own.mean()) if len(own) else None,
        )


def ask(predictor: Predictor, images: Pixels) -> NDArray[np.float32]:
    """(N, classes) probabilities of (N, S, S, 3) uint8 pictures, a bounded number at a time."""
    return np.concatenate([predictor.probabilities(images[part]) for part in _batches(len(images), images)])


def _batches(count: int, pixels: NDArray[np.uint8]) -> Iterator[slice]:
    size = max(1, min(256, BATCH_BYTES // max(1, pixels[0].nbytes)))
    return (slice(start, min(count, start + size)) for start in range(0, count, size))
