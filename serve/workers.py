"""The processes that answer requests: forked on one socket, told what to load, replaced when they die."""

import logging
import os
import signal
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field

from serve.follow_state import FollowState
from serve.forks import fork
from serve.links import Answer, Lines, Order, say
from serve.version import Release

log = logging.getLogger("serve")
STEADY = 10.0  # seconds that a worker must have lived to be replaced at once
LONGEST_PAUSE = 30.0  # seconds between starts, so that a worker that cannot live does not take a core

Work = Callable[[Order, socket.socket, int], None]


@dataclass
class Worker:
    """One process as the parent sees it.

    Attributes:
        pid: of the process.
        link: to it.
        started: seconds of a clock that only goes forward.
        place: among the workers; its successor takes it over.
        told: the number of the release that it loads or serves.
        serves: the number of the release that it has said it serves; 0 before the first.
    """

    pid: int
    link: socket.socket
    started: float
    place: int
    told: int
    serves: int = 0
    lines: Lines = field(init=False)

    def __post_init__(self) -> None:
        self.lines = Lines(self.link)


class Workers:
    """A number of processes that all serve the same release, or are told to."""

    def __init__(self, count: int, work: Work, closes: Callable[[], list[int]]) -> None:
        """Starts nothing yet.

        Args:
            count: how many processes.
            work: what each does with its first order, its link and its place; it must end on SIGTERM.
            closes: open files of this process that they must not keep.
        """
        self._count, self._work, self._closes = count, work, closes
        self.alive: dict[int, Worker] = {}
        self.release: Release | None = None
        self.number = 0
        self._state = FollowState()
        self._next_start, self._pause = 0.0, 0.0
        self._in_a_hurry, self._tried = False, False

    @property
    def next_start(self) -> float | None:
        """When a missing worker may be started; None if none is missing."""
        return self._next_start if self.release and len(self.alive) < self._count else None

    def load(self, release: Release) -> None:
        """Makes this the release that new workers start with and the others are to load."""
        self.release, self.number = release, self.number + 1
        self._in_a_hurry, self._tried = False, False

    def start_missing(self, state: FollowState) -> None:
        """Starts as many as are missing, unless the last one died too soon for that.

        Args:
            state: what they say before they are told another.
        """
        while (start := self.next_start) is not None and start <= time.monotonic():
            self._start(state)

    def tell(self, state: FollowState) -> None:
        """Gives every worker the state, and the release to those that neither serve nor load it.

        One worker loads it before the others, so that a file of which workers die takes only one at a time.
        """
        for worker in self.alive.values():
            may_load = self._in_a_hurry or not self._tried or any(w.serves == self.number for w in self.alive.values())
            release = self.release if may_load and worker.told != self.number else None
            if release is None and state == self._state:
                continue
            if say(worker.link, Order(state=state, release=release, number=self.number)) and release is not None:
                worker.told, self._tried = self.number, True
        self._state = state

    def tell_again(self) -> None:
        """Forgets who was told to load the release but does not serve it, so that the next `tell` repeats it."""
        late = [worker for worker in self.alive.values() if worker.serves != self.number]
        self._in_a_hurry = any(worker.told == self.number for worker in late)  # the others do not wait for it
        for worker in late:
            worker.told = worker.serves

    def hear(self, worker: Worker) -> Iterator[Answer]:
        """What a worker has said; nothing once it is gone."""
        for line in worker.lines.read() or []:
            answer = Answer.model_validate_json(line)
            if answer.trouble is None:
                worker.serves = answer.number
            yield answer

    def ended(self, pid: int, status: int, *, expected: bool) -> Worker | None:
        """Forgets a worker that has ended and plans its successor; None for a process that was none of them."""
        worker = self.alive.pop(pid, None)
        if worker is None:
            return None
        worker.link.close()
        now = time.monotonic()
        self._pause = 0.0 if now - worker.started >= STEADY else min(max(1.0, self._pause * 2), LONGEST_PAUSE)
        self._next_start = now + self._pause
        if not expected:
            code = os.waitstatus_to_exitcode(status)
            log.error("worker %d ended with %d; another starts in %.0f s", pid, code, self._pause)
        return worker

    def stop(self, number: signal.Signals = signal.SIGTERM) -> None:
        """Sends every worker a signal; after SIGTERM it finishes what it has begun."""
        for pid in self.alive:
            with suppress(ProcessLookupError):
                os.kill(pid, number)

    def _start(self, state: FollowState) -> None:
        ours, theirs = socket.socketpair()
        assert self.release is not None
        order = Order(state=state, release=self.release, number=self.number)
        closes = [*self._closes(), ours.fileno(), *(worker.link.fileno() for worker in self.alive.values())]
        place = min(set(range(self._count)) - {worker.place for worker in self.alive.values()})
        pid = fork(lambda: self._work(order, theirs, place), closes=closes)
        theirs.close()
        ours.setblocking(False)
        self.alive[pid] = Worker(pid, ours, time.monotonic(), place, told=self.number)
