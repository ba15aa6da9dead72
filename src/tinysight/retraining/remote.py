"""DVC's remote: the pictures and the results that others made come from it, and what was made here goes there."""

import subprocess
import sys
from pathlib import Path

from tinysight.errors import DataError
from tinysight.retraining.identity import fresh_token
from tinysight.retraining.journal import Journal, environment, why_failed


def default_remote(root: Path) -> str:
    """The name of DVC's default remote; empty without one."""
    words = [sys.executable, "-m", "dvc", "config", "core.remote"]
    done = subprocess.run(words, cwd=root, env=environment({}), capture_output=True, text=True, check=False)
    return done.stdout.strip() if done.returncode == 0 else ""


def pull(root: Path, journal: Journal) -> list[str]:
    """Brings the pictures, and what others made of them.

    Returns:
        Notes about results that could not be had: they are made again.

    Raises:
        DataError: if the pictures are not here and cannot be had.
    """
    if not default_remote(root):
        return ["DVC has no remote here: nothing was pulled and nothing will be pushed."]
    fresh_token()
    pictures = sorted(str(path.relative_to(root)) for path in (root / "data").glob("*.dvc"))
    if pictures:
        code, lines = journal.run(root, "dvc", "pull", *pictures)
        if code:
            raise DataError(
                f"The pictures cannot be had: {why_failed(lines)} Look at `dvc remote list` and at its credentials,"
                " or `dvc push` from where the pictures are; then run this again."
            )
    words = ["pull", "--allow-missing"] if (root / "dvc.lock").exists() else ["fetch"]
    code, lines = journal.run(root, "dvc", *words, "--run-cache")
    return [f"Earlier results could not be had, so they are made again: {why_failed(lines)}"] if code else []


def push(root: Path, journal: Journal) -> str:
    """Sends pictures, results and the run cache to the remote.

    Returns:
        Why not; empty if all is there, or no remote is.
    """
    if not default_remote(root):
        return ""
    fresh_token()
    code, lines = journal.run(root, "dvc", "push", "--run-cache")
    return f"The results were not pushed: {why_failed(lines)}" if code else ""
