"""Retraining by a scheduler and by the workflows: an S3 server, an MLflow server, a bare repository, clean clones."""

import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from github_server import BOT, REPOSITORY, TOKEN, GitHubServer, github_server
from mlflow_server import mlflow_server
from projects import ROOT, commit, run_in
from team_server import BUCKET, KEYS, object_store
from workflows import FOLDER, commands, jobs

from tinysight.retraining.markdown import MARKER

pytestmark = pytest.mark.slow
BARE = {"LANG": "C.UTF-8", "PATH": "/usr/bin:/bin"}  # what cron gives, but for HOME
ENDPOINT = "MLFLOW_S3_ENDPOINT_URL"
BRANCH = "another-margin"


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mapping[str, str]]:
    with object_store(tmp_path_factory.mktemp("objects")) as variables:
        yield variables


@pytest.fixture
def team(finished: Path, store: Mapping[str, str], tmp_path: Path) -> Path:
    """A project whose team keeps pictures and results in an S3 store."""
    run_in(finished, "dvc", "remote", "add", "--default", "team", f"s3://{BUCKET}/{tmp_path.name}")
    run_in(finished, "dvc", "remote", "modify", "team", "endpointurl", store[ENDPOINT])
    commit(finished, "a remote for the team")
    return finished


def test_by_cron_a_fresh_clone_pulls_what_was_pushed_and_trains_nothing(team: Path, tmp_path: Path) -> None:
    first = by_cron(team, team)
    assert (first["ending"], first["ran"], first["version"]) == ("unchanged", [], "1")
    clone = tmp_path / "clone"
    run_in(tmp_path, "git", "clone", "-q", f"file://{team}", str(clone))
    again = by_cron(clone, team)
    assert (again["ending"], again["ran"], again["notes"]) == ("unchanged", ["register"], [])
    assert "$ dvc repro\n" in Path(again["log"]).read_text()


def by_cron(project: Path, registry: Path) -> dict[str, Any]:
    """Without terminal and activated environment; returns what --json prints."""
    words = [str(Path(sys.executable).parent / "tinysight"), "retrain", "--json"]
    tracking = f"sqlite:///{registry}/.tinysight/mlflow.db"
    done = subprocess.run(words, cwd=project, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False,
                          env={**BARE, **KEYS, "HOME": str(Path.home()), "MLFLOW_TRACKING_URI": tracking})  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    content: dict[str, Any] = json.loads(done.stdout)
    return content


def test_the_workflows_retrain_report_propose_and_after_the_merge_release(
    team: Path, tmp_path: Path, edit: Callable[[Path, str, str], None]
) -> None:
    run_in(team, "dvc", "push", "-q", "--run-cache", **KEYS)
    origin, base = publish(team, tmp_path)
    head = change_on_a_branch(tmp_path / "repository", edit)
    with github_server() as github, mlflow_server(tmp_path / "server") as tracking:
        known = {"vars.MLFLOW_TRACKING_URI": tracking, "vars.AWS_DEFAULT_REGION": KEYS["AWS_DEFAULT_REGION"],
                 "secrets.AWS_ACCESS_KEY_ID": "key", "secrets.AWS_SECRET_ACCESS_KEY": "secret",
                 "github.event.pull_request.base.sha": base, "github.token": TOKEN}  # fmt: skip
        runner = run_job("retrain", "retrain", clean_clone(origin, tmp_path / "runner", head), known)
        publisher = clean_clone(origin, tmp_path / "publisher", head)
        take_artifact(runner, publisher)
        for _ in range(2):
            run_job("retrain", "publish", publisher, known, **as_github_says(github, tmp_path))
        assert [comment["user"]["login"] for comment in github.comments] == [BOT]
        comment = github.comments[0]["body"]
        assert comment.startswith(f"{MARKER}\n## tinysight: shapes 1 (")
        assert "| register.margin | 0.02 | 0.03 |" in comment
        assert "Pictures: the same 160." in comment
        assert github.pulls == []

        repository = tmp_path / "repository"
        run_in(repository, "git", "pull", "-q", "origin", BRANCH)
        assert run_in(repository, "git", "diff", "--name-only", head, "HEAD").stdout == "dvc.lock\n"
        assert run_in(repository, "git", "log", "-1", "--format=%an").stdout == "tinysight retrain\n"
        assert "production" not in str(versions(runner, tracking))
        run_in(repository, "git", "switch", "-q", "main")
        run_in(repository, "git", "merge", "-q", BRANCH)
        run_in(repository, "git", "push", "-q", "origin", "main")
        run_job("promote", "promote", clean_clone(origin, tmp_path / "promoter", "main"), known)
        assert [version["aliases"] for version in versions(runner, tracking)] == [["production"]]


