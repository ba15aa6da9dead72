"""A limit of memory that the kernel holds a group of processes to, where this machine lets us make one."""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path("/sys/fs/cgroup")


@dataclass(frozen=True)
class Cgroup:
    """A group of processes with a limit, in version 1 or 2 of the kernel's control groups."""

    folder: Path

    @property
    def join(self) -> str:
        """Python that makes the process that runs it a member; its children are members too."""
        return f"open({str(self.folder / 'cgroup.procs')!r}, 'w').write('0')"

    @property
    def killed(self) -> int:
        """How many processes the kernel ended because the group had no memory left."""
        name = "memory.events" if (self.folder / "memory.events").exists() else "memory.oom_control"
        lines = dict(line.split() for line in (self.folder / name).read_text().splitlines())
        return int(lines["oom_kill"])

    @property
    def peak_mib(self) -> float:
        """The most that the group has held, with the page cache, which the kernel takes back when it must."""
        name = "memory.peak" if (self.folder / "memory.peak").exists() else "memory.max_usage_in_bytes"
        return int((self.folder / name).read_text()) / 1024**2


@contextmanager
def memory_limit(mib: int) -> Iterator[Cgroup | None]:
    """A group that may hold so many MiB; None where none can be made. Its processes must end within the block."""
    folder = _made(mib)
    if folder is None:
        yield None
        return
    try:
        yield Cgroup(folder)
    finally:
        _remove(folder)


def _made(mib: int) -> Path | None:
    """Makes a group below our own, so that whatever holds us holds it too."""
    for parent, limit in _places():
        folder = parent / f"tinysight-{os.getpid()}"
        try:
            folder.mkdir()
        except OSError:
            continue
        try:
            (folder / limit).write_text(str(mib * 1024**2))
        except OSError:  # version 2 gives no memory controller to a group whose parent has processes
            folder.rmdir()
            continue
        return folder
    return None


def _remove(folder: Path) -> None:
    """Removes a group once its last process, which may just be ending, is gone."""
    last = time.monotonic() + 60
    while (folder / "cgroup.procs").read_text() and time.monotonic() < last:
        time.sleep(0.1)
    folder.rmdir()


def _places() -> Iterator[tuple[Path, str]]:
    """Our own group in each hierarchy that could limit memory, and the name of the limit's file."""
    for line in Path("/proc/self/cgroup").read_text().splitlines():
        number, controllers, path = line.split(":", 2)
        if "memory" in controllers.split(","):
            yield ROOT / "memory" / path.lstrip("/"), "memory.limit_in_bytes"
        elif number == "0":
            yield ROOT / path.lstrip("/"), "memory.max"
