"""What a retraining prints: on the terminal, and in a log that is there in the morning."""

import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import TextIO

KEPT = 30  # logs; a nightly retraining fills a month with them
PATIENCE = 30  # seconds that a stopped command gets to tidy up


class Journal:
    """Runs commands and keeps what they print.

    Attributes:
        path: the log.
    """

    def __init__(self, folder: Path, *, quiet: bool = False) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        for old in sorted(folder.glob("*.log"))[: 1 - KEPT]:
            old.unlink(missing_ok=True)
        self.path = folder / f"{datetime.now(UTC):%Y-%m-%dT%H-%M-%S}.log"
        self._file: TextIO = self.path.open("a", encoding="utf-8")
        self._quiet = quiet

    def say(self, line: str) -> None:
        """A line for people."""
        print(line, file=self._file, flush=True)
        if not self._quiet:
            print(line, flush=True)

    def run(self, root: Path, *words: str, keep_open: int = -1, **more: str) -> tuple[int, list[str]]:
        """Runs a Python module in a folder, with this Python first on PATH: cron knows no activated environment.

        Args:
            root: the folder.
            words: the module and its arguments.
            keep_open: a descriptor that the command holds too; -1 for none.
            more: environment variables.

        Returns:
            Its exit code and the lines that it printed.
        """
        self.say(f"$ {' '.join(words)}")
        process = subprocess.Popen(
            [sys.executable, "-m", *words], cwd=root, env=environment(more), text=True, errors="replace",
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            pass_fds=[keep_open] if keep_open >= 0 else [], start_new_session=True,
        )  # fmt: skip
        try:
            return self._follow(process)
        except BaseException:
            _stop(process)
            raise

    def _follow(self, process: "subprocess.Popen[str]") -> tuple[int, list[str]]:
        lines, printed = [], process.stdout
        assert printed is not None
        with printed:
            for line in printed:
                lines.append(line.rstrip("\n"))
                self.say(lines[-1])
        return process.wait(), lines

    def close(self) -> None:
        """The log is complete."""
        self._file.close()


def _stop(process: "subprocess.Popen[str]") -> None:
    """Ends a command with all that it started: dvc alone would leave a stage training."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGTERM)
    try:
        process.wait(PATIENCE)
    except subprocess.TimeoutExpired:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def environment(more: Mapping[str, str]) -> dict[str, str]:
    """This environment with this Python first on PATH, where dvc's stages look for it."""
    folder = str(Path(sys.executable).parent)
    path = os.pathsep.join([folder, os.environ.get("PATH") or os.defpath])
    return {**os.environ, "PATH": path, "PYTHONUNBUFFERED": "1", **more}


def why_failed(lines: Sequence[str]) -> str:
    """The line that says why, as DVC and tinysight begin it; else the last one."""
    said = [line.strip() for line in lines if line.strip()]
    errors = [line for line in said if line.upper().startswith("ERROR")]
    return (errors or said or ["it printed nothing"])[0 if errors else -1]
