"""What runs again and what does not: DVC's edges, the remote, a fresh clone, and the queue."""

from collections.abc import Callable
from pathlib import Path

import pytest
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
    runs, before = count_runs(finished), aliases(finished)
    run_in(finished, "dvc", "exp", "run", "--queue", "-S", "models.svm.c=0.01,1.0")
    run_in(finished, "dvc", "exp", "run", "--run-all")
    assert count_runs(finished) == runs + 2
    assert aliases(finished) == before


def count_runs(project: Path) -> int:
    """Parent runs in the project's own store."""
    from mlflow import MlflowClient

    client = MlflowClient(f"sqlite:///{project}/.tinysight/mlflow.db")
    experiments = [e.experiment_id for e in client.search_experiments()]
    runs = client.search_runs(experiments, max_results=1000)
    return sum("mlflow.parentRunId" not in run.data.tags for run in runs)
