"""A token of GitHub's runner, asked for over HTTP from a server that answers as GitHub's does."""

import json
import os
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tinysight.cli import main
from tinysight.errors import ConfigError
from tinysight.retraining.identity import FILE, SECRET, URL, forget_empty_variables, fresh_token


@pytest.fixture
def github(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[list[tuple[str, str]]]:
    """What was asked for, each as its address and its authorization; a second token is another one."""
    asked: list[tuple[str, str]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append((self.path, self.headers["Authorization"]))
            body = json.dumps({"value": f"token {len(asked)}"} if "wrong" not in self.path else {}).encode()
            self.send_response(200)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    monkeypatch.setenv(URL, f"http://127.0.0.1:{server.server_port}/token?api-version=2.0")
    monkeypatch.setenv(SECRET, "of this job")
    monkeypatch.setenv(FILE, str(tmp_path / "aws" / "token"))
    yield asked
    server.shutdown()
    server.server_close()
    thread.join()


def test_each_call_writes_a_new_token_for_its_owner_alone(github: list[tuple[str, str]], tmp_path: Path) -> None:
    assert fresh_token()
    assert fresh_token()
    file = tmp_path / "aws" / "token"
    assert (file.read_text(), file.stat().st_mode & 0o777) == ("token 2", 0o600)
    assert github == [("/token?api-version=2.0&audience=sts.amazonaws.com", "Bearer of this job")] * 2


@pytest.mark.parametrize("name", [URL, SECRET, FILE])
def test_nothing_is_asked_for_where_a_part_is_missing(
    github: list[tuple[str, str]], monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.delenv(name)
    assert not fresh_token()
    assert github == []


@pytest.mark.parametrize("address", ["{0}&wrong=1", "http://127.0.0.1:9/token?a=1"])
def test_a_refusal_names_the_permission_and_never_the_secret(
    github: list[tuple[str, str]], monkeypatch: pytest.MonkeyPatch, address: str, tmp_path: Path
) -> None:
    monkeypatch.setenv(URL, address.format(os.environ[URL]))
    with pytest.raises(ConfigError, match="id-token: write") as caught:
        fresh_token()
    assert "of this job" not in str(caught.value)
    assert not (tmp_path / "aws" / "token").exists()


def test_what_nobody_filled_in_is_as_if_it_were_not_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in (("AWS_ROLE_ARN", ""), ("MLFLOW_TRACKING_URI", " "), ("AWS_REGION", "eu"), ("OTHER", "")):
        monkeypatch.setenv(name, value)
    forget_empty_variables()
    assert [os.environ.get(name) for name in ("AWS_ROLE_ARN", "MLFLOW_TRACKING_URI", "AWS_REGION", "OTHER")] == [
        None,
        None,
        "eu",
        "",
    ]


@pytest.mark.parametrize("command", ["report", "promote"])
def test_a_command_that_reads_the_remote_has_a_token_before(
    github: list[tuple[str, str]], project: Path, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    """promote.yml has no other step that would ask for one."""
    monkeypatch.chdir(project)
    assert main(["ci", command]) == 1  # nothing lies here that it could read
    assert len(github) == 1
