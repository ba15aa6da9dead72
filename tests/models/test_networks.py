"""A network's training keeps its best weights, stops when nothing improves, and says when it ran away."""

from pathlib import Path

import keras
import numpy as np
import pytest
import tensorflow
from shapes import QUICK, shape_data

from tinysight.errors import ModelError
from tinysight.models import networks
from tinysight.models.fitted import Fitted
from tinysight.models.networks import Network, Recipe, SmoothedLoss, computes_bfloat16, fit_network
from tinysight.params import TrainParams


def tiny() -> keras.Model:
    images = keras.Input((16, 16, 3), dtype="uint8", name="image")
    x = keras.layers.Flatten()(keras.layers.AveragePooling2D(4)(keras.layers.Rescaling(1 / 255)(images)))
    return keras.Model(images, keras.layers.Dense(3, name="logits", dtype="float32")(x), name="tiny")


def fitted(rate: float, *, stops_early: bool = True, epochs: int = 6, patience: int = 2) -> Fitted:
    recipe = Recipe(keras.optimizers.SGD(rate), SmoothedLoss(0.0), stops_early)
    settings = TrainParams(epochs=epochs, batch_size=16, max_images=10**6, patience=patience, balance=0, clean=0.5)
    return fit_network(Network(tiny, lambda steps: recipe), shape_data(train=96, val=24), settings, seed=0)


def test_the_weights_of_the_best_epoch_are_kept():
    found, data = fitted(20.0), shape_data(train=96, val=24)
    model = found.model
    model.compile(loss=SmoothedLoss(0.0))
    loss = model.evaluate(data.pixels[data.val_rows], data.val_labels, verbose=0)
    assert loss == pytest.approx(min(epoch.val_loss for epoch in found.curves), rel=1e-3)


def test_it_stops_when_val_no_longer_improves():
    found = fitted(20.0, epochs=60)
    assert len(found.curves) < 60
    assert found.epochs == len(found.curves)


class EndsAfter(keras.callbacks.Callback):
    """A watcher that has seen enough."""

    def __init__(self, epochs: int) -> None:
        super().__init__()
        self.wanted, self.seen = epochs, list[float]()

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        self.seen.append((logs or {})["val_accuracy"])
        self.model.stop_training = len(self.seen) == self.wanted


def test_a_watcher_sees_val_after_each_epoch_and_may_end_the_training():
    watcher, recipe = EndsAfter(3), Recipe(keras.optimizers.SGD(0.1), SmoothedLoss(0.0), stops_early=False)
    network = Network(tiny, lambda steps: recipe)
    found = fit_network(network, shape_data(train=96, val=24), QUICK, seed=0, watchers=[watcher])
    assert watcher.seen == [epoch.val_accuracy for epoch in found.curves]
    assert found.epochs == 3


def test_tensorflow_tunes_no_reading_ahead(monkeypatch: pytest.MonkeyPatch):
    """Its tuner sleeps for up to a minute, and the end of the training waits for it."""
    ahead, prefetch = [], tensorflow.data.Dataset.prefetch

    def seen(dataset, buffer_size, *rest, **options):
        ahead.append(buffer_size)
        return prefetch(dataset, buffer_size, *rest, **options)

    monkeypatch.setattr(tensorflow.data.Dataset, "prefetch", seen)
    fitted(0.1)
    assert tensorflow.data.AUTOTUNE not in ahead


def test_a_schedule_comes_to_its_end():
    assert [epoch.epoch for epoch in fitted(20.0, stops_early=False, epochs=8, patience=1).curves] == list(range(1, 9))


def test_a_training_that_ran_away_says_what_to_lower():
    with pytest.raises(ModelError, match=r"loss became nan in epoch 1.*learning_rate"):
        fitted(float("nan"))


def test_bfloat16_ends_in_float32_and_changes_no_policy(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(networks, "computes_bfloat16", lambda: True)
    policies = []

    def build() -> keras.Model:
        policies.append(keras.config.dtype_policy().name)
        return tiny()

    recipe = Recipe(keras.optimizers.SGD(0.1), SmoothedLoss(0.0), stops_early=False)
    found = fit_network(Network(build, lambda steps: recipe, bfloat16=True), shape_data(96, 24), QUICK, 0)
    assert policies == ["mixed_bfloat16", "float32"]
    assert keras.config.dtype_policy().name == "float32"
    assert {layer.compute_dtype for layer in found.model.layers if layer.weights} == {"float32"}


@pytest.mark.parametrize(
    ("text", "found"), [("flags : sse avx512_bf16 avx", True), ("flags : amx_bf16", True), ("flags : avx512f", False)]
)
def test_the_cpu_says_whether_it_computes_bfloat16(tmp_path: Path, text: str, found: bool):
    (tmp_path / "cpuinfo").write_text(text)
    assert computes_bfloat16(tmp_path / "cpuinfo") is found


def test_an_unknown_cpu_trains_in_float32(tmp_path: Path):
    assert not computes_bfloat16(tmp_path / "nothing")


@pytest.mark.parametrize("smoothing", [0.0, 0.1])
def test_the_loss_is_the_cross_entropy_of_smoothed_labels(smoothing: float):
    logits = np.random.default_rng(0).normal(size=(5, 4)).astype(np.float32)
    labels = np.array([0, 1, 2, 3, 0])
    wanted = np.eye(4)[labels] * (1 - smoothing) + smoothing / 4
    logs = logits - np.log(np.exp(logits).sum(axis=1, keepdims=True))
    expected = -(wanted * logs).sum(axis=1).mean()
    assert float(SmoothedLoss(smoothing)(labels, logits)) == pytest.approx(expected, rel=1e-5)
