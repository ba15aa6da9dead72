"""From a trained candidate to model.onnx: temperature and unknown threshold fitted, parity proved."""

import hashlib
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from tinysight.contract import Contract
from tinysight.errors import ModelError
from tinysight.imaging import Decoding
from tinysight.models.distance import fit_distance, sample_logits
from tinysight.models.networks import predict_logits
from tinysight.models.onnx_file import to_onnx, with_probabilities
from tinysight.models.temperature import fit_temperature, probabilities
from tinysight.models.threshold import Threshold, fit_threshold
from tinysight.models.training_data import TrainingData
from tinysight.params import ExportParams
from tinysight.predictor import Predictor

PARITY_ROWS = 256
TOLERANCE = 1e-4  # of a probability


@dataclass(frozen=True)
class Provenance:
    """What the contract says about where a model comes from."""

    dataset_digest: str
    params_digest: str


@dataclass(frozen=True)
class Exported:
    """A model file and what was found while it was made.

    Attributes:
        content: the bytes of model.onnx.
        contract: what they carry.
        threshold: precision and answered share on val.
        parity: largest difference of a probability between Keras and ONNX Runtime.
    """

    content: bytes
    contract: Contract
    threshold: Threshold
    parity: float

    def facts(self) -> dict[str, object]:
        """What export.json holds."""
        return {
            "sha256": hashlib.sha256(self.content).hexdigest(),
            "file_bytes": len(self.content),
            "temperature": self.contract.temperature,
            "unknown_threshold": self.threshold.value,
            "val_precision": self.threshold.precision,
            "val_answered": self.threshold.answered,
            "precision_reached": self.threshold.reached,
            "parity": self.parity,
        }


def export_model(
    model: keras.Model, data: TrainingData, decoding: Decoding, settings: ExportParams, provenance: Provenance
) -> Exported:
    """Makes the model file of a trained candidate.

    Raises:
        ModelError: if the logits are no numbers, or Keras and ONNX Runtime disagree.
    """
    logits, (known, labels) = predict_logits(model, data), sample_logits(model, data)
    if not (np.isfinite(logits).all() and np.isfinite(known).all()):
        raise ModelError("The trained model answers with numbers that are not finite. Run `tinysight retry`.")
    distance = fit_distance(known, labels, logits)
    if distance is not None:
        logits = (logits / distance.factors(logits)[:, None]).astype(np.float32)
    temperature = fit_temperature(logits, data.val_labels)
    threshold = fit_threshold(
        probabilities(logits, temperature), data.val_labels, precision=settings.precision, answered=settings.answered
    )
    contract = Contract(
        class_names=data.class_names,
        image_size=decoding.image_size,
        fit=decoding.fit,
        background=decoding.background,
        window=decoding.window,
        temperature=temperature,
        unknown_threshold=threshold.value,
        dataset_digest=provenance.dataset_digest,
        params_digest=provenance.params_digest,
    )
    whole = with_probabilities(model, temperature, distance)
    content = to_onnx(whole, contract, settings.opset)
    return Exported(content, contract, threshold, check_parity(whole, content, data))


def check_parity(model: keras.Model, content: bytes, data: TrainingData) -> float:
    """The largest difference of a probability between Keras and the model file on PARITY_ROWS pictures.

    Val rows come first, then train rows where val holds fewer.

    Raises:
        ModelError: if it is over TOLERANCE.
    """
    images = data.pixels[np.concatenate([data.val_rows, data.train_rows])[:PARITY_ROWS]]
    difference = _largest_difference(model.predict_on_batch(images), Predictor(content).probabilities(images))
    if not difference <= TOLERANCE:
        raise ModelError(
            f"Keras and ONNX Runtime must agree to {TOLERANCE} of a probability. Received: {difference:.2g}."
            " Try another export.opset in conf/export."
        )
    return difference


def _largest_difference(one: Any, other: NDArray[np.float32]) -> float:
    return float(np.max(np.abs(np.asarray(one, dtype=np.float64) - other)))
