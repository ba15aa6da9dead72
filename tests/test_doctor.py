"""`tinysight doctor` sees what would fail, says what to do, and changes nothing."""

import json
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pytest
from projects import commit, run_in

from tinysight.doctor import examine, memory_mb
from tinysight.finding import Finding
from tinysight.paths import Paths


def bad(project: Path) -> str:
    return "\n".join(f.line() for f in examine(Paths(project)) if f.level == "bad")


def test_a_fresh_project_is_fine(project: Path) -> None:
    assert bad(project) == ""


def test_the_command_prints_each_finding_and_ends_well(project: Path) -> None:
    done = run_in(project, "tinysight", "doctor")
    assert "Python 3." in done.stdout
    assert "params.yaml is what conf/ composes to" in done.stdout


def test_it_changes_nothing(project: Path) -> None:
    examine(Paths(project))
    assert run_in(project, "git", "status", "--porcelain").stdout == ""


def test_a_folder_without_git_dvc_or_params_gets_a_fix_for_each(tmp_path: Path) -> None:
    text = bad(tmp_path)
    assert "git init" in text
    assert "dvc init" in text
    assert "params.yaml is missing" in text


def test_dvc_without_hydra_is_bad(project: Path, edit: Callable[[Path, str, str], None]) -> None:
    edit(project / ".dvc" / "config", "enabled = True", "enabled = False")
    commit(project, "hydra off")
    assert "dvc config hydra.enabled True" in bad(project)


def test_pictures_outside_dvc_are_bad(project: Path) -> None:
    (project / "data" / "raw").mkdir(parents=True)
    assert "dvc add data/raw" in bad(project)


def test_a_tracking_server_that_does_not_answer_is_bad(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://127.0.0.1:9")
    assert "does not answer" in bad(project)


def test_a_tracking_server_that_answers_is_fine(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Health(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(json.dumps("OK").encode())

        def log_message(self, *words: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Health) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        monkeypatch.setenv("MLFLOW_TRACKING_URI", f"http://127.0.0.1:{server.server_port}")
        assert bad(project) == ""
        server.shutdown()


def test_a_line_ends_in_its_fix() -> None:
    assert Finding("bad", "no disk", "buy one").line() == "bad   no disk → buy one"


def test_memory_is_a_plausible_number_of_megabytes() -> None:
    total = memory_mb()
    assert total is None or 64 < total < 10_000_000
