"""What a process and all below it take: memory in which shared pages count once, and time of the processor."""

import os
import re
import signal
import time
from contextlib import suppress
from pathlib import Path

from tinysight.evaluation.process_tree import tree

TICKS = os.sysconf("SC_CLK_TCK")


def proportional_mib(pid: int) -> float:
    """Proportional set size of a process and all below it, in MiB."""
    return sum(_proportional_kib(one) for one in tree(pid)) / 1024


def cpu_seconds(pid: int) -> float:
    """Time of the processor that a process, those below it and their ended children have taken."""
    return sum(_ticks(one) for one in tree(pid)) / TICKS


def end(pid: int, seconds: float = 10.0) -> None:
    """Asks a process to end, and kills what is left of its tree after some seconds."""
    whole = list(tree(pid))
    _send(pid, signal.SIGTERM)
    last = time.monotonic() + seconds
    while any(_lives(one) for one in whole) and time.monotonic() < last:
        with suppress(ChildProcessError):
            os.waitpid(pid, os.WNOHANG)
        time.sleep(0.05)
    for one in whole:
        _send(one, signal.SIGKILL)


def _proportional_kib(pid: int) -> int:
    with suppress(OSError):
        found = re.search(r"^Pss:\s+(\d+)", Path(f"/proc/{pid}/smaps_rollup").read_text(), re.MULTILINE)
        return int(found[1]) if found else 0
    return 0


def _ticks(pid: int) -> int:
    with suppress(OSError):
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        return sum(int(field) for field in fields[11:15])
    return 0


def _lives(pid: int) -> bool:
    with suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    return False


def _send(pid: int, number: signal.Signals) -> None:
    if _lives(pid):
        with suppress(ProcessLookupError):
            os.kill(pid, number)
