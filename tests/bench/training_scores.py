"""What `make bench-training` asks of a model file: accuracy, calibration, and what it answers with unknown."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from tests.bench.training_sets import TrainingSet
from tinysight.evaluation.metrics import expected_calibration_error
from tinysight.evaluation.robustness import warp_as_expected
from tinysight.imaging import Pixels
from tinysight.params import ExpectedParams
from tinysight.predictor import Predictor

PART = 500  # pictures in one run of the model


def scores_of(
    content: bytes, pictures: TrainingSet, rows: NDArray[np.int64], expected: ExpectedParams, others: Sequence[Pixels]
) -> dict[str, float]:
    """The figures of one model file.

    Args:
        content: model.onnx.
        pictures: the set that it was trained on.
        rows: that are judged.
        expected: how far pictures are moved for `moved_accuracy`.
        others: pictures of kinds that it has never seen; without any, nothing is told of them.
    """
    predictor, images, labels = Predictor(content, threads=2), pictures.pixels[rows], pictures.labels[rows]
    clean = _probabilities(predictor, images)
    moved = _probabilities(predictor, warp_as_expected(images, rows, expected, seed=0, draw=0))
    sure = clean.max(axis=1) >= predictor.contract.unknown_threshold
    unknown = [np.mean(_probabilities(predictor, other).max(axis=1) < predictor.contract.unknown_threshold)
               for other in others]  # fmt: skip
    found = {
        "accuracy": float(np.mean(clean.argmax(axis=1) == labels)),
        "moved_accuracy": float(np.mean(moved.argmax(axis=1) == labels)),
        "calibration_error": expected_calibration_error(clean, labels),
        "answered": float(sure.mean()),
        "precision": float(np.mean(clean[sure].argmax(axis=1) == labels[sure])) if sure.any() else 0.0,
        "kilobytes": len(content) / 1000,
    }
    return found | {"others_unknown": float(np.mean(unknown))} if unknown else found


def _probabilities(predictor: Predictor, images: Pixels) -> NDArray[np.float32]:
    parts = np.array_split(images, -(-len(images) // PART))
    return np.concatenate([predictor.probabilities(part) for part in parts])
