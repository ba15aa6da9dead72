"""The log of calls that scored test rows: when, by which words and which commit, and everything that came out.

A call without figures was ended before it scored; one without a commit is older than this and held no figures.
"""

import datetime
import fcntl
import json
import os
import secrets
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.bench.bench import FIGURES
from tinysight.whole_file import write_whole

ROOT = Path(__file__).resolve().parent.parent.parent
CALLS = FIGURES / "training_final_calls.json"


class FinalCall:
    """One entry of the log, which is written when the call begins and grows by each figure."""

    def __init__(self, arguments: list[str], log: Path = CALLS, code: Path = ROOT) -> None:
        """Writes down that test rows are about to be scored.

        Args:
            arguments: of the command.
            log: the JSON list of all calls.
            code: the work tree whose commit is named.
        """
        self._log, self._name = log, secrets.token_hex(4)
        at = datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
        begun = {"at": at, "arguments": arguments, "commit": commit_of(code), "call": self._name}
        with _calls(log) as calls:
            calls.append(begun)

    def scored(self, name: str, candidate: str, run: Mapping[str, float]) -> None:
        """Keeps the figures of one seed as soon as they are known."""
        with self._figures(name, candidate) as figures:
            figures.setdefault("runs", []).append({key: round(value, 4) for key, value in run.items()})

    def judged(self, name: str, candidate: str, found: Mapping[str, float]) -> None:
        """Keeps what all seeds of a candidate on a set come to."""
        with self._figures(name, candidate) as figures:
            figures.update(found)

    @contextmanager
    def _figures(self, name: str, candidate: str) -> Iterator[dict[str, Any]]:
        with _calls(self._log) as calls:
            own = next(call for call in calls if call.get("call") == self._name)
            yield own.setdefault("figures", {}).setdefault(name, {}).setdefault(candidate, {})


def commit_of(code: Path) -> str:
    """The short commit, with `changed` behind it where anything but docs/ differs from it."""
    commit = _git(code, "rev-parse", "--short", "HEAD")
    return f"{commit} changed" if _git(code, "status", "--porcelain", "--", ".", ":!docs") else commit


def _git(code: Path, *words: str) -> str:
    return subprocess.run(["git", *words], cwd=code, capture_output=True, text=True, check=True).stdout.strip()


@contextmanager
def _calls(log: Path) -> Iterator[list[dict[str, Any]]]:
    """The calls, to be changed by one process at a time and written whole."""
    place = os.open(log.parent, os.O_RDONLY)
    try:
        fcntl.flock(place, fcntl.LOCK_EX)
        calls = json.loads(log.read_text(encoding="utf-8")) if log.exists() else []
        yield calls
        write_whole(log, json.dumps(calls, indent=1) + "\n")
    finally:
        os.close(place)
