"""Puts a folder under DVC, by DVC's own command."""

import subprocess
import sys
from pathlib import Path

from tinysight.data.progress import progress_bar
from tinysight.errors import DataError

LINKS = "reflink,hardlink,copy"


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
        _dvc(root, "add", "-q", str(folder.relative_to(root)))


def keep_links(root: Path) -> None:
    """From now on DVC links its cache into this checkout where the disk can, instead of copying.

    Raises:
        DataError: with DVC's last words if it fails.
    """
    _dvc(root, "config", "--local", "cache.type", LINKS)


def _dvc(root: Path, *arguments: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "dvc", *arguments], cwd=root, capture_output=True, text=True, check=False
    )
    if done.returncode:
        said = (done.stderr or done.stdout).strip().splitlines() or ["nothing"]
        raise DataError(f"`dvc {' '.join(arguments)}` failed: {said[-1]} Correct that, then import again.")
