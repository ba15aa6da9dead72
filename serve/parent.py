"""The process that starts the others: one thread that waits for signals, messages and timers, and loads no model.

It asks the registry through `asking`, decides through `following`, and lets `workers` serve what was decided.
"""

import logging
import os
import select
import signal
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial
from types import FrameType

from serve.asking import Asking, Report, Say, answer, answer_last_good
from serve.ending import Ending, close_door
from serve.following import Following
from serve.forks import HEARD
from serve.releases import ModelSource
from serve.service_counts import ServiceCounts
from serve.settings import Settings
from serve.workers import Work, Worker, Workers
from tinysight.errors import ConfigError, TrackingError

log = logging.getLogger("serve")
START_PATIENCE = 2.0  # seconds that a start waits for the registry when the cache has a version that was good
DEATHS = 2  # of workers while they load a version, before it is refused
LONGEST_WAIT = 5.0  # seconds, so that a lost wake-up costs little


class Parent:
    """Serves until it is told to stop."""

    def __init__(
        self,
        settings: Settings,
        work: Work,
        listener: socket.socket,
        *,
        counts: ServiceCounts,
        prepare: Callable[[], None] = lambda: None,
    ) -> None:
        """Reads the settings; starts nothing yet.

        Args:
            settings: of the service.
            work: what a worker does.
            listener: the socket on which the workers answer.
            counts: what the workers show of this process's doings.
            prepare: what is to be done in this process before the first worker; it runs while the first question is
                under way.

        Raises:
            ConfigError: if the settings name no model, or a registry that cannot be reached from here.
        """
        self._settings, self._listener, self._counts, self._prepare = settings, listener, counts, prepare
        self._source = ModelSource(settings)
        is_registry = self._source.cache is not None
        self.following = Following(following=is_registry, poll_seconds=settings.poll_seconds)
        self.workers = Workers(settings.workers, work, self._open_files)
        self._interval = settings.poll_seconds if is_registry else float("inf")
        self._next_question = 0.0
        self._asking: Asking | None = None
        self._checking: Asking | None = None  # the last good version, at the start
        self._fallen_back = False
        self._fault = Report(step="failed", why="The registry has not answered yet.")
        self._ending = Ending(settings.drain_seconds)
        self._deaths = 0
        self._ears = os.pipe()  # a signal writes to it, so that it ends a wait

    def run(self) -> None:
        """Returns when all workers have ended after a SIGTERM or SIGINT.

        Raises:
            TinysightError: if there is no version that can be served at the start.
        """
        for end in self._ears:
            os.set_blocking(end, False)
        signal.set_wakeup_fd(self._ears[1], warn_on_full_buffer=False)
        for number in HEARD:
            signal.signal(number, self._hear_signal)
        began = time.monotonic()
        try:
            self._ask()
            self._prepare()
            while not self._ending.begun or self.workers.alive:
                self._turn()
                if self.following.accepted is None and not self._ending.begun:
                    self._fall_back(time.monotonic() - began)
        finally:
            for asking in self._questions():
                asking.kill()

    def _turn(self) -> None:
        """Does what is to be done now, and waits for the next thing to happen."""
        if self._ending.asked:
            self._counts.drain()
        step = self._ending.step()
        if step == "stop":
            log.info("stopping: what has begun is finished")
            close_door(self._listener)
            self.workers.stop()
        elif step == "kill":
            self.workers.stop(signal.SIGKILL)
        elif step == "serve":
            if self._asking is None and time.monotonic() >= self._next_question:
                self._ask()
            self.workers.start_missing(self.following.state)
            self.workers.tell(self.following.state)
            self._counts.follow(self.following.state)
        self._wait()
        for worker in [*self.workers.alive.values()]:
            self._hear_worker(worker)
        for asking in self._questions():
            asking.listen()
            if time.monotonic() > asking.deadline:
                asking.kill()
        self._reap()
        self._counts.count_workers(self.workers.alive.values(), self.workers.number)

    def _wait(self) -> None:
        """Until a signal or a message comes or a timer is due."""
        poller = select.poll()
        files = [self._ears[0], *(asking.pipe for asking in self._questions())]
        for file in (*files, *(worker.link.fileno() for worker in self.workers.alive.values())):
            poller.register(file, select.POLLIN)
        due = [time.monotonic() + LONGEST_WAIT, *(asking.deadline for asking in self._questions())]
        due += [until] if (until := self._ending.due()) is not None else []
        if not self._ending.begun:
            due += [self._next_question] if self._asking is None else []
            due += [start] if (start := self.workers.next_start) is not None else []
            due += [time.monotonic() + 0.1] if self.following.accepted is None else []
        poller.poll(max(0.0, min(due) - time.monotonic()) * 1000)
        with suppress(BlockingIOError):
            os.read(self._ears[0], 1000)

    def _ask(self) -> None:
        """Asks the source in a process of its own; workers that lag behind get their order once more."""
        self.workers.tell_again()
        now = time.monotonic()
        self._next_question = now + self._interval
        refused = self.following.refused(now)
        self._asking = self._start(partial(answer, self._settings, self.following.known, refused))

    def _start(self, work: Callable[[Say], None]) -> Asking:
        links = [worker.link.fileno() for worker in self.workers.alive.values()]
        return Asking(work, [*self._open_files(), *links, self._listener.fileno()])

    def _fall_back(self, waited: float) -> None:
        """At the start: serves the last good version where the registry does not answer soon, or gives up.

        Raises:
            TinysightError: if there is none either.
        """
        if not self._fallen_back and (self._asking is None or waited > START_PATIENCE):
            self._fallen_back = True
            if self._source.last_good() is not None:
                self._checking = self._start(partial(answer_last_good, self._settings))
        if self._asking is None and self._checking is None:
            raise (ConfigError if self._fault.is_setting else TrackingError)(self._fault.why)

    def _reap(self) -> None:
        """Takes note of every process that has ended."""
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if pid == 0:
                return
            if self._asking is not None and pid == self._asking.pid:
                report, self._asking = self._asking.outcome(status), None
                self._drop_drafts(pid)
                self._decide(report)
            elif self._checking is not None and pid == self._checking.pid:
                report, self._checking = self._checking.outcome(status), None
                self._take_last_good(report)
            elif (worker := self.workers.ended(pid, status, expected=self._ending.begun)) is not None:
                self._counts.bury(worker.place, expected=self._ending.begun)
                self._mourn(worker)  # as process 1 of a container it also inherits strangers

    def _decide(self, report: Report) -> None:
        if self.following.accepted is None and report.step in ("failed", "refused"):
            self._fault = report
        if self.following.hear(report, time.monotonic(), time.time()):
            self._load()

    def _take_last_good(self, report: Report) -> None:
        """Serves it with the registry's trouble, unless the registry has answered after all."""
        if report.step == "good" and self.following.accepted is None:
            self._decide(report.model_copy(update={"why": self._fault.why}))

    def _load(self) -> None:
        assert self.following.accepted is not None
        release = self.following.accepted.release
        if self.workers.release is None:
            port = self._listener.getsockname()[1]
            log.info("serving %s version %s on port %d", release.name, release.version, port)
        self._deaths = 0
        self._counts.load()
        self.workers.load(release)

    def _hear_worker(self, worker: Worker) -> None:
        for said in self.workers.hear(worker):
            if said.number != self.workers.number:
                continue
            if said.trouble is None:
                self._deaths = 0
                if all(other.serves == said.number for other in self.workers.alive.values()):
                    self.following.workers_serve(time.time())
            else:
                self.following.forget_known()
                self.following.worker_failed(f"A worker cannot load the version: {said.trouble}", time.time())

    def _mourn(self, worker: Worker) -> None:
        """A worker that died while it loaded a version may have died of it."""
        if self._ending.begun or worker.serves == worker.told:
            return
        self._deaths += 1
        now = time.monotonic()
        why = f"{self._deaths} workers died while they loaded it. Look at the service's log."
        if self._deaths >= DEATHS and self.following.go_back(why, now, time.time()):
            self._load()
            assert self.following.accepted is not None
            self._source.remember(self.following.accepted.release)
        elif worker.serves == 0:  # its files may have been changed: fetched and checked again
            self.following.forget_known()
            self._next_question = min(self._next_question, now + 1)

    def _drop_drafts(self, pid: int) -> None:
        if self._source.cache is not None:
            self._source.cache.drop_drafts(pid)

    def _questions(self) -> Iterator[Asking]:
        return (asking for asking in (self._asking, self._checking) if asking is not None)

    def _open_files(self) -> list[int]:
        return [*self._ears, *(asking.pipe for asking in self._questions())]

    def _hear_signal(self, number: int, _frame: FrameType | None) -> None:
        if number == signal.SIGHUP:
            self._next_question = 0.0
        elif number != signal.SIGCHLD:
            self._ending.hear()
