"""What runs again and what does not: DVC's edges, the remote, a fresh clone, and the queue."""

from collections.abc import Callable
from pathlib import Path

import pytest
from mlflow import MlflowClient
from mlflow.entities import Run
from pipelines import aliases, ran, verdict
from projects import commit, run_in

pytestmark = pytest.mark.slow

Edit = Callable[[Path, str, str], None]


def test_right_after_a_run_nothing_changed(built: Path) -> None:
    done = run_in(built, "dvc", "repro")
    assert ran(done.stdout) == []
    assert "up to date" in done.stdout


def test_changing_one_candidate_trains_only_that_one_and_the_verdict_follows(finished: Path, edit: Edit) -> None:
    before = {c["name"]: c for c in verdict(finished)["candidates"]}
    edit(finished / "conf" / "model" / "svm.yaml", "bins: 9", "bins: 6")
    run_in(finished, "tinysight", "params")
    done = run_in(finished, "dvc", "repro")
    assert [s for s in ran(done.stdout) if s.startswith("train")] == ["train@svm"]
    after = {c["name"]: c for c in verdict(finished)["candidates"]}
    assert after["svm"]["cost"]["multiply_adds"] != before["svm"]["cost"]["multiply_adds"]
    assert after["small_cnn"] == before["small_cnn"]


def test_a_fresh_clone_pulls_everything_trains_nothing_and_fills_its_registry(finished: Path, tmp_path: Path) -> None:
    run_in(finished, "dvc", "push")
    commit(finished, "pushed")
    clone = tmp_path / "clone"
    run_in(tmp_path, "git", "clone", "-q", str(finished), str(clone))
    run_in(clone, "dvc", "pull")
    done = run_in(clone, "dvc", "repro")
    assert ran(done.stdout) == ["register"]
    (version,) = aliases(clone)
    assert "production" in version["aliases"]
    assert version["sha256"] == aliases(finished)[0]["sha256"]


def test_queued_experiments_log_to_the_same_store(finished: Path) -> None:
    runs, before = parents(finished), aliases(finished)
    run_in(finished, "dvc", "exp", "run", "--queue", "-S", "models.svm.c=0.01,1.0")
    run_in(finished, "dvc", "exp", "run", "--run-all")
    new = [run for run in parents(finished) if run.info.run_id not in {run.info.run_id for run in runs}]
    assert sorted(run.data.tags["tinysight.change"].partition("→")[2] for run in new) == ["0.01", "1.0"]
    assert {run.data.tags["mlflow.source.name"] for run in new} == {"dvc exp run"}
    assert all(run.info.run_name.startswith(run.data.tags["tinysight.experiment"]) for run in new)
    assert aliases(finished) == before


def parents(project: Path) -> list[Run]:
    """The runs of the pipeline in the project's own store."""
    client = MlflowClient(f"sqlite:///{project}/.tinysight/mlflow.db")
    experiments = [e.experiment_id for e in client.search_experiments()]
    runs = client.search_runs(experiments, max_results=1000)
    return [run for run in runs if "mlflow.parentRunId" not in run.data.tags]
