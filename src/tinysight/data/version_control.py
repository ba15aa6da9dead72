"""Puts a folder under DVC, by DVC's own command."""

import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from tinysight.data.progress import progress_bar
from tinysight.errors import DataError

LINKS = "reflink,hardlink,copy"
BUSY = ("Unable to acquire lock", "is busy")  # DVC's words for a repository that another DVC works in
PATIENCE = 120.0  # seconds that the other one may take


def check_checkout(root: Path) -> None:
    """Makes sure that DVC can work here, before anything is changed.

    Raises:
        DataError: if the folder is no git checkout with DVC in it.
    """
    for sign, remedy in ((".git", "git init"), (".dvc", "dvc init")):
        if not any((folder / sign).exists() for folder in (root, *root.resolve().parents)):
            raise DataError(
                f"{root} has no {sign}: pictures are kept by DVC beside git. Run this in a checkout of the project,"
                f" or run `{remedy}` first."
            )


def dvc_add(root: Path, folder: Path) -> None:
    """Runs `dvc add`: the folder's content goes into DVC's cache, a pointer file beside the folder.

    Raises:
        DataError: with DVC's last words if it fails.
    """
    with progress_bar(f"dvc add {folder.relative_to(root)}", None):
        _dvc(root, "add", str(folder.relative_to(root)))


def keep_links(root: Path) -> None:
    """From now on DVC links its cache into this checkout where the disk can, instead of copying.

    Raises:
        DataError: with DVC's last words if it fails.
    """
    _dvc(root, "config", "--local", "cache.type", LINKS)


def _dvc(root: Path, *arguments: str) -> None:
    """Runs one command; where another DVC is at work here, as one is that a killed import left, it waits for it."""
    deadline = time.monotonic() + PATIENCE
    while done := _failed(root, arguments):
        if time.monotonic() > deadline or not any(sign in done for sign in BUSY):
            said = [line for line in done.splitlines() if line.startswith("ERROR")] or done.splitlines()[-1:]
            raise DataError(f"`dvc {' '.join(arguments)}` failed: {' '.join(said)} Correct that, then import again.")
        time.sleep(1)


def _failed(root: Path, arguments: Sequence[str]) -> str:
    """What DVC said when it failed; empty where it did what was asked."""
    words = [sys.executable, "-m", "dvc", *arguments]
    done = subprocess.run(words, cwd=root, capture_output=True, text=True, check=False)
    if done.returncode == 0:
        return ""
    return (done.stderr or done.stdout).strip() or f"it ended with {done.returncode} and said nothing."
