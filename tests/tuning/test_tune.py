"""Tuning as a whole: tries, goes on, publishes, and touches nothing of the pipeline's own."""

import shutil
from pathlib import Path
from typing import Any

import pytest
from projects import free_port
from results import give_store
from studies import PENALTIES, logistic_project

from tinysight.errors import ConfigError, ModelError
from tinysight.paths import Paths
from tinysight.tracking.store import open_store
from tinysight.tuning.tune import Wish, tune


@pytest.fixture(autouse=True)
def own_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the caller's shell has set must not decide a test."""
    for name in ("MLFLOW_TRACKING_URI", "DVC_EXP_NAME"):
        monkeypatch.delenv(name, raising=False)


def pipeline_files(paths: Paths) -> dict[str, bytes]:
    folders = [paths.root / "data", paths.params]
    files = [file for entry in folders for file in ([entry] if entry.is_file() else entry.rglob("*"))]
    return {str(file): file.read_bytes() for file in files if file.is_file()}


def runs(paths: Paths) -> dict[str, Any]:
    """The runs of the store by name."""
    with open_store(paths, write=False) as store:
        (experiment,) = [e for e in store.client.search_experiments() if e.name != "Default"]
        return {run.info.run_name: run for run in store.client.search_runs([experiment.experiment_id])}


def test_it_tries_publishes_goes_on_and_touches_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    paths = logistic_project(tmp_path)
    before = pipeline_files(paths)
    first = tune(paths, Wish("logistic", 2))
    assert "the same command" not in first
    assert len(runs(paths)) == 3
    said = tune(paths, Wish("logistic", 3))
    lines = capsys.readouterr().out.splitlines()
    assert [line.split(":")[0] for line in lines] == [
        "trial 1 of 2", "trial 2 of 2", "2 of 3 trials are done already.", "trial 3 of 3"
    ]  # fmt: skip
    assert "dvc exp run -S experiment=logistic_tuned" in said
    assert pipeline_files(paths) == before
    found = runs(paths)
    assert len(found) == 4
    children = [name for name in found if " · trial " in name]
    assert "logistic · trial 1 · as it is" in children
    (parent,) = [run for name, run in found.items() if name not in children]
    assert parent.data.tags["mlflow.source.name"] == "tinysight tune logistic"
    assert parent.data.metrics["trials"] == 3
    assert "none of" not in parent.data.tags["mlflow.note.content"]
    with open_store(paths, write=False) as store:
        kept = {item.path for item in store.client.list_artifacts(parent.info.run_id)}
    assert {"figures", "trials.csv", "report.md", "logistic_tuned.yaml"} <= kept
    for name in children:
        child = found[name]
        assert child.data.tags["mlflow.parentRunId"] == parent.info.run_id
        assert {"val/expected_accuracy", "val/expected_macro_f1", "cost/train_seconds"} <= set(child.data.metrics)
        assert {"model.penalty", "model.kind", "train.epochs", "dataset.image_size"} <= set(child.data.params)
        assert child.inputs.dataset_inputs[0].dataset.name == "tiny"
    best = parent.data.metrics["val/expected_accuracy"]
    assert max(found[name].data.metrics["val/expected_accuracy"] for name in children) == best


@pytest.mark.slow
def test_a_store_that_is_down_stops_no_trial_and_is_filled_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    paths = logistic_project(tmp_path)
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"http://127.0.0.1:{free_port()}")
    said = tune(paths, Wish("logistic", 2))
    assert "But MLflow has not:" in said
    assert "does not answer" in said
    assert "`tinysight tune logistic`" in said
    monkeypatch.delenv("MLFLOW_TRACKING_URI")
    assert "But MLflow" not in tune(paths, Wish("logistic", 2))
    assert len(runs(paths)) == 3
    shutil.rmtree(paths.state / "artifacts", ignore_errors=True)
    give_store(paths)  # lost, and empty again
    tune(paths, Wish("logistic", 2))
    assert len(runs(paths)) == 3


@pytest.mark.slow
def test_when_its_minutes_are_over_no_trial_starts_and_it_says_how_to_go_on(tmp_path: Path) -> None:
    paths = logistic_project(tmp_path)
    tune(paths, Wish("logistic", 1))
    said = tune(paths, Wish("logistic", 50, minutes=1e-9))
    assert "49 of 50 trials are left; the same command goes on." in said
    with pytest.raises(ModelError, match=r"No trial has come to its end.*--minutes"):
        tune(paths, Wish("logistic", 50, minutes=1e-9, epochs=2))


@pytest.mark.slow
def test_if_the_first_trials_all_fail_it_does_not_try_the_others(tmp_path: Path) -> None:
    paths = logistic_project(tmp_path, "models.transfer.backbone=nonsense")
    (tmp_path / "conf" / "tune" / "transfer.yaml").write_text(PENALTIES)
    with pytest.raises(ModelError, match=r"The first 3 trials have all failed.*backbone must be"):
        tune(paths, Wish("transfer", 30))


def test_an_unknown_candidate_is_told_the_names(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"no candidate smv\. Allowed: logistic, majority, mlp"):
        tune(logistic_project(tmp_path), Wish("smv", 3))
