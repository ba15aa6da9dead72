"""A service that follows a registry within a limit of memory, and what its clients and the kernel saw."""

import threading
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from bench.process_tree import proportional_mib
from cgroups import Cgroup
from mixed_requests import mixed_requests, send
from registries import following, registry_of
from serving import children, make_bundle

EVERY = 0.1  # seconds between two looks at the memory
LARGE = 20  # how often in about 2,000 requests each large picture comes


@dataclass(frozen=True)
class Small:
    """What was seen.

    Attributes:
        statuses: how often each was answered; 0 is no answer.
        most_mib: the most proportional memory that the looks found.
        peak_mib: what the kernel counted at most, with the page cache; 0 without a group.
        killed: processes that the kernel ended.
        ended: workers that are no longer there.
    """

    statuses: Counter[int]
    most_mib: float
    peak_mib: float
    killed: int
    ended: int

    def figures(self) -> dict[str, object]:
        """For the file of figures."""
        return {
            "requests": self.statuses.total(),
            "statuses": {str(status): times for status, times in sorted(self.statuses.items())},
            "most_pss_mib": round(self.most_mib, 1),
            "peak_with_page_cache_mib": round(self.peak_mib, 1),
            "killed": self.killed,
            "workers_ended": self.ended,
        }

    def trouble(self, limit: float) -> list[str]:
        """What must not be: an ended process, an answer that is missing or a 5xx, or more memory than the limit."""
        failed = {status: times for status, times in self.statuses.items() if status == 0 or status >= 500}
        found = [f"failed requests: {failed}"] if failed else []
        found += [f"{self.killed} killed, {self.ended} workers ended"] if self.killed or self.ended else []
        return found + ([f"{self.most_mib:.0f} MiB"] if self.most_mib > limit else [])


def serve_in(group: Cgroup | None, folder: Path, count: int) -> Small:
    """Two workers under mixed load with large pictures, as members of a group or, without one, only watched."""
    before = group.join if group is not None else "pass"
    with (
        registry_of(make_bundle(folder / "1")) as registry,
        following(registry, folder, before=before, TINYSIGHT_WORKERS="2", TINYSIGHT_POLL_SECONDS="2") as service,
    ):
        pid = service.process.pid
        workers, looks, ends = set(children(pid)), [0.0], threading.Event()

        def watch() -> None:
            while not ends.wait(EVERY):
                looks.append(proportional_mib(pid))

        watcher = threading.Thread(target=watch)
        watcher.start()
        statuses = send(service.url, mixed_requests("127.0.0.1", large=LARGE), count)
        ends.set()
        watcher.join()
        ended = len(workers - set(children(pid)))
        peak, killed = (group.peak_mib, group.killed) if group is not None else (0.0, 0)
    return Small(statuses, max(looks), peak, killed, ended)
