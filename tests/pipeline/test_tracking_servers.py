"""The whole pipeline against the store that every project has and the servers that teams have: the same results."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from mlflow_server import mlflow_server
from pipelines import ran, verdict
from projects import free_port, run_in
from team_server import make_account, make_database, object_store, postgres, team_server

pytestmark = pytest.mark.slow

Edit = Callable[[Path, str, str], None]
TRAINER = {"MLFLOW_TRACKING_USERNAME": "trainer", "MLFLOW_TRACKING_PASSWORD": "trains-every-night"}
SAME = ("version", "aliases", "sha256", "dataset_digest", "git_commit", "release")


@pytest.mark.timeout(1200)
def test_the_same_commands_give_the_same_results_with_each_store(finished: Path, tmp_path: Path, edit: Edit) -> None:
    """The server is down at first: training ends, register says so, and the next `dvc repro` runs nothing else."""
    shutil.rmtree(finished / ".tinysight")
    edit(finished / "conf" / "model" / "svm.yaml", "bins: 9", "bins: 6")
    run_in(finished, "tinysight", "params")
    port = free_port()
    server = {"MLFLOW_TRACKING_URI": f"http://127.0.0.1:{port}"}
    failed = run_in(finished, "dvc", "repro", fails=True, **server)
    assert "train@svm" in ran(failed.stdout)
    said = [line for line in failed.stderr.splitlines() if "error: " in line]
    assert len(said) == 1, failed.stderr[-3000:]
    assert "does not answer" in said[0]
    assert said[0].endswith("then run `dvc repro` again.")
    with postgres() as database:
        with mlflow_server(tmp_path / "proxied", port=port, database=make_database(database, "proxied")):
            assert ran(run_in(finished, "dvc", "repro", **server).stdout) == ["register"]
            released = results(finished, **server)
        with (
            object_store(tmp_path / "s3") as store,
            team_server(tmp_path / "team", database, store, "team", port=port) as url,
        ):
            make_account(url, *TRAINER.values())
            run_in(finished, "dvc", "repro", "-f", "-s", "register", **server, **TRAINER)
            assert results(finished, **server, **TRAINER) == released
    run_in(finished, "dvc", "repro", "-f", "-s", "register")
    assert results(finished) == released
    shown = json.loads(run_in(finished, "dvc", "metrics", "show", "--json").stdout)
    assert shown[""]["data"]["reports/metrics.json"]["data"]["chosen"] == verdict(finished)["chosen"]


def results(project: Path, **environment: str) -> tuple[str, list[dict[str, object]]]:
    """What stays the same wherever it is kept: the decision, and what the registry says of the versions."""
    listed = json.loads(run_in(project, "tinysight", "registry", "list", "--json", **environment).stdout)
    versions = [{name: version[name] for name in SAME} for version in listed]
    return (project / "reports" / "release.md").read_text(), versions
