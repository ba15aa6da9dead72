"""What the system says about this service's processes."""

import os
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")  # a second
PROC = Path("/proc")


def memory_bytes(pid: int) -> int | None:
    """Proportional set size: memory that several processes share is split among them; None if it cannot be told."""
    try:
        for line in (PROC / str(pid) / "smaps_rollup").read_text(encoding="ascii").splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) * 1024
    except (OSError, ValueError):
        pass
    return None


def open_files(pid: int) -> int | None:
    """How many files and connections a process has open; None if it cannot be told."""
    try:
        return sum(1 for _ in (PROC / str(pid) / "fd").iterdir())
    except OSError:
        return None


def cpu_seconds(parent: int, workers: list[int]) -> float:
    """CPU time of a service, also of its processes that have ended: it never goes back.

    A process that ends between two looks would be counted twice or not at all, so it is looked again then.
    """
    for _ in range(10):
        own, ended = _cpu(parent)
        alive = sum(_cpu(pid)[0] for pid in workers)
        if _cpu(parent)[1] == ended:
            break
    return own + ended + alive


def _cpu(pid: int) -> tuple[float, float]:
    """CPU seconds of a process, and of those of its children that have ended."""
    try:
        words = (PROC / str(pid) / "stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
    except OSError:
        return 0.0, 0.0
    own, own_system, ended, ended_system = (int(word) / TICKS for word in words[11:15])
    return own + own_system, ended + ended_system
