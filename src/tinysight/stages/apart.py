"""A stage in a copy of its process, so that a rung which the system ends stops no other one."""

import ctypes
import os
import shutil
import signal
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from tinysight.models.status import Status, write_status

# how a process ends of itself, or by the kernel; by all other signals somebody ends the stage
FATAL = {getattr(signal, f"SIG{name}") for name in ("KILL", "SEGV", "BUS", "ABRT", "ILL", "FPE")}
CTRL_C = {signal.SIGINT}
PR_SET_PDEATHSIG = 1  # as in Linux's prctl.h
PATIENCE_SECONDS = 1.0  # for the copy to end by the Ctrl-C that the terminal sent to both


def run_apart(work: Callable[[], int], ended: Callable[[signal.Signals], int]) -> int:
    """Works in a forked process; must be called before anything starts a thread.

    The copy has the terminal, and is killed with this process. This process ends as the copy does.

    Args:
        work: returns an exit code.
        ended: is told of the signal that the copy died of, where nobody asked for it, and returns the exit code.
    """
    parent = os.getpid()
    signal.pthread_sigmask(signal.SIG_BLOCK, CTRL_C)  # until somebody waits for the copy
    copy = os.fork()
    if not copy:
        _die_with(parent)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, CTRL_C)
        return work()
    status = _wait(copy)
    if not os.WIFSIGNALED(status):
        return os.waitstatus_to_exitcode(status)
    number = signal.Signals(os.WTERMSIG(status))
    if number in FATAL:
        return ended(number)
    signal.signal(number, signal.SIG_DFL)
    os.kill(parent, number)
    return 128 + number  # as a shell says it, should the signal be blocked


def give_up_killed(folder: Path, stage: str, candidate: str, number: signal.Signals) -> None:
    """Leaves nothing in the folder of a candidate's stage but the signal that ended it, and what may help."""
    why = (
        "perhaps because the memory did not suffice. Lower train.batch_size or dataset.image_size, make the candidate"
        " smaller or end other programs"
        if number == signal.SIGKILL
        else "which is a fault in a library or a package that does not fit this machine. Run `tinysight doctor`"
    )
    said = f"{stage} was ended by signal {number.value} ({signal.strsignal(number)}), {why}, then `tinysight retry`."
    shutil.rmtree(folder, ignore_errors=True)
    write_status(folder, Status("failed", said))
    print(f"{candidate} failed: {said}", file=sys.stderr)


def _die_with(parent: int) -> None:
    libc = ctypes.CDLL(None)
    if hasattr(libc, "prctl"):
        libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:  # it was over before that
        os._exit(1)


def _wait(copy: int) -> int:
    """The copy's wait status; a Ctrl-C that only this process was told of is passed on."""
    try:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, CTRL_C)
        return os.waitpid(copy, 0)[1]
    except KeyboardInterrupt:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
    end = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < end:
        found, status = os.waitpid(copy, os.WNOHANG)
        if found:
            return status
        time.sleep(0.01)
    with suppress(ProcessLookupError):
        os.kill(copy, signal.SIGINT)
    return os.waitpid(copy, 0)[1]
