"""A load generator for one POST over keep-alive connections: wrk where it is installed, else one of our own."""

import asyncio
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import cast
from urllib.parse import urlsplit

import numpy as np
import uvloop

from tinysight.client import multipart

HERE = Path(__file__).parent
PATIENCE = 30.0  # seconds for the last answers; a hanging service must not hang the benchmark


@dataclass(frozen=True)
class Load:
    """What one run of the load generator saw; times in milliseconds."""

    requests: int
    requests_per_s: float
    p50_ms: float
    p99_ms: float
    errors: int


def generator() -> str:
    """Which load generator `post` uses on this machine."""
    return "wrk" if shutil.which("wrk") else "http_load.py"


def post(url: str, picture: Path, *, concurrency: int, seconds: float, key: str = "") -> Load:
    """Posts a picture from some connections at once, in another process, each again as soon as it is answered.

    Args:
        url: of the address that takes the form field `file`.
        picture: the file.
        concurrency: connections at once.
        seconds: for which new requests are sent.
        key: sent as an API key where it is given.
    """
    if generator() == "wrk":
        return _wrk(url, picture, concurrency, seconds, key)
    words = [sys.executable, __file__, url, picture, concurrency, seconds, key]
    done = subprocess.run([str(word) for word in words], capture_output=True, text=True, check=True)
    return Load(**json.loads(done.stdout))


def _wrk(url: str, picture: Path, concurrency: int, seconds: float, key: str) -> Load:
    content_type, body = multipart(picture.name, picture.read_bytes())
    with tempfile.NamedTemporaryFile() as file:
        file.write(body)
        file.flush()
        own = {"BENCH_BODY": file.name, "BENCH_CONTENT_TYPE": content_type}
        if key:
            own["BENCH_AUTHORIZATION"] = f"Bearer {key}"
        words = ["wrk", "-t1", f"-c{concurrency}", f"-d{max(1, round(seconds))}s", "--timeout", f"{PATIENCE:.0f}s"]
        done = subprocess.run(
            [*words, "-s", str(HERE / "wrk_post.lua"), url],
            env={**os.environ, **own},
            capture_output=True,
            text=True,
            check=True,
        )
    figures = done.stdout.partition("figures: ")[2].split()
    requests, microseconds, p50, p99, errors = (int(figure) for figure in figures)
    return Load(requests, round(requests / microseconds * 1e6, 1), p50 / 1000, p99 / 1000, errors)


class Connection(asyncio.Protocol):
    """Sends a request, waits for its answer, and sends the next; opens itself again where the server has closed it.

    Attributes:
        statuses: how often each status was answered; 0 stands for no answer.
        seconds: how long each answer took.
    """

    def __init__(self, address: tuple[str, int], request: Callable[[], bytes | None]) -> None:
        """Opens nothing yet.

        Args:
            address: host and port.
            request: gives the next one; None ends it.
        """
        self.address, self.request = address, request
        self.statuses: Counter[int] = Counter()
        self.seconds: list[float] = []
        self._loop = asyncio.get_running_loop()
        self.done: asyncio.Future[None] = self._loop.create_future()
        self._seen, self._sent, self._waits = b"", 0.0, False

    async def open(self) -> None:
        """Connects; the first request follows by itself."""
        await self._loop.create_connection(lambda: self, *self.address)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)  # uvloop's is one in all but its class
        self._send()

    def _send(self) -> None:
        request = self.request()
        if request is None:
            self.done.set_result(None)
            self.transport.close()
            return
        self._seen, self._sent, self._waits = b"", time.perf_counter(), True
        self.transport.write(request)

    def data_received(self, data: bytes) -> None:
        self._seen += data
        if not self._waits or not _whole(self._seen):
            return
        self.seconds.append(time.perf_counter() - self._sent)
        self.statuses[int(self._seen[9:12])] += 1
        self._waits = False
        if b"\r\nconnection: close" in self._seen.partition(b"\r\n\r\n")[0].lower():
            self.transport.close()
        else:
            self._send()

    def connection_lost(self, error: Exception | None) -> None:
        self.statuses[0] += self._waits
        self._waits = False
        if not self.done.done():
            self._loop.create_task(self._open_again())

    async def _open_again(self) -> None:
        try:
            await self.open()
        except OSError:
            self.statuses[0] += 1
            self.done.set_result(None)  # nobody listens any more


def _whole(answer: bytes) -> bool:
    head, separator, body = answer.partition(b"\r\n\r\n")
    if b"transfer-encoding: chunked" in head.lower():
        return body.endswith(b"0\r\n\r\n")
    return bool(separator) and len(body) >= int(head.lower().partition(b"content-length:")[2].partition(b"\r")[0])


async def run_all(connections: Sequence[Connection], seconds: float) -> None:
    """Opens all and waits until they are done.

    Raises:
        TimeoutError: if that takes longer.
    """
    async with asyncio.timeout(seconds):
        await asyncio.gather(*(one.open() for one in connections))
        await asyncio.gather(*(one.done for one in connections))


def form_request(path: str, host: str, content_type: str, body: bytes, key: str = "") -> bytes:
    """A POST as it goes over the wire."""
    head = f"POST {path} HTTP/1.1\r\nHost: {host}\r\nContent-Type: {content_type}\r\n"
    head += f"Authorization: Bearer {key}\r\n" if key else ""
    return f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body


async def _load(url: str, picture: Path, concurrency: int, seconds: float, key: str) -> Load:
    parts = urlsplit(url)
    request = form_request(parts.path, parts.netloc, *multipart(picture.name, picture.read_bytes()), key)
    began = time.perf_counter()

    def following() -> bytes | None:
        return request if time.perf_counter() < began + seconds else None

    address = parts.hostname or "", parts.port or 80
    connections = [Connection(address, following) for _ in range(concurrency)]
    await run_all(connections, seconds + PATIENCE)
    took = time.perf_counter() - began
    times = np.concatenate([one.seconds for one in connections]) * 1000
    p50, p99 = (round(float(value), 2) for value in np.percentile(times, [50, 99]))
    statuses = sum((one.statuses for one in connections), Counter())
    return Load(len(times), round(len(times) / took, 1), p50, p99, statuses.total() - statuses[200])


if __name__ == "__main__":
    to, path, at_once, duration, api_key = sys.argv[1:]
    print(json.dumps(asdict(uvloop.run(_load(to, Path(path), int(at_once), float(duration), api_key)))))
