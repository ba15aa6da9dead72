"""How sure an answer is: distance, temperature and unknown threshold that follow the logits, fitted on val."""

from dataclasses import dataclass

import numpy as np

from tinysight.errors import ModelError
from tinysight.models.distance import Distance, Labels, Outputs, fit_distance
from tinysight.models.temperature import fit_temperature, probabilities
from tinysight.models.threshold import Threshold, fit_threshold
from tinysight.params import ExportParams


@dataclass(frozen=True)
class Confidence:
    """What turns logits into probabilities, and the probability below which an answer is unknown."""

    distance: Distance | None
    temperature: float
    threshold: Threshold


def fit_confidence(
    known: Outputs, labels: Labels, val: Outputs, val_labels: Labels, classes: int, settings: ExportParams
) -> Confidence:
    """Distance first, then the temperature of what it leaves, then the threshold of what both leave.

    Args:
        known: (n, classes + F) logits and features of train rows and copies.
        labels: (n,) int64.
        val: (v, classes + F) those of the val rows.
        val_labels: (v,) int64.
        classes: how many of the outputs are logits.
        settings: precision and answered share wanted.

    Raises:
        ModelError: if an output is no number.
    """
    if not (np.isfinite(val).all() and np.isfinite(known).all()):
        raise ModelError("The trained model answers with numbers that are not finite. Run `tinysight retry`.")
    distance, logits = fit_distance(known, labels, val, classes), val[:, :classes]
    if distance is not None:
        logits = (logits / distance.factors(val)[:, None]).astype(np.float32)
    temperature = fit_temperature(logits, val_labels)
    threshold = fit_threshold(
        probabilities(logits, temperature), val_labels, precision=settings.precision, answered=settings.answered
    )
    return Confidence(distance, temperature, threshold)