def publish(team: Path, folder: Path) -> tuple[Path, str]:
    """This repository with the team's project in it, as folder/repository, and pushed; its bare origin and commit."""
    repository, origin = folder / "repository", folder / "origin.git"
    run_in(folder, "git", "clone", "-q", f"file://{ROOT}", str(repository))
    run_in(repository, "git", "switch", "-q", "-C", "main")  # whatever is checked out here
    for name in ("conf", "params.yaml", "dvc.yaml", "dvc.lock", ".dvc/config", "data/raw.dvc"):
        (repository / name).parent.mkdir(exist_ok=True)
        copy = shutil.copytree if (team / name).is_dir() else shutil.copyfile
        copy(team / name, repository / name, **({"dirs_exist_ok": True} if (team / name).is_dir() else {}))
    for what in ("name", "email"):
        run_in(repository, "git", "config", f"user.{what}", "tester@example.invalid")
    commit(repository, "our pictures")
    run_in(folder, "git", "clone", "-q", "--bare", str(repository), str(origin))
    run_in(repository, "git", "remote", "set-url", "origin", f"file://{origin}")
    return origin, run_in(repository, "git", "rev-parse", "HEAD").stdout.strip()


def change_on_a_branch(repository: Path, edit: Callable[[Path, str, str], None]) -> str:
    """A setting that trains nothing again; returns the commit, which is pushed."""
    run_in(repository, "git", "switch", "-q", "-c", BRANCH)
    edit(repository / "conf" / "register" / "default.yaml", "margin: 0.02", "margin: 0.03")
    run_in(repository, "tinysight", "params")
    commit(repository, "another margin")
    run_in(repository, "git", "push", "-q", "origin", BRANCH)
    return run_in(repository, "git", "rev-parse", "HEAD").stdout.strip()


def clean_clone(origin: Path, folder: Path, revision: str) -> Path:
    run_in(origin, "git", "clone", "-q", f"file://{origin}", str(folder))
    run_in(folder, "git", "checkout", "-q", "--detach", f"origin/{revision}" if revision == "main" else revision)
    return folder


def run_job(workflow: str, job: str, clone: Path, known: Mapping[str, str], **more: str) -> Path:
    """Every command of a job, in order, as the YAML has it; only that `.venv` is there already."""
    for command, variables in commands(FOLDER / f"{workflow}.yml", job, known):
        words = command.replace("make ", "make -o .venv/ready ", 1).split()
        print(run_in(clone, *words, **{**variables, "CI": "true", **more}).stdout[-2000:])
    return clone


def take_artifact(runner: Path, publisher: Path) -> None:
    """What the job `retrain` keeps, where the job `publish` puts it."""
    steps = jobs(FOLDER / "retrain.yml")["publish"]["steps"]
    folder = next(step["with"]["path"] for step in steps if "download-artifact" in step.get("uses", ""))
    kept = [step["with"] for step in jobs(FOLDER / "retrain.yml")["retrain"]["steps"] if "with" in step]
    patterns = next(one["path"] for one in kept if one.get("name") == "retrained").split()
    assert all(list(runner.glob(pattern)) for pattern in patterns), patterns
    for source in (path for pattern in patterns for path in runner.glob(pattern)):
        target = publisher / folder / source.relative_to(runner)
        target.parent.mkdir(parents=True, exist_ok=True)
        (shutil.copytree if source.is_dir() else shutil.copyfile)(source, target)


def as_github_says(github: GitHubServer, folder: Path) -> dict[str, str]:
    event = folder / "event.json"
    event.write_text(json.dumps({"pull_request": {"number": 7}}))
    return {"GITHUB_API_URL": github.url, "GITHUB_REPOSITORY": REPOSITORY, "GITHUB_EVENT_PATH": str(event),
            "GITHUB_HEAD_REF": BRANCH}  # fmt: skip


def versions(project: Path, tracking: str) -> list[dict[str, Any]]:
    content: list[dict[str, Any]] = json.loads(
        run_in(project, "tinysight", "registry", "list", "--json", MLFLOW_TRACKING_URI=tracking).stdout
    )
    return content
