"""dvc.lock on a branch of its own, in real git repositories."""

from pathlib import Path

import pytest
from projects import commit, run_in

from tinysight.errors import ConfigError, TinysightError
from tinysight.retraining.proposal import AUTHOR, BRANCH, _credentials, propose, results_are_lost


@pytest.fixture
def work(tmp_path: Path) -> Path:
    """A work tree with a dvc.lock, its bare origin beside it."""
    run_in(tmp_path, "git", "init", "-q", "--bare", "-b", "main", "origin.git")
    run_in(tmp_path, "git", "clone", "-q", "origin.git", "work")
    folder = tmp_path / "work"
    for what in ("name", "email"):
        run_in(folder, "git", "config", f"user.{what}", "tester@example.invalid")
    run_in(folder, "git", "switch", "-q", "-C", "main")
    (folder / "dvc.lock").write_text("old\n")
    (folder / "notes.txt").write_text("one\n")
    commit(folder, "start")
    run_in(folder, "git", "push", "-q", "origin", "main")
    return folder


def git(folder: Path, *words: str) -> str:
    return run_in(folder, "git", *words).stdout.strip()


def test_it_commits_dvc_lock_alone_and_leaves_work_tree_index_and_head(work: Path) -> None:
    (work / "dvc.lock").write_text("new\n")
    (work / "notes.txt").write_text("half\n")
    git(work, "add", "notes.txt")
    before = git(work, "status", "--porcelain"), git(work, "rev-parse", "HEAD")
    pushed = propose(work, "results")
    assert pushed is not None
    assert pushed.branch == BRANCH
    assert (git(work, "status", "--porcelain"), git(work, "rev-parse", "HEAD")) == before
    assert git(work, "show", "--format=%an|%s", "--name-only", pushed.commit).split() == [
        *f"{AUTHOR[0]}|results".split(),
        "dvc.lock",
    ]
    assert git(work, "ls-remote", "origin", BRANCH).split()[0] == pushed.commit
    assert list((work / ".git").glob("tinysight-index*")) == []


def test_a_lock_from_elsewhere_is_committed_and_that_of_the_work_tree_stays(work: Path, tmp_path: Path) -> None:
    (tmp_path / "retrained").write_text("new\n")
    pushed = propose(work, "results", lock=tmp_path / "retrained")
    assert pushed is not None
    assert git(work, "show", f"{pushed.commit}:dvc.lock") == "new"
    assert (work / "dvc.lock").read_text() == "old\n"
    assert git(work, "diff", "--name-only", "HEAD", pushed.commit) == "dvc.lock"


def test_our_branch_is_replaced_and_a_pull_requests_branch_goes_on(work: Path) -> None:
    (work / "dvc.lock").write_text("new\n")
    assert propose(work, "first")
    (work / "dvc.lock").write_text("newer\n")
    assert propose(work, "second")
    assert git(work, "fetch", "-q", "origin", BRANCH) == ""
    assert git(work, "log", "--format=%s", "FETCH_HEAD").split() == ["second", "start"]
    git(work, "push", "-q", "origin", "main:theirs")
    assert propose(work, "onto theirs", "theirs")
    assert propose(work, "the job runs again", "theirs") is None
    git(work, "fetch", "-q", "origin", "theirs")
    assert git(work, "log", "--format=%s", "FETCH_HEAD") == "onto theirs\nstart"


def test_a_branch_that_has_moved_on_is_not_overwritten(work: Path) -> None:
    commit(work, "more")
    git(work, "push", "-q", "origin", "main:theirs")
    git(work, "reset", "-q", "--hard", "HEAD~1")
    (work / "dvc.lock").write_text("new\n")
    with pytest.raises(TinysightError, match="`git push` failed"):
        propose(work, "late", "theirs")


def test_nothing_new_is_nothing_to_push_and_no_lock_is_an_error(work: Path) -> None:
    assert propose(work, "again") is None
    (work / "dvc.lock").unlink()
    with pytest.raises(ConfigError, match="tinysight retrain"):
        propose(work, "none")


def test_the_token_goes_to_https_alone_and_never_into_a_file(work: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITHUB_TOKEN", "of this job")
    assert _credentials(work) == {}
    git(work, "remote", "set-url", "origin", "https://example.invalid/team/parts")
    given = _credentials(work)
    assert given["GIT_CONFIG_VALUE_0"].startswith("AUTHORIZATION: basic ")
    assert "of this job" not in str(given)
    assert "AUTHORIZATION" not in (work / ".git" / "config").read_text()


@pytest.mark.parametrize(
    ("runner", "url", "lost"), [("true", "../storage", True), ("true", "s3://a/b", False), ("", "../storage", False)]
)
def test_results_in_a_folder_of_a_runner_are_lost(
    project: Path, monkeypatch: pytest.MonkeyPatch, runner: str, url: str, lost: bool
) -> None:
    monkeypatch.setenv("GITHUB_ACTIONS", runner)
    run_in(project, "dvc", "remote", "add", "--force", "--default", "team", url)
    assert results_are_lost(project) == lost


def test_without_a_remote_a_runners_results_are_lost(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    assert results_are_lost(tmp_path)
