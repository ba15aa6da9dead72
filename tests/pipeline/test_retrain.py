"""`tinysight retrain` from a scheduler, with DVC's remote on an S3 server."""

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from projects import commit, run_in
from team_server import BUCKET, KEYS, object_store

pytestmark = pytest.mark.slow
BARE = {"LANG": "C.UTF-8", "PATH": "/usr/bin:/bin"}  # what cron gives, but for HOME
ENDPOINT = "MLFLOW_S3_ENDPOINT_URL"


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mapping[str, str]]:
    with object_store(tmp_path_factory.mktemp("objects")) as variables:
        yield variables


@pytest.fixture
def team(finished: Path, store: Mapping[str, str], tmp_path: Path) -> Path:
    """A project whose team keeps pictures in an S3 store, code in a bare repository, and versions in one registry."""
    run_in(finished, "dvc", "remote", "add", "--default", "team", f"s3://{BUCKET}/{tmp_path.name}")
    run_in(finished, "dvc", "remote", "modify", "team", "endpointurl", store[ENDPOINT])
    commit(finished, "a remote for the team")
    origin = tmp_path / "origin.git"
    run_in(tmp_path, "git", "clone", "-q", "--bare", str(finished), str(origin))
    run_in(finished, "git", "remote", "add", "origin", str(origin))
    return finished


def retrain(project: Path, code: int, *words: str, registry: Path | None = None, **more: str) -> dict[str, Any]:
    """Runs it as cron does: no terminal, no activated environment; returns what --json prints."""
    tracking = f"sqlite:///{registry or project}/.tinysight/mlflow.db"
    command = [str(Path(sys.executable).parent / "tinysight"), "retrain", "--json", *words]
    environment = {**BARE, **KEYS, "HOME": str(Path.home()), "MLFLOW_TRACKING_URI": tracking, **more}
    done = subprocess.run(command, cwd=project, env=environment, stdin=subprocess.DEVNULL, text=True, check=False,
                          capture_output=True)  # fmt: skip
    assert done.returncode == code, done.stdout + done.stderr
    content: dict[str, Any] = json.loads(done.stdout)
    return content


def test_a_fresh_clone_pulls_what_was_pushed_trains_nothing_and_then_only_what_changed(
    team: Path, tmp_path: Path, store: Mapping[str, str]
) -> None:
    first = retrain(team, 0)
    assert (first["ending"], first["ran"], first["version"]) == ("unchanged", [], "1")
    clone = tmp_path / "clone"
    run_in(tmp_path, "git", "clone", "-q", str(tmp_path / "origin.git"), str(clone))
    again = retrain(clone, 0, registry=team)
    assert (again["ending"], again["ran"]) == ("unchanged", ["register"])
    assert "1 file added" in Path(again["log"]).read_text() or "fetched" in Path(again["log"]).read_text()

    svm = clone / "conf" / "model" / "svm.yaml"
    svm.write_text(svm.read_text().replace("c: ", "c: [0.5]  # was "))
    run_in(clone, "tinysight", "params")
    commit(clone, "another c")
    changed = retrain(clone, 11, registry=team)
    assert [stage for stage in changed["ran"] if stage.startswith("train@")] == ["train@svm"]
