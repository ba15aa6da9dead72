"""The candidate that sees with a network which learned from ImageNet, and learns only its last layer."""

from dataclasses import replace
from pathlib import Path

import keras
import numpy as np
from numpy.typing import NDArray

from tinysight.models.collected import chosen_places
from tinysight.models.feature_model import build_features
from tinysight.models.features import Seen, look
from tinysight.models.fine_tuning import fine_tune
from tinysight.models.fitted import Fitted
from tinysight.models.pretrained_network import PretrainedNetwork, working_side
from tinysight.models.roots import Roots, roots
from tinysight.models.softmax_regression import fit_head
from tinysight.models.training_data import TrainingData
from tinysight.params import TrainParams, TransferParams, tried
from tinysight.paths import Paths

MANY = 5_000  # pictures, copies included: above it the side is the one that validate uses
MOST_ROWS = 20_000  # pictures: more take minutes to look at and teach a single layer hardly more


def fit(
    params: TransferParams,
    data: TrainingData,
    settings: TrainParams,
    seed: int,
    cache: Path,
    checkpoint: Path | None = None,
) -> Fitted:
    """Looks at each picture once, through ONNX Runtime, and solves the last layer on what the network saw.

    Where params.fine_tune asks for it, the end of the network then learns on.

    Raises:
        ModelError: if the network or its weights cannot be had.
    """
    network = network_of(params, data)
    places = chosen_places(data, MOST_ROWS)
    originals = len(data.train_rows)
    seen = _see_rows(network, data, places[places < originals], cache)
    copies = look(data.copies, cache, rows=places[places >= originals] - originals, network=network)
    train, val = seen.values[: int((places < originals).sum())], seen.values[-len(data.val_rows) :]
    known = roots(np.concatenate([train, copies.values]))
    kernel, bias = fit_head(known, data, places, roots(val), tried(params.penalty), settings.balance)
    model = build(network, data.image_size, len(data.class_names))
    model.get_layer("logits").set_weights([kernel, bias])
    fitted = Fitted(model, (), 0, len(places))
    if params.fine_tune.convolutions:
        fitted = fine_tune(model, params.fine_tune, data, settings, seed, checkpoint)
    earlier = seen.earlier_seconds + copies.earlier_seconds + fitted.earlier_seconds
    return replace(fitted, earlier_seconds=earlier)


def network_of(params: TransferParams, data: TrainingData) -> PretrainedNetwork:
    """What the section of params.yaml names, at a side that suits the data set."""
    weights = Paths(Path.cwd()).named(params.weights) if params.weights else None
    return PretrainedNetwork(params.backbone, params.side or side_for(data.image_size, len(data)), weights)


def side_for(image_size: int, pictures: int) -> int:
    """How large the network sees the pictures, in pixels: larger where they are, and where there are few of them.

    On clip art of other kinds than those scored, 160 gave a point more than 128 from 64 pixels, and 224 two points more
    than 128 from 128 pixels. It takes 1.6 and 3 times as long.
    """
    if pictures > MANY:
        return working_side(image_size)
    return 96 if image_size <= 32 else 160 if image_size < 112 else 224


def build(network: PretrainedNetwork, image_size: int, classes: int) -> keras.Model:
    """The graph with a last layer still to be found: uint8 (N, S, S, 3) to logits (N, classes)."""
    seen = build_features(image_size, network.side, network.backbone, network.weights)
    seen.trainable = False
    logits = keras.layers.Dense(classes, name="logits")(Roots(name="roots")(seen.output))
    return keras.Model(seen.input, logits, name="transfer")


def _see_rows(network: PretrainedNetwork, data: TrainingData, places: NDArray[np.int64], cache: Path) -> Seen:
    """(places + val rows, features): train rows, then val rows."""
    wanted = np.concatenate([data.train_rows[places], data.val_rows])
    if len(data.pixels) > MOST_ROWS:
        return look(data.pixels, cache, rows=wanted, network=network)
    everything = look(data.pixels, cache, network=network)  # for any split and seed
    return Seen(np.asarray(everything.values[wanted]), everything.earlier_seconds)
