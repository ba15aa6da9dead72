"""Forks of a process that has everything imported: they start fast, share its memory, and keep nothing else of it."""

import logging
import os
import signal
from collections.abc import Callable, Iterable
from contextlib import suppress

log = logging.getLogger("serve")
HEARD = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGCHLD)  # what the parent listens to


def fork(work: Callable[[], None], *, closes: Iterable[int]) -> int:
    """Starts a process that does `work` and ends; its id.

    Args:
        work: what it does; an exception goes to the log.
        closes: open files that it must not keep, so that their other ends see when the parent is gone.
    """
    before = signal.pthread_sigmask(signal.SIG_BLOCK, HEARD)  # or a signal could reach a child with the parent's ears
    try:
        pid = os.fork()
        if pid == 0:
            _live(work, closes, before)
        with suppress(OSError):  # it does so itself as well; here, so that it can be killed as a group at once
            os.setpgid(pid, pid)
        return pid
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _live(work: Callable[[], None], closes: Iterable[int], mask: set[int | signal.Signals]) -> None:
    """What the child does; it never returns into what its parent was doing."""
    code = 1
    try:
        os.setpgid(0, 0)  # a Ctrl-C in the terminal goes to the parent, which stops its children gently
        signal.set_wakeup_fd(-1)
        for number in HEARD:
            signal.signal(number, signal.SIG_IGN if number == signal.SIGHUP else signal.SIG_DFL)
        for file in closes:
            with suppress(OSError):
                os.close(file)
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)
        work()
        code = 0
    except Exception:
        log.exception("process %d cannot go on", os.getpid())
    finally:
        os._exit(code)
