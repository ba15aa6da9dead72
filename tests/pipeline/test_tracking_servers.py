"""The whole pipeline against the store that every project has and the servers that teams have: the same results."""

import json
from pathlib import Path

import pytest
from mlflow_server import mlflow_server
from pipelines import import_mixed, keep_models, ran, shorten, verdict
from projects import commit, free_port, run_in
from team_server import make_account, make_database, object_store, postgres, team_server

pytestmark = pytest.mark.slow
TRAINER = {"MLFLOW_TRACKING_USERNAME": "trainer", "MLFLOW_TRACKING_PASSWORD": "trains-every-night"}
SAME = ("version", "aliases", "sha256", "dataset_digest", "git_commit", "release")


def registry(project: Path, **environment: str) -> list[dict]:
    """What stays the same wherever it is kept."""
    listed = json.loads(run_in(project, "tinysight", "registry", "list", "--json", **environment).stdout)
    return [{name: version[name] for name in SAME} for version in listed]


def test_the_same_commands_give_the_same_results_with_each_store(project: Path, tmp_path: Path) -> None:
    """The server is down at first: training ends, register says so, and the next `dvc repro` runs nothing else."""
    keep_models(project, "majority", "logistic")
    shorten(project)
    import_mixed(project, tmp_path / "pictures")
    port = free_port()
    here = {"MLFLOW_TRACKING_URI": f"http://127.0.0.1:{port}"}
    failed = run_in(project, "dvc", "repro", fails=True, **here)
    (line,) = (line for line in (failed.stdout + failed.stderr).splitlines() if line.startswith("error: "))
    assert "does not answer" in line
    assert line.endswith("then run `dvc repro` again.")
    chosen = verdict(project)["chosen"]
    with postgres() as database:
        uri = make_database(database, "proxied")
        with mlflow_server(tmp_path / "proxied", port=port, database=uri):
            assert ran(run_in(project, "dvc", "repro", **here).stdout) == ["register"]
            told, kept = (project / "reports" / "release.md").read_text(), registry(project, **here)
            commit(project, "released")
            assert "register" not in ran(run_in(project, "dvc", "repro", **here).stdout)
        with (
            object_store(tmp_path / "s3") as store,
            team_server(tmp_path / "team", database, store, "team", port=port) as url,
        ):
            make_account(url, *TRAINER.values())
            again = run_in(project, "dvc", "repro", "-f", "-s", "register", **here, **TRAINER)
            assert "promoted" in again.stdout
            assert (project / "reports" / "release.md").read_text() == told
            assert without_commit(registry(project, **here, **TRAINER)) == without_commit(kept)
    run_in(project, "dvc", "repro", "-f", "-s", "register")
    assert (project / "reports" / "release.md").read_text() == told
    assert without_commit(registry(project)) == without_commit(kept)
    assert verdict(project)["chosen"] == chosen


def without_commit(versions: list[dict]) -> list[dict]:
    """The released report and dvc.lock were committed meanwhile."""
    return [{name: value for name, value in version.items() if name != "git_commit"} for version in versions]
