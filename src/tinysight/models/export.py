"""From a trained candidate to model.onnx: temperature and unknown threshold fitted, parity proved."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
import onnx

from tinysight.contract import Contract
from tinysight.errors import ModelError
from tinysight.imaging import Decoding, Pixels
from tinysight.models.confidence import Confidence, fit_confidence
from tinysight.models.distance import with_features
from tinysight.models.graph_outputs import GraphOutputs
from tinysight.models.onnx_file import behind_outputs, convert, finish, joined, with_probabilities
from tinysight.models.threshold import Threshold
from tinysight.models.training_data import TrainingData
from tinysight.params import ExportParams
from tinysight.parts import in_parts
from tinysight.predictor import Predictor

Ask = Callable[[Pixels], Any]  # (N, S, S, 3) uint8 to (N, classes) probabilities

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
        parity: largest difference of a probability from the model that the file was made of, on PARITY_ROWS pictures.
        layers: the graph until logits and features, float32, from which the int8 file is made.
    """

    content: bytes
    contract: Contract
    threshold: Threshold
    parity: float
    layers: onnx.ModelProto

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
    layers = convert(with_features(model), settings.opset)
    sure, behind = fit_behind(layers, data, settings)
    contract = Contract(
        class_names=data.class_names,
        image_size=decoding.image_size,
        fit=decoding.fit,
        background=decoding.background,
        window=decoding.window,
        temperature=sure.temperature,
        unknown_threshold=sure.threshold.value,
        dataset_digest=provenance.dataset_digest,
        params_digest=provenance.params_digest,
    )
    content = finish(joined(layers, behind), contract)
    whole = with_probabilities(model, sure.temperature, sure.distance)
    return Exported(content, contract, sure.threshold, check_parity(whole, content, data), layers)


def fit_behind(
    layers: onnx.ModelProto, data: TrainingData, settings: ExportParams
) -> tuple[Confidence, onnx.ModelProto]:
    """What turns the outputs of a graph into probabilities, and the graph that does it.

    Raises:
        ModelError: if an output is no number.
    """
    asked, classes = GraphOutputs(layers), len(data.class_names)
    known, labels = asked.sample(data)
    sure = fit_confidence(known, labels, asked.val(data), data.val_labels, classes, settings)
    made = behind_outputs(known.shape[1], classes, sure.temperature, sure.distance)
    return sure, convert(made, settings.opset)


def check_parity(model: keras.Model, content: bytes, data: TrainingData) -> float:
    """The largest difference of a probability between Keras and the model file on `parity_images`.

    Raises:
        ModelError: if it is over TOLERANCE.
    """
    difference = largest_difference(model.predict_on_batch, Predictor(content).probabilities, data)
    if not difference <= TOLERANCE:
        raise ModelError(
            f"Keras and ONNX Runtime must agree to {TOLERANCE} of a probability. Received: {difference:.2g}."
            " Try another export.opset in conf/export, then run `tinysight params` and `tinysight retry`."
        )
    return difference


def parity_images(data: TrainingData) -> Pixels:
    """At most PARITY_ROWS pictures: val rows, then train rows where val holds fewer."""
    return np.asarray(data.pixels[np.concatenate([data.val_rows, data.train_rows])[:PARITY_ROWS]])


def largest_difference(one: Ask, other: Ask, data: TrainingData) -> float:
    """Of a probability that two give to the same picture, over all of `parity_images`; NaN where one gives it."""
    parts = in_parts(parity_images(data), data.at_once())
    return float(np.max([np.abs(np.asarray(one(part), np.float64) - other(part)).max() for part in parts]))
