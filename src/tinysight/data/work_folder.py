"""Folders for work that may be killed and goes on in the next run."""

import fcntl
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO

LOCK = "lock"


@contextmanager
def work_folder(parent: Path, key: str) -> Iterator[Path]:
    """The folder that a killed run of the same work left, or a new one; never one that another run is at work in.

    It goes when the block ends well and stays for the next run when it does not. Before, all others go that nobody
    is at work in: of what was never finished, the disk holds one folder.

    Args:
        parent: holds these folders and nothing else.
        key: names work that is the same.
    """
    parent.mkdir(parents=True, exist_ok=True)
    with ExitStack() as held:
        with _lock(parent / LOCK, wait=True):
            folder = _claim(parent, key, held)
        yield folder
        shutil.rmtree(folder)


def _claim(parent: Path, key: str, held: ExitStack) -> Path:
    for other in parent.iterdir():
        if other.is_dir() and other.name != key:
            _clear(other)
    folder = parent / key
    folder.mkdir(exist_ok=True)
    try:
        held.enter_context(_lock(folder / LOCK, wait=False))
    except OSError:  # another run does the same work just now
        folder = Path(tempfile.mkdtemp(prefix=f"{key}-", dir=parent))
        held.enter_context(_lock(folder / LOCK, wait=False))
    return folder


def _clear(folder: Path) -> None:
    try:
        with _lock(folder / LOCK, wait=False):
            shutil.rmtree(folder)
    except OSError:
        return  # somebody is at work in it


@contextmanager
def _lock(path: Path, *, wait: bool) -> Iterator[IO[bytes]]:
    """Holds a lock that ends with this process, however it ends; processes that it forked do not hold it.

    Raises:
        OSError: if another process holds it and this one may not wait.
    """
    with path.open("ab") as file:
        fcntl.lockf(file, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield file


def stamp(path: Path) -> str:
    """Tells whether a file is still the same without reading it; a missing one has a stamp too."""
    try:
        status = path.stat()
    except OSError:
        return "missing"
    return f"{status.st_ino} {status.st_size} {status.st_mtime_ns} {status.st_ctime_ns}"
