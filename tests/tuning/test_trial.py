"""A trial trains and judges as the pipeline does, and its failure is a result."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from shapes import shape_data
from studies import tuned_project
from tiny_datasets import make_params

from tinysight.models import majority
from tinysight.params.tune import with_values
from tinysight.stages import train
from tinysight.tuning.outcome import Outcome
from tinysight.tuning.rows import read_rows
from tinysight.tuning.trial import GiveUp, run_trial

SHORT = ("train.epochs=4", "train.batch_size=16")


def never(epoch: int, accuracy: float) -> None:
    """Asked, it goes on."""


def trial(cache: Path, give_up: GiveUp = never, kind: str = "mlp", **values: object) -> Outcome:
    params = make_params(*SHORT)
    return run_trial(params, with_values(params.models[kind], values), shape_data(96, 24), cache, give_up)


STILL = ("evaluate.expected.shift=0", "evaluate.expected.rotation=0")


@pytest.mark.slow
def test_where_nothing_moves_its_accuracy_is_the_one_that_the_train_stage_writes(tmp_path: Path) -> None:
    params, paths = tuned_project(tmp_path, *SHORT, *STILL)
    train.run(params, paths, "mlp")
    facts = json.loads((paths.train("mlp") / "train.json").read_text())
    data = read_rows(params, paths)
    outcome = run_trial(params, params.models["mlp"], data, paths.cache, never)
    assert outcome.end == "whole"
    assert outcome.accuracy == facts["val_accuracy"]
    assert outcome.rights[: len(data.val_rows)].mean() == pytest.approx(facts["val_accuracy"])
    assert len((paths.train("mlp") / "curves.csv").read_text().splitlines()) == len(outcome.curves["epoch"]) + 1


def test_what_a_trial_was_spared_counts_as_its_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Features that came from the cache, say: else a second trial would seem cheaper than the first."""
    fit = majority.fit
    monkeypatch.setattr(majority, "fit", lambda data: replace(fit(data), earlier_seconds=1000.0))
    assert 1000 < trial(tmp_path, kind="majority").seconds < 1100


def test_moved_pictures_decide(tmp_path: Path) -> None:
    """A linear model of pixels names shapes that have moved no better than by chance."""
    data, values = shape_data(96, 60), {"side": 16, "penalty": 0.01}
    still, moved = (
        run_trial(params, with_values(params.models["logistic"], values), data, tmp_path, never).accuracy
        for params in (make_params(*SHORT, *STILL), make_params(*SHORT, "evaluate.expected.shift=0.5"))
    )
    assert still is not None
    assert moved is not None
    assert moved < still


def test_a_network_that_is_given_up_stops_after_that_epoch(tmp_path: Path) -> None:
    seen = []
    outcome = trial(tmp_path, lambda epoch, accuracy: seen.append((epoch, accuracy)) or epoch == 2)
    assert outcome.end == "stopped"
    assert seen == [*zip([1, 2], outcome.curves["val_accuracy"], strict=True)]


@pytest.mark.slow
def test_after_the_last_epoch_there_is_nothing_to_give_up(tmp_path: Path) -> None:
    outcome = trial(tmp_path, lambda epoch, accuracy: epoch == 4)
    assert (outcome.end, len(outcome.curves["epoch"])) == ("whole", 4)


def test_a_candidate_without_epochs_has_no_curves(tmp_path: Path) -> None:
    outcome = trial(tmp_path, kind="logistic", side=12, penalty=0.01)
    assert (outcome.end, outcome.curves) == ("whole", {})
    assert np.packbits(outcome.rights).tobytes().hex() == outcome.right


def test_what_goes_wrong_is_its_outcome(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    ours = trial(tmp_path, kind="transfer", backbone="nonsense")
    assert ours.end == "failed"
    assert "backbone must be" in ours.reason
    assert "Traceback" not in capsys.readouterr().err


@pytest.mark.slow
def test_a_bug_is_its_outcome_too_and_shows_where_it_is(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def broken(epoch: int, accuracy: float) -> bool:
        raise MemoryError

    bug = trial(tmp_path, broken)
    assert (bug.end, bug.reason) == ("failed", "MemoryError")
    assert "Traceback" in capsys.readouterr().err
