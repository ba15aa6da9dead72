"""Runs of mutated pictures: through the decoder in processes of their own, and through a running service."""

import asyncio
import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from bench.http_load import Connection, form_request, run_all
from bench.process_tree import proportional_mib
from mutated import mutated
from serving import Running, children

from tinysight.client import multipart

HERE = Path(__file__).resolve().parent
REFUSED = (413, 415, 422)  # too many pixels, not a picture, broken
Memory = list[tuple[int, float]]  # number of pictures so far, MiB


@dataclass
class Decoded:
    """What became of many pictures in the decoder.

    Attributes:
        outcomes: how often a picture was decoded, or refused for each reason.
        crashes: number of a picture, and what ended the process at it.
        slowest: seconds of the slowest, and its number.
        memory: of the process, meanwhile.
    """

    outcomes: Counter[str] = field(default_factory=Counter)
    crashes: list[tuple[int, str]] = field(default_factory=list)
    slowest: tuple[float, int] = (0.0, -1)
    memory: Memory = field(default_factory=list)

    @property
    def bugs(self) -> list[str]:
        """Outcomes that are none."""
        return [outcome for outcome in self.outcomes if outcome.startswith("BUG")]


def decode_mutated(count: int, folder: Path, *, seed: int = 0) -> Decoded:
    """Decodes mutated pictures; a crash is noted, and the next process goes on after it."""
    found, first, at = Decoded(), 0, folder / "at"
    while first < count:
        words = [sys.executable, str(HERE / "decode_mutated.py"), str(seed), str(first), str(count), str(at)]
        own = {**os.environ, "PYTHONPATH": os.pathsep.join([str(HERE), *sys.path])}
        done = subprocess.run(words, env=own, capture_output=True, text=True, check=False, errors="replace")
        if done.returncode == 0:
            seen = json.loads(done.stdout)
            found.outcomes.update(seen["outcomes"])
            found.slowest = max(found.slowest, tuple(seen["slowest"]))
            found.memory = [tuple(one) for one in seen["memory"]]
            break
        number = int.from_bytes(at.read_bytes(), "little") if at.exists() else -1
        found.crashes.append((number, f"exit code {done.returncode}: {done.stderr[-500:]}"))
        if number < 0:
            break
        first = number + 1
    return found


@dataclass
class Served:
    """What a service answered to many pictures.

    Attributes:
        statuses: how often each was answered; 0 is no answer.
        memory: of the service, meanwhile.
        ended: workers that are no longer there.
    """

    statuses: Counter[int]
    memory: Memory
    ended: int

    @property
    def wrong(self) -> dict[int, int]:
        """Statuses that are neither an answer nor a refusal of the picture."""
        return {status: times for status, times in self.statuses.items() if status not in (200, *REFUSED)}


def serve_mutated(service: Running, count: int, *, seed: int = 1, looks: int = 20) -> Served:
    """Sends mutated pictures to a service, eight at a time."""
    files, workers = mutated(count, seed), set(children(service.process.pid))
    statuses: Counter[int] = Counter()
    memory: Memory = []
    for look in range(looks):
        until = count * (look + 1) // looks - count * look // looks
        statuses += asyncio.run(_send(service.url, files, until))
        memory.append((count * (look + 1) // looks, round(proportional_mib(service.process.pid), 2)))
    return Served(statuses, memory, len(workers - set(children(service.process.pid))))


async def _send(url: str, files: Iterator[bytes], count: int) -> Counter[int]:
    parts = urlsplit(url)
    left = iter(range(count))

    def request() -> bytes | None:
        if next(left, None) is None:
            return None
        return form_request("/predict", parts.netloc, *multipart("picture", next(files)))

    connections = [Connection((parts.hostname or "", parts.port or 0), request) for _ in range(8)]
    await run_all(connections, 600)
    return sum((one.statuses for one in connections), Counter())


def slope(memory: Memory, warm_up: float = 0.3) -> float:
    """MiB by which memory grows in 10,000 pictures, by least squares after the warm-up (a share of all)."""
    rest = memory[int(len(memory) * warm_up) :]
    mean_at, mean = (sum(values) / len(rest) for values in zip(*rest, strict=True))
    spread = sum((at - mean_at) ** 2 for at, _ in rest)
    return 10_000 * sum((at - mean_at) * (mib - mean) for at, mib in rest) / spread
