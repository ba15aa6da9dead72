"""Calls a function for each of many items on all cores: in processes, in order, in bounded memory."""

import gc
from collections import deque
from collections.abc import Callable, Generator, Sequence
from multiprocessing.connection import wait
from typing import Any, NoReturn, TypeVar

from tinysight.data.forked import Died, Failure, Forked, Function
from tinysight.errors import DataError
from tinysight.machine import usable_cores

S = TypeVar("S")
T = TypeVar("T")
Lost = Callable[[Any, str], Any]

BATCH = 16  # items a message: small pictures cost less than handing them over one by one
TERM = 256 * BATCH  # items, after which a process makes room for a fresh one
WAITING = 2  # batches that a process has before it: one to work on, one to go on with
AHEAD = 4  # batches for each process that may be done before the oldest one that is not
MOST_LOST = 20  # items that may end their process: with more, it is not the items


def on_all_cores(
    function: Callable[[S], T],
    items: Sequence[S],
    lost: Callable[[S, str], T] | None = None,
    *,
    ahead: int = AHEAD,
    batch: int = BATCH,
    workers: int = 0,
) -> Generator[T, None, None]:
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
        batch: items a message.
        workers: processes; 0 is one for each core.

    Raises:
        DataError: if an item ends its process and there is no `lost`, or too many do.
        Exception: what the function raises, after the results of all batches before it.
    """
    processes = min(workers or usable_cores(), -(-len(items) // batch))
    crew = _Crew(function, items, lost or _refuse, processes, batch)
    room = ahead * batch * processes
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


class _Crew:
    """The processes, what is still to do, and what is done but not asked for yet, by its first item's place."""

    def __init__(self, function: Function, items: Sequence[Any], lost: Lost, processes: int, batch: int) -> None:
        self._function, self._items, self._lost = function, items, lost
        self._to_do = deque(range(at, min(at + batch, len(items))) for at in range(0, len(items), batch))
        self._done: dict[int, list[Any] | Failure] = {}
        self._lost_count = 0
        self._workers: list[Forked] = []
        for _ in range(processes):
            self._hire()

    def results_from(self, place: int, limit: int) -> list[Any]:
        """The results of the next items from a place on; those from the limit on are not begun yet."""
        while place not in self._done:
            self._hand_out(limit)
            busy = {worker.pipe: worker for worker in self._workers if worker.batches}
            for pipe in wait(list(busy)):
                self._receive(busy[pipe])  # type: ignore[index] # wait gives back what it got
        outcome = self._done.pop(place)
        if isinstance(outcome, Failure):
            raise outcome.error
        return outcome

    def dismiss(self) -> None:
        """Ends the processes, also in the middle of their work."""
        for worker in self._workers:
            worker.end()
        gc.unfreeze()

    def _hire(self) -> None:
        self._workers.append(Forked(self._function, self._items, self._workers))

    def _replace(self, worker: Forked) -> None:
        self._workers.remove(worker)
        worker.end()
        self._hire()

    def _hand_out(self, limit: int) -> None:
        for depth in range(WAITING):
            for worker in self._workers:
                free = len(worker.batches) == depth and worker.given < TERM
                if free and self._to_do and self._to_do[0].start < limit:
                    worker.give(self._to_do.popleft())

    def _receive(self, worker: Forked) -> None:
        place = worker.batches[0].start
        try:
            outcome = self._done[place] = worker.receive()
        except Died:
            self._take_back(worker.batches, worker.ending())
            self._replace(worker)
            return
        if isinstance(outcome, Failure):
            self._to_do = deque(batch for batch in self._to_do if batch.start < place)
        if worker.given >= TERM and not worker.batches:
            self._replace(worker)  # it has copied much of the items by now, only by counting references to them

    def _take_back(self, batches: Sequence[range], how: str) -> None:
        """Of a dead process's work, the batch that it died of is done item by item, to find the one."""
        culprit, *others = batches
        if len(culprit) == 1:
            self._lose(culprit.start, how)
            self._to_do.extendleft(reversed(others))
        else:
            self._to_do.extendleft(reversed([*(range(at, at + 1) for at in culprit), *others]))

    def _lose(self, place: int, how: str) -> None:
        self._lost_count += 1
        if self._lost_count > MOST_LOST:
            raise DataError(
                f"More than {MOST_LOST} pictures ended the process that read them, the last one so: {how}. This machine"
                " may be short of memory, or Pillow damaged: free memory, or run `make install`."
            )
        self._done[place] = [self._lost(self._items[place], how)]
