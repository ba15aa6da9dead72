"""What a retraining prints, and the log of it."""

import os
import sys
from pathlib import Path

import pytest

from tinysight.retraining.journal import KEPT, Journal, environment, why_failed


def test_what_a_command_prints_is_shown_and_kept_with_its_exit_code(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    journal = Journal(tmp_path / "logs")
    code, lines = journal.run(tmp_path, "this", "-q", HERE="so")
    journal.close()
    assert (code, lines[0][:3]) == (0, "The")
    assert journal.path.read_text() == capfd.readouterr().out
    assert journal.path.read_text().startswith("$ this -q\nThe")


def test_a_quiet_one_keeps_everything_and_prints_nothing(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    journal = Journal(tmp_path, quiet=True)
    assert journal.run(tmp_path, "no_such_module")[0] == 1
    journal.close()
    assert capfd.readouterr() == ("", "")
    assert "No module named no_such_module" in journal.path.read_text()


def test_the_oldest_logs_go(tmp_path: Path) -> None:
    for day in range(KEPT + 5):
        (tmp_path / f"2026-01-{day:02d}.log").touch()
    Journal(tmp_path).close()
    left = sorted(path.name for path in tmp_path.glob("*.log"))
    assert (len(left), left[0]) == (KEPT, "2026-01-06.log")


def test_this_python_is_first_on_path_where_there_is_no_path_at_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PATH")
    assert environment({})["PATH"].split(os.pathsep)[0] == str(Path(sys.executable).parent)


@pytest.mark.parametrize(
    ("lines", "why"),
    [
        (["Running", "ERROR: no such bucket", "hint"], "ERROR: no such bucket"),
        (["error: a wrong key", "ERROR: failed to reproduce"], "error: a wrong key"),
        (["killed", ""], "killed"),
        ([], "it printed nothing"),
    ],
)
def test_the_reason_is_the_first_error_else_the_last_line(lines: list[str], why: str) -> None:
    assert why_failed(lines) == why
