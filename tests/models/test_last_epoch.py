"""A schedule that came to its end leaves the weights of its last epoch, unless val shows that they are worse."""

import keras
import numpy as np
from shapes import QUICK, shape_data

from tinysight.models.keep_best import Weights
from tinysight.models.networks import Network, Recipe, SmoothedLoss, fit_network, predict_logits, val_losses


class Seen(keras.callbacks.Callback):
    """The weights after each epoch."""

    def __init__(self) -> None:
        super().__init__()
        self.weights: list[Weights] = []

    def on_epoch_end(self, epoch: int, logs: object = None) -> None:
        self.weights.append([np.asarray(one) for one in self.model.get_weights()])


def build() -> keras.Model:
    images = keras.Input((16, 16, 3), dtype="uint8", name="image")
    x = keras.layers.Conv2D(8, 3, 2, name="conv")(keras.layers.Rescaling(1 / 255)(images))
    x = keras.layers.GlobalAveragePooling2D()(keras.layers.BatchNormalization(momentum=0.5, name="norm")(x))
    return keras.Model(images, keras.layers.Dense(3, name="logits")(x), name="tiny")


def trained(
    rates: list[float], *, stops_early: bool = False, keeps_best: bool = False
) -> tuple[keras.Model, list[Weights], list[float]]:
    """The model, the weights after each of its epochs, whose learning rates are given, and their val losses."""

    def recipe(steps: int) -> Recipe:
        ends = [steps * number // len(rates) for number in range(1, len(rates))]
        rate = keras.optimizers.schedules.PiecewiseConstantDecay(ends, rates)
        return Recipe(keras.optimizers.Adam(rate), SmoothedLoss(0.0), stops_early, keeps_best)

    seen, settings = Seen(), QUICK.model_copy(update={"epochs": len(rates), "patience": 9})
    fitted = fit_network(Network(build, recipe), shape_data(train=96), settings, 1, watchers=[seen])
    return fitted.model, seen.weights, [epoch.val_loss for epoch in fitted.curves]


def assert_weights(model: keras.Model, weights: Weights) -> None:
    for one, other in zip(model.get_weights(), weights, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-5, atol=1e-6)


def test_the_last_epoch_is_kept_though_another_seems_a_little_better():
    model, weights, losses = trained([0.02, 0.02, 0.02, 0.02, 0.005, 0.12])
    assert np.argmin(losses) != 5
    assert_weights(model, weights[-1])


def test_the_best_epoch_is_kept_where_the_last_ones_ran_wild():
    model, weights, losses = trained([0.02, 0.02, 0.02, 0.02, 5.0, 5.0])
    best = int(np.argmin(losses))
    assert best < 4
    assert_weights(model, weights[best])


def test_a_recipe_may_keep_the_best_epoch_though_the_last_is_hardly_worse():
    model, weights, losses = trained([0.02, 0.02, 0.02, 0.02, 0.005, 0.12], keeps_best=True)
    best = int(np.argmin(losses))
    assert best != 5
    assert_weights(model, weights[best])


def test_a_training_that_stops_early_keeps_its_best_epoch():
    model, weights, losses = trained([0.02, 0.02, 0.02, 0.02, 0.02, 0.02], stops_early=True)
    assert_weights(model, weights[int(np.argmin(losses))])


def test_val_losses_are_the_cross_entropy_of_each_row():
    data = shape_data(train=12, val=9)
    model = build()
    logits = predict_logits(model, data).astype(np.float64)
    right = (np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True))[np.arange(9), data.val_labels]
    np.testing.assert_allclose(val_losses(model, data), -np.log(right), rtol=1e-6)
