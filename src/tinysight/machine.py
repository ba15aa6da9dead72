"""What this process may use of its machine: cores by affinity and quota, memory by its control group.

A container with half a core on a machine of sixty-four sees sixty-four, unless somebody asks as this file does.
"""

import os
from collections.abc import Iterator
from pathlib import Path

PROC = Path("/proc")


def usable_cores(proc: Path = PROC) -> int:
    """Processes that can work at the same time: the nearest whole number of cores, at least 1.

    Args:
        proc: where the system shows its processes.
    """
    cores = float(len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1)
    for group in _groups("cpu", proc):
        quota, period = _cpu_quota(group)
        if quota > 0 and period > 0:
            cores = min(cores, quota / period)
    return max(1, int(cores + 0.5))


def memory_limit(proc: Path = PROC) -> int | None:
    """Bytes that this process's control group may take, with all that is in it; None without a limit.

    Args:
        proc: where the system shows its processes.
    """
    limits = [
        _number(group / name) for group in _groups("memory", proc) for name in ("memory.max", "memory.limit_in_bytes")
    ]
    set_ = [limit for limit in limits if 0 < limit < 1 << 60]  # version 1 writes a huge number for none
    return min(set_, default=None)


def machine_memory(proc: Path = PROC) -> int:
    """Bytes of memory that the machine has."""
    for line in (proc / "meminfo").read_text(encoding="ascii").splitlines():
        if line.startswith("MemTotal:"):
            return int(line.split()[1]) * 1024
    return 0


def _cpu_quota(group: Path) -> tuple[int, int]:
    """Microseconds of CPU in each period, and the period; 0 or less without a limit."""
    try:
        quota, period = (group / "cpu.max").read_text(encoding="ascii").split()  # version 2
    except (OSError, ValueError):
        return _number(group / "cpu.cfs_quota_us"), _number(group / "cpu.cfs_period_us")
    return (int(quota), int(period)) if quota.isdecimal() else (0, 0)


def _number(file: Path) -> int:
    """What a file of a control group says; 0 where it is missing or says `max`."""
    try:
        return int(file.read_text(encoding="ascii"))
    except (OSError, ValueError):
        return 0


def _groups(controller: str, proc: Path) -> Iterator[Path]:
    """The folders of this process's control groups of both versions, each with those around it, which bind as well."""
    try:
        own = [line.split(":", 2) for line in (proc / "self/cgroup").read_text(encoding="utf-8").splitlines()]
        mounts = (proc / "self/mountinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return
    for mount in mounts:
        before, _, after = mount.partition(" - ")
        kind, _, options = [*after.split(" "), "", ""][:3]
        root, folder = before.split(" ")[3:5]
        names = {""} if kind == "cgroup2" else {controller} & set(options.split(",")) if kind == "cgroup" else set()
        for _, controllers, path in own:
            if names & set(controllers.split(",")):
                yield from _upwards(Path(folder), root, path)


def _upwards(mounted: Path, root: str, path: str) -> Iterator[Path]:
    """From a group's folder to the outermost that can be seen; a container may see only its own, as the root."""
    inside = path.removeprefix(root.rstrip("/")).strip("/")
    yield from (folder for folder in [mounted / inside, *(mounted / inside).parents] if folder.is_relative_to(mounted))
