"""Lets the last convolutions of a pretrained network learn on, together with the layer solved on top of it."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import keras

from tinysight.models.fitted import Fitted
from tinysight.models.networks import Network, Recipe, SmoothedLoss, fit_network, val_losses
from tinysight.models.training_data import TrainingData
from tinysight.params import FineTuneParams, TrainParams

CONVOLUTIONS = (keras.layers.Conv2D, keras.layers.DepthwiseConv2D, keras.layers.SeparableConv2D)


def fine_tune(
    solved: keras.Model,
    params: FineTuneParams,
    data: TrainingData,
    settings: TrainParams,
    seed: int,
    checkpoint: Path | None = None,
    watchers: Sequence[keras.callbacks.Callback] = (),
) -> Fitted:
    """Trains the end of a network a little; what is no better on val is thrown away.

    Batch norm keeps what it learned from ImageNet: a few hundred pictures would teach it worse. The best epoch on val
    is kept, not the last: the network is good before the first one, and what an early epoch gains a later one may lose.

    Args:
        solved: uint8 (N, S, S, 3) to logits (N, classes).
        params: how much of it learns, how long and how fast.
        data: what it learns from.
        settings: how many pictures are shown at most, and how classes are balanced.
        seed: of the order of batches.
        checkpoint: the folder of this very training, from whose last epoch it goes on.
        watchers: what else is told of each epoch.

    Returns:
        The model with the least val loss: of an epoch, or as it came.

    Raises:
        ModelError: if the loss is no longer a number.
    """

    def build() -> keras.Model:
        model = keras.models.clone_model(solved)
        model.set_weights(solved.get_weights())
        thaw(model, params.convolutions)
        return model

    before = val_losses(solved, data).mean()
    asked = settings.model_copy(update={"epochs": params.epochs})
    network = Network(build, lambda steps: _recipe(params.learning_rate, steps))
    tuned = fit_network(network, data, asked, seed, checkpoint, watchers)
    after = val_losses(tuned.model, data).mean()
    return tuned if after < before else replace(tuned, model=solved)


def thaw(model: keras.Model, convolutions: int) -> None:
    """Leaves the last so many convolutions and the layer `logits` to learn; all else stands still."""
    layers = list(_every_layer(model))
    last = [layer for layer in layers if isinstance(layer, CONVOLUTIONS)][-convolutions:]
    for layer in layers:
        layer.trainable = layer.name == "logits" or any(layer is one for one in last)


def _every_layer(model: keras.Model) -> Iterator[keras.layers.Layer]:
    """Also those of the networks inside it, which themselves stay trainable: a layer that stands still holds all."""
    for layer in model.layers:
        if isinstance(layer, keras.Model):
            layer.trainable = True
            yield from _every_layer(layer)
        else:
            yield layer


def _recipe(learning_rate: float, steps: int) -> Recipe:
    rate = keras.optimizers.schedules.CosineDecay(learning_rate, steps)
    return Recipe(keras.optimizers.Adam(rate), SmoothedLoss(0.0), stops_early=False, keeps_best=True)
