"""A training that was cut off goes on from its last epoch and ends as if nothing had happened."""

import json
import os
import time
from itertools import count
from pathlib import Path
from types import SimpleNamespace

import keras
import numpy as np
import pytest
from shapes import shape_data

from tinysight.models import checkpoints
from tinysight.models.checkpoints import KEPT_SECONDS, STATE, remove_checkpoints
from tinysight.models.fitted import Fitted
from tinysight.models.networks import Network, Recipe, SmoothedLoss, StopAtNan, fit_network
from tinysight.params import TrainParams


class PowerCutError(Exception):
    """Stands for a kill between two epochs."""


def build() -> keras.Model:
    """A small network with all that has a state: batch norm, dropout, moments."""
    images = keras.Input((16, 16, 3), dtype="uint8", name="image")
    x = keras.layers.Rescaling(1 / 255)(images)
    x = keras.layers.Conv2D(8, 3, 2, name="conv")(x)
    x = keras.layers.BatchNormalization(name="norm")(x)
    x = keras.layers.GlobalAveragePooling2D()(x)
    x = keras.layers.Dropout(0.3, name="dropout")(x)
    return keras.Model(images, keras.layers.Dense(3, name="logits")(x), name="tiny")


def train(
    folder: Path | None, *, runs_wild: bool = False, epochs: int = 5, patience: int = 9, stops_early: bool = False
) -> Fitted:
    def recipe(steps: int) -> Recipe:
        calm, wild = keras.optimizers.schedules.CosineDecay, keras.optimizers.schedules.PiecewiseConstantDecay
        schedule = wild([2 * steps // epochs], [0.02, 5.0]) if runs_wild else calm(0.02, steps)
        return Recipe(keras.optimizers.AdamW(schedule), SmoothedLoss(0.1), stops_early)

    settings = TrainParams(epochs=epochs, batch_size=16, max_images=10**6, patience=patience, balance=0.5, clean=0.5)
    return fit_network(Network(build, recipe), shape_data(train=96, val=24), settings, seed=3, checkpoint=folder)


@pytest.fixture
def cuts(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Epochs at whose beginning the training dies, each once."""
    epochs: list[int] = []

    def on_epoch_begin(self: StopAtNan, epoch: int, logs: object = None) -> None:
        if epoch in epochs:
            epochs.remove(epoch)
            raise PowerCutError

    monkeypatch.setattr(StopAtNan, "on_epoch_begin", on_epoch_begin)
    return epochs


def assert_alike(first: Fitted, second: Fitted) -> None:
    for one, other in zip(first.model.get_weights(), second.model.get_weights(), strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-3, atol=1e-4)


@pytest.mark.slow
def test_cut_off_twice_it_ends_the_same(tmp_path: Path, cuts: list[int]) -> None:
    """The second cut is before the last epoch, whose weights are kept."""
    expected = train(None, epochs=6)
    cuts += [2, 5]
    for _ in range(2):
        with pytest.raises(PowerCutError):
            train(tmp_path / "one", epochs=6)
    found = train(tmp_path / "one", epochs=6)
    assert [epoch.epoch for epoch in found.curves] == [1, 2, 3, 4, 5, 6]
    assert [epoch.val_loss for epoch in found.curves] == pytest.approx([one.val_loss for one in expected.curves], 1e-4)
    assert_alike(found, expected)


@pytest.mark.slow
def test_the_best_epoch_may_lie_before_the_cut(tmp_path: Path, cuts: list[int]) -> None:
    """After two epochs the training runs wild; the early weights are what is kept."""
    expected = train(None, runs_wild=True)
    losses = [epoch.val_loss for epoch in expected.curves]
    assert losses.index(min(losses)) < 4
    cuts.append(4)
    with pytest.raises(PowerCutError):
        train(tmp_path / "one", runs_wild=True)
    assert_alike(train(tmp_path / "one", runs_wild=True), expected)


def test_patience_is_not_given_anew(tmp_path: Path) -> None:
    """A training that had stopped before it was killed does not train on."""
    first = train(tmp_path / "one", runs_wild=True, stops_early=True, epochs=30, patience=2)
    again = train(tmp_path / "one", runs_wild=True, stops_early=True, epochs=30, patience=2)
    assert len(first.curves) < 30
    assert again.curves == first.curves
    assert_alike(again, first)


def test_what_earlier_processes_trained_is_counted_over_several_kills(
    tmp_path: Path, cuts: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each look at this clock is 10 s later: at the beginning and after each epoch. The last process trains two."""
    monkeypatch.setattr(checkpoints, "time", SimpleNamespace(perf_counter=count(step=10.0).__next__))
    cuts += [1, 2]
    for _ in range(2):
        with pytest.raises(PowerCutError):
            train(tmp_path / "one", epochs=4)
    assert train(tmp_path / "one", epochs=4).earlier_seconds == 20
    assert train(tmp_path / "one", epochs=4).earlier_seconds == 40
    assert train(tmp_path / "other", epochs=1).earlier_seconds == 0


def test_a_file_of_an_earlier_version_says_no_seconds_and_is_gone_on_from(tmp_path: Path) -> None:
    whole = train(tmp_path / "one", epochs=2)
    with np.load(tmp_path / "one" / STATE) as file:
        saved = {name: file[name] for name in file.files}
    story = json.loads(str(saved["story"]))
    assert story.pop("seconds") > 0
    np.savez(tmp_path / "one" / STATE, **saved | {"story": np.array(json.dumps(story))})
    found = train(tmp_path / "one", epochs=2)
    assert found.earlier_seconds == 0
    assert found.curves == whole.curves  # not one epoch was trained again


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 cut short", b"no archive"])
def test_a_broken_file_is_as_none(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "one").mkdir()
    (tmp_path / "one" / STATE).write_bytes(content)
    assert len(train(tmp_path / "one", epochs=2).curves) == 2


def test_what_another_network_left_is_not_used(tmp_path: Path) -> None:
    train(tmp_path / "one", epochs=2)
    with np.load(tmp_path / "one" / STATE) as file:
        saved = {name: file[name] for name in file.files}
    saved["own_0"] = saved["own_0"][..., :1]
    np.savez(tmp_path / "one" / STATE, **saved)
    assert [epoch.epoch for epoch in train(tmp_path / "one", epochs=2).curves] == [1, 2]


@pytest.mark.parametrize("more", [-1, 1])
def test_what_another_version_left_with_fewer_or_more_states_is_not_used(tmp_path: Path, more: int) -> None:
    """An earlier one left out the seeds of dropout inside a network inside a network."""
    train(tmp_path / "one", epochs=2)
    with np.load(tmp_path / "one" / STATE) as file:
        saved = {name: file[name] for name in file.files}
    own = sum(name.startswith("own_") for name in saved)
    assert saved[f"own_{own - 1}"].shape == (2,)  # the seed of dropout and its step
    saved[f"own_{own}"] = saved[f"own_{own - 1}"]
    if more < 0:
        del saved[f"own_{own}"], saved[f"own_{own - 1}"]
    np.savez(tmp_path / "one" / STATE, **saved)
    assert [epoch.epoch for epoch in train(tmp_path / "one", epochs=2).curves] == [1, 2]


def test_a_training_that_is_over_leaves_nothing_and_what_is_old_goes_too(tmp_path: Path) -> None:
    for name in ("over", "young", "old"):
        (tmp_path / name).mkdir()
        (tmp_path / name / STATE).write_bytes(b"state")
    os.utime(tmp_path / "old", (0, 0))
    remove_checkpoints(tmp_path / "over", now=time.time() + KEPT_SECONDS - 60)
    assert {path.name for path in tmp_path.iterdir()} == {"young"}
