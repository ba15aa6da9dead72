"""The bar of a network's training: epoch, val accuracy, pictures a second and time left, where somebody watches."""

import io
import sys

import pytest
import rich.console
from shapes import QUICK, shape_data
from tiny_datasets import make_params

from tinysight.models.epoch_bar import EpochBar
from tinysight.models.training import fit_candidate

EPOCHS, STEPS, SIZE, SECONDS_A_STEP = 4, 10, 64, 0.5


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture(autouse=True)
def eighty_columns(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "80")


def train(bar: EpochBar, now: list[float], epoch: int, accuracy: float) -> None:
    """One epoch, by a clock that a test sets."""
    for step in range(STEPS):
        now[0] += SECONDS_A_STEP
        bar.on_train_batch_end(step)
    bar.on_epoch_end(epoch, {"val_accuracy": accuracy})


def test_a_terminal_sees_epoch_val_accuracy_rate_and_time_left(monkeypatch: pytest.MonkeyPatch) -> None:
    """One epoch was over before, another one passes: two of four are left, of 5 seconds each."""
    terminal, now = Terminal(), [100.0]
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setattr(rich.console, "monotonic", lambda: now[0])
    bar = EpochBar("small_cnn", EPOCHS, (STEPS, SIZE), done=1)
    bar.on_train_begin()
    train(bar, now, 1, 0.875)
    bar.on_train_end()
    first, last = terminal.getvalue().splitlines()[0], terminal.getvalue()
    assert "small_cnn: epoch 2/4" in first
    assert "val accuracy" not in first
    for words in ("small_cnn: epoch 3/4, val accuracy 0.875", "128 images/s", "0:00:10"):
        assert words in last, words


def test_a_training_on_a_terminal_shows_the_bar(monkeypatch: pytest.MonkeyPatch, tmp_path) -> None:
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    fitted = fit_candidate(make_params("models.mlp.hidden=[16]").models["mlp"], shape_data(), QUICK, 0, tmp_path)
    shown = f"epoch {min(fitted.epochs + 1, QUICK.epochs)}/{QUICK.epochs}"
    assert f"mlp: {shown}, val accuracy {fitted.curves[-1].val_accuracy:.3f}" in terminal.getvalue()
    assert " images/s" in terminal.getvalue()


def test_nobody_watching_sees_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    log, now = io.StringIO(), [0.0]
    monkeypatch.setattr(sys, "stderr", log)
    bar = EpochBar("small_cnn", EPOCHS, (STEPS, SIZE))
    bar.on_train_begin()
    train(bar, now, 0, 0.5)
    bar.on_train_end()
    assert log.getvalue() == ""
