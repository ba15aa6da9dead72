"""What a workflow's second job calls, in a real repository and with a server that answers as GitHub's."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from github_server import REPOSITORY, TOKEN, GitHubServer, github_server
from projects import ROOT, commit, run_in

from tinysight.cli import main
from tinysight.retraining.markdown import MARKER

OF_A_JOB = (
    "GITHUB_EVENT_PATH",
    "GITHUB_HEAD_REF",
    "GITHUB_REF_NAME",
    "GITHUB_ACTIONS",
    "GITHUB_TOKEN",
    "TINYSIGHT_BOT",
)


@pytest.fixture
def github(project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[GitHubServer]:
    """A job on main whose retraining has left a dvc.lock and a report."""
    for name in OF_A_JOB:
        monkeypatch.delenv(name, raising=False)
    run_in(tmp_path, "git", "clone", "-q", "--bare", str(project), "origin.git")
    run_in(project, "git", "remote", "add", "origin", str(tmp_path / "origin.git"))
    (project / "dvc.lock").write_text("schema: '2.0'\n")
    (project / "report.md").write_text(f"{MARKER}\nso it went\n")
    monkeypatch.chdir(project)
    with github_server() as server:
        for name, value in (
            ("API_URL", server.url),
            ("REPOSITORY", REPOSITORY),
            ("TOKEN", TOKEN),
            ("REF_NAME", "main"),
        ):
            monkeypatch.setenv(f"GITHUB_{name}", value)
        yield server


def about_pull_request(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "event.json").write_text(json.dumps({"pull_request": {"number": 7}}))
    monkeypatch.setenv("GITHUB_EVENT_PATH", str(folder / "event.json"))


def test_on_main_new_results_come_as_a_pull_request_with_the_report(
    github: GitHubServer, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["ci", "comment", "report.md"]) == 0
    assert main(["ci", "propose", "--report", "report.md"]) == 0
    assert [(pull["head"], pull["base"], pull["body"]) for pull in github.pulls] == [
        ("tinysight/retrain", "main", f"{MARKER}\nso it went\n")
    ]
    assert github.comments == []
    assert capsys.readouterr().out.splitlines()[::2] == [
        "This job is about no pull request: nothing to comment on.",
        "pull 1",
    ]


def test_in_a_pull_request_the_report_is_a_comment_and_the_lock_goes_onto_its_branch(
    github: GitHubServer, project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    about_pull_request(tmp_path, monkeypatch)
    monkeypatch.setenv("GITHUB_HEAD_REF", "mine")
    run_in(project, "git", "push", "-q", "origin", "HEAD:mine")
    assert main(["ci", "comment", "report.md"]) == main(["ci", "propose"]) == 0
    assert [comment["issue"] for comment in github.comments] == [7]
    assert github.pulls == []
    assert "dvc.lock" in run_in(tmp_path / "origin.git", "git", "show", "--name-only", "mine").stdout


def test_a_second_time_and_on_a_runner_whose_remote_is_a_folder_nothing_is_proposed(
    github: GitHubServer, project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    assert main(["ci", "propose"]) == 0
    assert "its results are lost" in capsys.readouterr().out
    monkeypatch.delenv("GITHUB_ACTIONS")
    commit(project, "results")
    assert main(["ci", "propose"]) == 0
    assert capsys.readouterr().out == "dvc.lock is committed already: nothing to propose.\n"
    assert github.asked == []


def test_without_a_token_it_is_named(
    github: GitHubServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    about_pull_request(tmp_path, monkeypatch)
    monkeypatch.delenv("GITHUB_TOKEN")
    assert main(["ci", "comment", "report.md"]) == 1
    assert "GITHUB_TOKEN is not set" in capsys.readouterr().err


def test_the_job_that_may_write_needs_no_package_at_all(github: GitHubServer, project: Path, tmp_path: Path) -> None:
    """Also where it looks for DVC's remote, as it does on a runner: Python without site-packages has only our src."""
    run_in(project, "dvc", "remote", "add", "--default", "team", "s3://parts/dvc")
    about = tmp_path / "event.json"
    about.write_text(json.dumps({"pull_request": {"number": 7}}))
    bare = {"PYTHONPATH": str(ROOT / "src"), "GITHUB_ACTIONS": "true"}
    command = [sys.executable, "-S", "-m", "tinysight.cli", "ci"]
    run_in(project, *command, "comment", "report.md", **bare, GITHUB_EVENT_PATH=str(about))
    run_in(project, *command, "propose", "--report", "report.md", **bare)
    assert (len(github.comments), len(github.pulls)) == (1, 1)
