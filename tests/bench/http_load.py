"""A load generator for one POST: keep-alive connections that each send again as soon as they are answered."""

import asyncio
import json
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import cast

import numpy as np
import uvloop

from tinysight.client import multipart

PATIENCE = 30.0  # seconds for the last answers; a hanging service must not hang the benchmark


@dataclass(frozen=True)
class Load:
    """What one run of the load generator saw; times in milliseconds."""

    requests_per_s: float
    p50_ms: float
    p99_ms: float
    errors: int


class _Connection(asyncio.Protocol):
    """Sends one request over and over until the deadline, and notes how long each answer took."""

    def __init__(self, request: bytes, deadline: float, done: "asyncio.Future[None]") -> None:
        self.request, self.deadline, self.done = request, deadline, done
        self.seconds: list[float] = []
        self.errors, self.seen, self.sent = 0, b"", 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)  # uvloop's is one in all but its class
        self.send()

    def send(self) -> None:
        self.seen, self.sent = b"", time.perf_counter()
        self.transport.write(self.request)

    def data_received(self, data: bytes) -> None:
        self.seen += data
        head, separator, body = self.seen.partition(b"\r\n\r\n")
        if not separator:
            return
        length = int(head.lower().partition(b"content-length:")[2].partition(b"\r")[0])
        if len(body) < length:
            return
        now = time.perf_counter()
        self.errors += not head.startswith(b"HTTP/1.1 200")
        self.seconds.append(now - self.sent)
        if now < self.deadline:
            self.send()
        else:
            self.transport.close()

    def connection_lost(self, error: Exception | None) -> None:
        self.errors += error is not None
        if not self.done.done():
            self.done.set_result(None)


async def load(host: str, port: int, picture: bytes, concurrency: int, seconds: float) -> Load:
    """Posts a picture to /predict from some connections at once for some seconds."""
    content_type, body = multipart("photo.jpg", picture)
    head = (
        f"POST /predict HTTP/1.1\r\nHost: {host}\r\nContent-Type: {content_type}\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    loop = asyncio.get_running_loop()
    started = time.perf_counter()
    connections = []
    for _ in range(concurrency):
        made = _Connection(head.encode() + body, started + seconds, loop.create_future())
        await loop.create_connection(lambda made=made: made, host, port)  # type: ignore[misc]
        connections.append(made)
    async with asyncio.timeout(seconds + PATIENCE):
        await asyncio.gather(*(connection.done for connection in connections))
    took = time.perf_counter() - started
    times = np.concatenate([connection.seconds for connection in connections]) * 1000
    p50, p99 = np.percentile(times, [50, 99])
    errors = sum(connection.errors for connection in connections)
    return Load(round(len(times) / took, 1), round(float(p50), 2), round(float(p99), 2), errors)


if __name__ == "__main__":
    address, file, at_once, duration = sys.argv[1:]
    there, at = address.split(":")
    print(json.dumps(asdict(uvloop.run(load(there, int(at), Path(file).read_bytes(), int(at_once), float(duration))))))
