"""Calls a function for each of many items on all cores: in processes, in order, in bounded memory."""

import ctypes
import gc
import os
import signal
import sys
import traceback
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from multiprocessing import get_context
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from multiprocessing.reduction import ForkingPickler
from typing import Any, NoReturn, TypeVar

from tinysight.errors import DataError

S = TypeVar("S")
T = TypeVar("T")
Function = Callable[[Any], Any]
Lost = Callable[[Any, str], Any]

BATCH = 16  # items a message: small pictures cost less than handing them over one by one
WAITING = 2  # batches that a process has before it: one to work on, one to go on with
AHEAD = 4  # batches for each process that may be done before the oldest one that is not
M_TRIM_THRESHOLD, M_MMAP_THRESHOLD = -1, -3  # as in glibc's malloc.h
KEPT_BYTES = 64_000_000  # of freed memory that a process keeps for its next item
MOST_LOST = 20  # items that may end their process: with more, it is not the items


def on_all_cores(
    function: Callable[[S], T], items: Sequence[S], lost: Callable[[S, str], T] | None = None, *, ahead: int = AHEAD
) -> Iterator[T]:
    """What the function gives for each item, in the order given; only a few batches of results are in memory.

    The processes are copies of this one (forked), so function and items may be anything. What the function gives
    or raises comes back through a pipe and must be picklable. What is open already is shared by all processes,
    with its position: let the function open what it reads.

    Args:
        function: called once for each item; again only for those that shared a batch with one that was lost.
        items: what it is called with.
        lost: gives the result for an item that ended its process, and how (`Killed`), as when a decoder crashes or
            the system is short of memory; without it such an item is an error.
        ahead: batches for each process that may be done before the oldest one that is not; where results are small,
            many keep all cores at work while one meets large pictures.

    Raises:
        DataError: if an item ends its process and there is no `lost`, or too many do.
    """
    processes = min(len(os.sched_getaffinity(0)), -(-len(items) // BATCH))
    crew = _Crew(function, items, lost or _refuse, processes)
    room = ahead * BATCH * processes
    try:
        place = 0
        while place < len(items):
            results = crew.results_from(place, place + room)
            yield from results
            place += len(results)
    finally:
        crew.dismiss()


def death(how: str) -> str:
    """In words what ended the process that read a picture, and what to do."""
    return (
        f"The process that read the picture ended ({how}): the picture crashes the decoder or needs more memory than"
        " there is. Save it again with an image program, make it smaller, or remove it."
    )


def _refuse(item: object, how: str) -> NoReturn:
    raise DataError(f"{getattr(item, 'path', item)}: {death(how)}")


@dataclass
class _Worker:
    """A process and the batches that it has before it, the one in work first."""

    process: BaseProcess
    pipe: Connection
    batches: deque[range] = field(default_factory=deque)


@dataclass(frozen=True)
class _Failure:
    """What the function raised."""

    error: Exception


class _Crew:
    """The processes, what is still to do, and what is done but not asked for yet, by its first item's place."""

    def __init__(self, function: Function, items: Sequence[Any], lost: Lost, processes: int) -> None:
        self._function, self._items, self._lost = function, items, lost
        self._to_do = deque(range(at, min(at + BATCH, len(items))) for at in range(0, len(items), BATCH))
        self._done: dict[int, list[Any]] = {}
        self._lost_count = 0
        self._workers: list[_Worker] = []
        for _ in range(processes):
            self._hire()

    def results_from(self, place: int, limit: int) -> list[Any]:
        """The results of the next items from a place on; those from the limit on are not begun yet."""
        while place not in self._done:
            self._hand_out(limit)
            busy = {worker.pipe: worker for worker in self._workers if worker.batches}
            for pipe in wait(list(busy)):
                self._receive(busy[pipe])  # type: ignore[index] # wait gives back what it got
        return self._done.pop(place)

    def dismiss(self) -> None:
        """Ends the processes, also in the middle of their work."""
        for worker in self._workers:
            self._end(worker)

    def _hire(self) -> None:
        context = get_context("fork")  # another kind would have to pickle the function and all items
        ours, theirs = context.Pipe()
        parents = [ours, *(worker.pipe for worker in self._workers)]
        process = context.Process(target=_work, args=(self._function, self._items, theirs, parents), daemon=True)
        process.start()
        theirs.close()
        self._workers.append(_Worker(process, ours))

    def _hand_out(self, limit: int) -> None:
        for depth in range(WAITING):
            for worker in self._workers:
                if len(worker.batches) == depth and self._to_do and self._to_do[0].start < limit:
                    worker.batches.append(self._to_do.popleft())
                    _send(worker.pipe, worker.batches[-1])

    def _receive(self, worker: _Worker) -> None:
        try:
            outcome = worker.pipe.recv()
        except (EOFError, OSError):
            self._replace(worker)
            return
        if isinstance(outcome, _Failure):
            raise outcome.error
        self._done[worker.batches.popleft().start] = outcome

    def _replace(self, worker: _Worker) -> None:
        """Of a dead process's work, the batch that it died of is done item by item, to find the one."""
        worker.process.join()
        code = worker.process.exitcode or 0
        how = (signal.strsignal(-code) or f"signal {-code}") if code < 0 else f"exit code {code}"
        self._workers.remove(worker)
        self._end(worker)
        culprit, *others = worker.batches
        if len(culprit) == 1:
            self._lose(culprit.start, how)
            self._to_do.extendleft(reversed(others))
        else:
            self._to_do.extendleft(reversed([*(range(at, at + 1) for at in culprit), *others]))
        self._hire()

    def _lose(self, place: int, how: str) -> None:
        self._lost_count += 1
        if self._lost_count > MOST_LOST:
            raise DataError(
                f"More than {MOST_LOST} pictures ended the process that read them, the last one so: {how}. This machine"
                " may be short of memory, or Pillow damaged: free memory, or run `make install`."
            )
        self._done[place] = [self._lost(self._items[place], how)]

    def _end(self, worker: _Worker) -> None:
        worker.pipe.close()
        worker.process.kill()
        worker.process.join()
        worker.process.close()


def _send(pipe: Connection, batch: range) -> None:
    try:
        pipe.send((batch.start, batch.stop))
    except OSError:
        return  # it is dead; receiving tells


def _work(function: Function, items: Sequence[Any], pipe: Connection, parents: Sequence[Connection]) -> None:
    """What each process does until the one that started it closes the pipe, or ends."""
    for parent in parents:
        parent.close()
    _stand_alone()
    try:
        while True:
            start, stop = pipe.recv()
            pipe.send_bytes(_outcome(function, items[start:stop]))
    except (EOFError, OSError):
        return


def _stand_alone() -> None:
    """Keeps a copied process from what the one that started it was about to do."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the one that started it ends it
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    sys.stderr = os.fdopen(2, "w", buffering=1, closefd=False)  # the old one may be locked by a thread left behind
    gc.freeze()  # a collection would write to, and so copy, all memory that is shared
    _keep_freed_memory()


def _keep_freed_memory() -> None:
    """Else each picture of some MB gets memory anew from the system, which clears it: two thirds more time."""
    libc = ctypes.CDLL(None)
    if hasattr(libc, "mallopt"):  # glibc has it
        libc.mallopt(M_MMAP_THRESHOLD, KEPT_BYTES // 2)
        libc.mallopt(M_TRIM_THRESHOLD, KEPT_BYTES)


def _outcome(function: Function, items: Sequence[Any]) -> Any:
    try:
        return ForkingPickler.dumps([function(item) for item in items])
    except Exception as error:
        error.add_note("".join(traceback.format_exception(error)))
        return ForkingPickler.dumps(_Failure(_portable(error)))


def _portable(error: Exception) -> Exception:
    """The error itself if it survives the pipe, else its text."""
    try:
        ForkingPickler.loads(ForkingPickler.dumps(error))
    except Exception:
        return RuntimeError(f"{type(error).__name__}: {error}")
    return error
