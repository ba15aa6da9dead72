"""A copy of this process that calls a function for the items it is told, and whose death is noticed."""

import ctypes
import gc
import os
import signal
import sys
import traceback
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.connection import Connection
from multiprocessing.reduction import ForkingPickler
from typing import Any

M_TRIM_THRESHOLD, M_MMAP_THRESHOLD = -1, -3  # as in glibc's malloc.h
KEPT_BYTES = 64_000_000  # of freed memory that a process keeps for its next item

Function = Callable[[Any], Any]


class Died(Exception):  # noqa: N818, it is no error: it is expected
    """The process is no more."""


@dataclass(frozen=True)
class Failure:
    """What the function raised."""

    error: Exception


class Forked:
    """A process and the batches of items that it has before it, the one in work first.

    Attributes:
        batches: places of items.
        given: how many items it was told to do so far.
    """

    def __init__(self, function: Function, items: Sequence[Any], others: "Iterable[Forked]") -> None:
        """Starts it; of what this process holds open it shares all but the ways to the others."""
        context = get_context("fork")  # another kind would have to pickle the function and all items
        self.pipe, theirs = context.Pipe()
        ours = [self.pipe, *(other.pipe for other in others)]
        gc.freeze()  # a collection, here or there, would write to all memory that is shared, and so copy it
        self._process = context.Process(target=_work, args=(function, items, theirs, ours), daemon=True)
        self._process.start()
        theirs.close()
        self.batches: deque[range] = deque()
        self.given = 0

    def give(self, batch: range) -> None:
        """Tells it to do a batch after those that it has."""
        self.batches.append(batch)
        self.given += len(batch)
        with suppress(OSError):  # it is dead: receiving tells
            self.pipe.send((batch.start, batch.stop))

    def receive(self) -> list[Any] | Failure:
        """Waits for the results of its first batch, which it then has no more.

        Raises:
            Died: if it is dead.
        """
        try:
            outcome = self.pipe.recv()
        except (EOFError, OSError):
            raise Died from None
        self.batches.popleft()
        return outcome if isinstance(outcome, Failure) else list(outcome)

    def ending(self) -> str:
        """In a word or two how a dead one ended."""
        self._process.join()
        code = self._process.exitcode or 0
        return (signal.strsignal(-code) or f"signal {-code}") if code < 0 else f"exit code {code}"

    def end(self) -> None:
        """Ends it, also in the middle of its work."""
        self.pipe.close()
        self._process.kill()
        self._process.join()
        self._process.close()


def _work(function: Function, items: Sequence[Any], pipe: Connection, ours: Sequence[Connection]) -> None:
    """Goes on until who started it closes the pipe, or is gone."""
    for other in ours:
        other.close()
    _stand_alone()
    with suppress(EOFError, OSError):
        while True:
            start, stop = pipe.recv()
            pipe.send_bytes(_outcome(function, items[start:stop]))


def _stand_alone() -> None:
    """Keeps a copied process from what the one that started it was about to do."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # who started it ends it
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    sys.stderr = os.fdopen(2, "w", buffering=1, closefd=False)  # the old one may be locked by a thread left behind
    _keep_freed_memory()


def _keep_freed_memory() -> None:
    """Else each picture of some MB gets memory anew from the system, which clears it: half as long again."""
    libc = ctypes.CDLL(None)
    if hasattr(libc, "mallopt"):  # glibc has it
        libc.mallopt(M_MMAP_THRESHOLD, KEPT_BYTES // 2)
        libc.mallopt(M_TRIM_THRESHOLD, KEPT_BYTES)


def _outcome(function: Function, items: Sequence[Any]) -> Any:
    try:
        return ForkingPickler.dumps([function(item) for item in items])
    except Exception as error:
        error.add_note("".join(traceback.format_exception(error)))
        return ForkingPickler.dumps(Failure(_portable(error)))


def _portable(error: Exception) -> Exception:
    """The error itself if it survives the pipe, else its text."""
    try:
        ForkingPickler.loads(ForkingPickler.dumps(error))
    except Exception:
        return RuntimeError(f"{type(error).__name__}: {error}")
    return error
