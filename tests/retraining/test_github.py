"""Comments and pull requests, over HTTP with a server that answers as GitHub's."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from github_server import BOT, REPOSITORY, TOKEN, GitHubServer, github_server

from tinysight.errors import ConfigError, TinysightError
from tinysight.retraining.github import PAGE, GitHub, pull_number
from tinysight.retraining.markdown import MARKER


@pytest.fixture
def server() -> Iterator[GitHubServer]:
    with github_server() as running:
        yield running


@pytest.fixture
def github(server: GitHubServer) -> GitHub:
    return GitHub(server.url, REPOSITORY, TOKEN)


def test_a_second_report_replaces_the_first(github: GitHub, server: GitHubServer) -> None:
    addresses = {github.comment(7, f"{MARKER} {text}", MARKER) for text in ("first", "second")}
    assert addresses == {"comment 1"}
    assert [(comment["issue"], comment["body"]) for comment in server.comments] == [(7, f"{MARKER} second")]


def test_comments_of_others_and_of_other_pull_requests_stay(github: GitHub, server: GitHubServer) -> None:
    server.add_comment(7, f"{MARKER} I write this too", user="somebody")
    server.add_comment(8, f"{MARKER} another pull request's")
    server.add_comment(7, f"see {MARKER}")
    server.add_comment(7, MARKER, user=None)  # whose account is gone
    github.comment(7, f"{MARKER} ours", MARKER)
    assert [comment["body"] for comment in server.comments][4:] == [f"{MARKER} ours"]


def test_our_comment_is_found_behind_hundreds_of_others(github: GitHub, server: GitHubServer) -> None:
    for number in range(2 * PAGE):
        server.add_comment(7, f"word {number}", user="somebody")
    server.add_comment(7, MARKER)
    github.comment(7, f"{MARKER} again", MARKER)
    assert len(server.comments) == 2 * PAGE + 1


def test_a_branch_has_one_pull_request(github: GitHub, server: GitHubServer) -> None:
    addresses = {github.propose("tinysight/retrain", "main", "Retrained", text) for text in ("first", "second")}
    assert addresses == {"pull 1"}
    assert [(pull["head"], pull["base"], pull["body"]) for pull in server.pulls] == [
        ("tinysight/retrain", "main", "second")
    ]


def test_a_refusal_names_the_permission_and_not_the_token(github: GitHub, server: GitHubServer) -> None:
    server.refuses = True
    with pytest.raises(TinysightError, match=r"403 .*not accessible.*`permissions:`") as caught:
        github.comment(7, MARKER, MARKER)
    assert TOKEN not in str(caught.value)


def test_a_server_that_is_away_is_one_line() -> None:
    with pytest.raises(TinysightError, match="GitHub did not answer GET issues/7/comments"):
        GitHub("http://127.0.0.1:9", REPOSITORY, TOKEN).comment(7, MARKER, MARKER)


@pytest.mark.parametrize(
    ("missing", "other"), [("GITHUB_TOKEN", "GITHUB_REPOSITORY"), ("GITHUB_REPOSITORY", "GITHUB_TOKEN")]
)
def test_what_the_job_was_not_given_is_named(monkeypatch: pytest.MonkeyPatch, missing: str, other: str) -> None:
    monkeypatch.delenv(missing, raising=False)
    monkeypatch.setenv(other, "given")
    with pytest.raises(ConfigError, match=f"^{missing} is not set"):
        GitHub.from_environment()


def test_an_app_writes_under_its_own_name(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in (
        ("GITHUB_REPOSITORY", "a/b"),
        ("GITHUB_TOKEN", "t"),
        ("TINYSIGHT_BOT", "ours[bot]"),
        ("GITHUB_API_URL", "http://x/"),
    ):
        monkeypatch.setenv(name, value)
    assert GitHub.from_environment() == GitHub("http://x", "a/b", "t", "ours[bot]")
    monkeypatch.delenv("TINYSIGHT_BOT")
    assert GitHub.from_environment().me == BOT


@pytest.mark.parametrize(
    ("event", "number"), [({"pull_request": {"number": 7}}, 7), ({"ref": "main"}, None), ([], None)]
)
def test_the_pull_request_is_the_events(
    event: object, number: int | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "event.json").write_text(json.dumps(event))
    monkeypatch.setenv("GITHUB_EVENT_PATH", str(tmp_path / "event.json"))
    assert pull_number() == number
    monkeypatch.delenv("GITHUB_EVENT_PATH")
    assert pull_number() is None
