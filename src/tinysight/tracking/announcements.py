"""Lets one writer at a time work where no file lock can be had: by tags of a thing in the store that all of them see.

Whoever wants to write announces it, looks again, and draws back where somebody else's announcement stands too.
"""

import os
import random
import socket
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from uuid import uuid4

from tinysight.errors import TrackingError

_ours: set[str] = set()  # that this process works under now


@dataclass(frozen=True)
class Board:
    """Where announcements stand: the tags of a registered model or of an experiment.

    Attributes:
        read: all its tags.
        write: sets one.
        remove: takes one away.
        prefix: of those that are announcements of the same work.
        patience: seconds without a sign of life after which a writer of another machine is taken for dead.
        busy: what to say, and to do, when others never end.
    """

    read: Callable[[], Mapping[str, str]]
    write: Callable[[str, str], object]
    remove: Callable[[str], object]
    prefix: str
    patience: float
    busy: str


@contextmanager
def alone(board: Board) -> Iterator[Callable[[], None]]:
    """Waits for its turn, and keeps it as long as the block lasts.

    Returns:
        A function that gives a sign of life, for work that may take longer than the board's patience.

    Raises:
        TrackingError: if others take turns for more than four times the board's patience.
    """
    own, seen = f"{board.prefix}{uuid4().hex}", dict[tuple[str, str], float]()
    deadline = time.monotonic() + 4 * board.patience
    _ours.add(own)
    try:
        while not _mine(board, own, seen):
            if time.monotonic() > deadline:
                raise TrackingError(board.busy)
            time.sleep(random.uniform(0.05, 0.5))  # noqa: S311 - only keeps two writers from trying in step
        yield lambda: _announce(board, own)
    finally:
        _remove(board, own)  # what went wrong before is what must be told
        _ours.discard(own)


def place() -> str:
    """Host and process of this writer."""
    return f"{socket.gethostname()} {os.getpid()}"


def _mine(board: Board, own: str, seen: dict[tuple[str, str], float]) -> bool:
    if _rivals(board, own, seen):
        return False
    _announce(board, own)
    if not _rivals(board, own, seen):
        return True
    _remove(board, own)
    return False


def _announce(board: Board, own: str) -> None:
    board.write(own, f"{place()} {time.time():.3f}")


def _rivals(board: Board, own: str, seen: dict[tuple[str, str], float]) -> list[str]:
    """Announcements of others that live; those of the dead are taken away.

    Args:
        board: where they stand.
        own: our announcement.
        seen: since when each has been seen as it is, by our own clock, for others' may be wrong.
    """
    living = []
    for key, written in board.read().items():
        if not key.startswith(board.prefix) or key == own:
            continue
        since = seen.setdefault((key, written), time.monotonic())
        if is_dead(written) or _was_left_here(key, written) or time.monotonic() - since > board.patience:
            _remove(board, key)
        else:
            living.append(key)
    return living


def _was_left_here(key: str, written: str) -> bool:
    """True for one of this process that no longer works under it: the store failed when it was to be taken away."""
    return written.startswith(f"{place()} ") and key not in _ours


def _remove(board: Board, key: str) -> None:
    from mlflow.exceptions import MlflowException

    with suppress(MlflowException):  # it was never there, or another was faster
        board.remove(key)


def is_dead(written: str) -> bool:
    """True if the writer was a process of this machine and is no more; of other machines nothing is known.

    Args:
        written: begins with what `place` gave.
    """
    host, number, *_ = [*written.split(" "), ""]
    if host != socket.gethostname() or not number.isdecimal():
        return False
    try:
        os.kill(int(number), 0)
    except ProcessLookupError:
        return True
    except OSError:
        return False
    return False
