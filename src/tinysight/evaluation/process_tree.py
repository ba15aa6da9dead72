"""What a process and all that it has started take of the processor and of memory, as Linux tells."""

import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

PROC = Path("/proc")
TICK_MS = 1e3 / os.sysconf("SC_CLK_TCK")


def tree(pid: int) -> Iterator[int]:
    """A process and all below it."""
    yield pid
    with suppress(OSError):
        for children in (PROC / str(pid) / "task").glob("*/children"):
            for child in children.read_text(encoding="ascii").split():
                yield from tree(int(child))


def processor_ms(pid: int) -> float:
    """Processor time that the living threads of a process and of all below it have had."""
    return sum(_processor_ms(one) for one in tree(pid))


def serving_mb(pid: int) -> float | None:
    """The peak of the memory that a process and all below it take where nothing else shares their libraries.

    Forked processes share what they have not changed: of that, the proportional size counts each page once. A library
    is in memory once however many of them use it, so the largest part that one of them has of all files counts. To
    this comes by how much each has been larger than it is now. A control group of its own would say a third less: the
    pages of the libraries are charged to whoever read them first, on this machine the evaluation.

    Returns:
        In 10^6 bytes; None where /proc does not tell.
    """
    changed, files, once_more = 0, [0], 0
    for one in tree(pid):
        try:
            rollup, status = (_kibibytes(PROC / str(one) / name) for name in ("smaps_rollup", "status"))
            changed += rollup["Pss_Anon"] + rollup["Pss_Shmem"]
            files.append(status["RssFile"])
            once_more += status["VmHWM"] - status["VmRSS"]
        except (OSError, KeyError):
            return None
    return (changed + max(files) + once_more) * 1024 / 1e6


def _processor_ms(pid: int) -> float:
    """To the nanosecond where the scheduler counts, else in the ticks of the clock."""
    try:
        threads = [path.read_text(encoding="ascii") for path in (PROC / str(pid) / "task").glob("*/schedstat")]
        if nanoseconds := sum(int(line.split()[0]) for line in threads):
            return nanoseconds / 1e6
        fields = (PROC / str(pid) / "stat").read_text(encoding="ascii").rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) * TICK_MS


def _kibibytes(path: Path) -> dict[str, int]:
    """The lines `Name: 123 kB` of a file of /proc."""
    lines = [line.split() for line in path.read_text(encoding="utf-8", errors="replace").splitlines()]
    return {words[0].rstrip(":"): int(words[1]) for words in lines if len(words) == 3 and words[2] == "kB"}
