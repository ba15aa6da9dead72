"""A bar says how much is done, how fast and how long it takes still; where nobody watches there is none."""

import io
import sys
import time

import pytest

from tinysight.data.progress import progress_bar


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def watch(monkeypatch: pytest.MonkeyPatch) -> Terminal:
    """In the test itself: pytest takes stderr back after each fixture."""
    watched = Terminal()
    monkeypatch.setattr(sys, "stderr", watched)
    return watched


def test_a_terminal_sees_count_rate_and_time_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "100")
    terminal = watch(monkeypatch)
    with progress_bar("classify", 40) as advance:
        for _ in range(4):
            advance(5)
            time.sleep(0.15)
    shown = terminal.getvalue()
    assert "classify" in shown
    assert "20/40" in shown
    assert "/s" in shown
    assert "0:00:0" in shown


def test_without_rich_the_work_goes_on_in_silence(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = watch(monkeypatch)
    monkeypatch.setitem(sys.modules, "rich.console", None)
    with progress_bar("classify", 40) as advance:
        advance(5)
    assert terminal.getvalue() == ""
