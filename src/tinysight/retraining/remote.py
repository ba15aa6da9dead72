"""DVC's remote: the pictures and the results that others made come from it, and what was made here goes there."""

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from tinysight.errors import DataError
from tinysight.retraining.identity import fresh_token
from tinysight.retraining.journal import Journal, environment, why_failed

MOST_NAMED = 5


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
        if code and (files := _unsaved(root, lines)):
            raise DataError(
                f"Pulling would remove what DVC does not know yet: {files}. Run"
                f" `dvc add {' '.join(name.removesuffix('.dvc') for name in pictures)}`, or remove it; then run this"
                " again."
            )
        if code:
            raise DataError(
                f"The pictures cannot be had: {why_failed(lines)} Look at `dvc remote list` and at its credentials,"
                " or `dvc push` from where the pictures are; then run this again."
            )
    words = ["pull", "--allow-missing"] if (root / "dvc.lock").exists() else ["fetch"]
    code, lines = journal.run(root, "dvc", *words, "--run-cache")
    if not code:
        return []
    files = _unsaved(root, lines)
    why = f"a stage that was stopped has left {files}." if files else why_failed(lines)
    return [f"Earlier results could not be had, so they are made again: {why}"]


def _unsaved(root: Path, lines: Sequence[str]) -> str:
    """What DVC names in place of a pull, some of it; empty if that was not why. Its advice there would delete it."""
    said = next((place for place, line in enumerate(lines) if "unsaved files" in line), None)
    if said is None:
        return ""
    files = [line.strip().removeprefix(f"{root}/") for line in lines[said + 1 :] if line.strip()]
    return ", ".join([*files[:MOST_NAMED], *["…"] * (len(files) > MOST_NAMED)]) or "files"


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
