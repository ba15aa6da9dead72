"""What is missing for CI is named with what to do, and nothing secret is shown."""

import shutil
from collections.abc import Mapping
from pathlib import Path

import pytest
from projects import ROOT, commit, run_in

from tinysight.paths import Paths
from tinysight.retraining.ci_doctor import examine

GIVEN = {
    "MLFLOW_TRACKING_URI": "https://mlflow.example.org",
    "MLFLOW_TRACKING_USERNAME": "trainer",
    "MLFLOW_TRACKING_PASSWORD": "swordfish",
    "AWS_ACCESS_KEY_ID": "AKIA",
    "AWS_SECRET_ACCESS_KEY": "hunter2",
}
OTHERS = ("AWS_ROLE_ARN", "ACTIONS_ID_TOKEN_REQUEST_URL", "AWS_DEFAULT_REGION", "TINYSIGHT_SCHEDULE")


def look(project: Path, monkeypatch: pytest.MonkeyPatch, given: Mapping[str, str]) -> str:
    for name in (*GIVEN, *OTHERS):
        monkeypatch.delenv(name, raising=False)
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    return "\n".join(finding.line() for finding in examine(Paths(project)))


def test_a_project_that_is_not_ready_hears_what_to_do(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copytree(ROOT / ".github" / "workflows", project / ".github" / "workflows")
    said = look(project, monkeypatch, {})
    assert "bad   dvc.lock is not committed: each run trains everything → dvc repro, git add dvc.lock" in said
    assert "bad   the default remote local is a folder (" in said
    assert "bad   MLFLOW_TRACKING_URI names no server" in said
    assert "note  AWS_ROLE_ARN (vars, for promote.yml, retrain.yml) is not set here" in said
    assert "note  MLFLOW_TRACKING_PASSWORD (secrets, for promote.yml, retrain.yml) is not set here" in said


def test_one_that_is_ready_is_told_so_and_no_secret_is_shown(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copytree(ROOT / ".github" / "workflows", project / ".github" / "workflows")
    (project / "dvc.lock").write_text("schema: '2.0'\nstages: {}\n")
    commit(project, "results")
    run_in(project, "dvc", "remote", "add", "--default", "team", "s3://parts/dvc")
    run_in(project, "dvc", "remote", "modify", "team", "endpointurl", "http://127.0.0.1:9")
    said = look(project, monkeypatch, {**GIVEN, "AWS_ROLE_ARN": "arn", "ACTIONS_ID_TOKEN_REQUEST_URL": "http://x"})
    assert "ok    dvc.lock is committed" in said
    assert "the default remote team (s3://parts/dvc)" in said
    assert "ok    the registry has an address and an account" in said
    assert "ok    the runner asks AWS for a role with its own identity" in said
    assert "note  long-lived keys: AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY" in said
    assert "ok    MLFLOW_TRACKING_PASSWORD (secrets, for promote.yml, retrain.yml) is set here" in said
    assert not [value for value in ("swordfish", "hunter2", "AKIA") if value in said]


def test_without_a_remote_it_says_how_to_add_one(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run_in(project, "dvc", "remote", "remove", "local")
    assert "bad   DVC has no default remote → dvc remote add" in look(project, monkeypatch, {})
