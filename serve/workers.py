"""Several processes on one socket, forked from one that has everything imported: they start fast and share memory."""

import logging
import os
import signal
import threading
import time
from collections.abc import Callable
from types import FrameType

log = logging.getLogger("uvicorn.error")
Mask = set[int | signal.Signals]
STOPS: Mask = {signal.SIGTERM, signal.SIGINT}
RESTART_DELAY = 1.0  # seconds, so that a worker that cannot live does not take a core


class Workers:
    """Keeps a number of processes doing the same work until it is told to stop."""

    def __init__(self, count: int, work: Callable[[], None]) -> None:
        """Starts nothing yet.

        Args:
            count: how many processes.
            work: what each does; it must end on SIGTERM.
        """
        self._count, self._work = count, work
        self._pids: set[int] = set()
        self._stopping = False
        self._alive = os.pipe()  # workers read it; its end tells them that this process is gone

    def run(self) -> None:
        """Starts the workers, replaces any that dies, and returns when all have ended after a SIGTERM or SIGINT."""
        for number in STOPS:
            signal.signal(number, self._stop)
        for _ in range(self._count):
            self._start()
        while self._pids:
            pid, status = os.wait()
            if pid not in self._pids:
                continue  # as process 1 of a container it also inherits strangers
            self._pids.discard(pid)
            if not self._stopping:
                log.error("worker %d ended with %d; starting another", pid, os.waitstatus_to_exitcode(status))
                time.sleep(RESTART_DELAY)
                self._start()

    def _start(self) -> None:
        before: Mask = signal.pthread_sigmask(signal.SIG_BLOCK, STOPS)  # or a stop between fork and add would miss it
        try:
            if self._stopping:
                return
            pid = os.fork()
            if pid == 0:
                self._live(before)
            self._pids.add(pid)
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)

    def _live(self, mask: Mask) -> None:
        """What a forked process does; it never returns into what its parent was doing."""
        code = 1
        try:
            os.setpgrp()  # a Ctrl-C in the terminal goes to the parent, which stops its workers gently
            for number in STOPS:
                signal.signal(number, signal.SIG_DFL)
            signal.pthread_sigmask(signal.SIG_SETMASK, mask)
            os.close(self._alive[1])
            threading.Thread(target=_stop_with, args=(self._alive[0],), daemon=True).start()
            self._work()
            code = 0
        except Exception:
            log.exception("worker %d cannot go on", os.getpid())
        finally:
            os._exit(code)

    def _stop(self, _number: int, _frame: FrameType | None) -> None:
        self._stopping = True
        for pid in self._pids:
            os.kill(pid, signal.SIGTERM)


def _stop_with(parent: int) -> None:
    """Waits for the end of a pipe that only the parent can write to, and stops this process."""
    os.read(parent, 1)
    os.kill(os.getpid(), signal.SIGTERM)
