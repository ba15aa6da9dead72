"""What watching costs a request, and how /healthz answers beside a full load: `python -m tests.bench.bench watching`.

The cost is CPU time of one process without a socket: the same empty application with and without `serve.watch`, in
turns.
"""

import asyncio
import http.client
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "tests"))

from serving import running  # noqa: E402 - tests/ is no package
from starlette.routing import Route  # noqa: E402
from starlette.types import ASGIApp, Message, Receive, Scope, Send  # noqa: E402

from serve.access_log import AccessLog  # noqa: E402
from serve.log_outlet import LogOutlet  # noqa: E402
from serve.metrics import Metrics  # noqa: E402
from serve.watch import Watch  # noqa: E402
from tests.bench import http_load  # noqa: E402

REQUESTS, ROUNDS = 20_000, 7
CONCURRENCY, SECONDS = 32, 6.0
HEADERS = [(b"host", b"a"), (b"user-agent", b"b"), (b"accept", b"*/*"), (b"content-type", b"image/jpeg")]
ADDRESSES = ("/", "/docs", "/healthz", "/readyz", "/metrics", "/model", "/labels", "/predict", "/static/{name}")


def measure() -> dict[str, Any]:
    """Microseconds a request of watching, and milliseconds of /healthz without and with a full load."""
    figures = {"us_a_request": cost(), **health()}
    print(figures)
    return figures


def cost() -> float:
    """Microseconds of CPU that a request pays for its id, its counts and its line in a file."""
    with tempfile.TemporaryFile() as file:
        metrics = Metrics()
        access = AccessLog(LogOutlet(file.fileno()), level="info", format_="json")
        bare = _application(lambda: None)
        watched = Watch(_application(lambda: _count(metrics)), metrics, access)
        pairs = [(_seconds(watched), _seconds(bare)) for _ in range(ROUNDS)]
    return round(statistics.median(watched - bare for watched, bare in pairs) / REQUESTS * 1e6, 1)


def _application(count: Callable[[], None]) -> ASGIApp:
    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        await receive()
        count()
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]})
        await send({"type": "http.response.body", "body": b"{}"})

    return answer


def _count(metrics: Metrics) -> None:
    """What the route and the guard count of a request."""
    metrics.queued(1)
    metrics.decoded(0.0007)
    metrics.inferred(0.0002)
    metrics.predicted("seven", 0.93, "3")
    metrics.queued(0)


def _seconds(app: ASGIApp) -> float:
    """CPU time of many requests to an application, one after another."""
    state = SimpleNamespace(routes=[Route(path, _nowhere) for path in ADDRESSES])

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(_: Message) -> None:
        return

    async def ask() -> None:
        for _ in range(REQUESTS):
            scope = {"type": "http", "method": "POST", "path": "/predict", "headers": HEADERS, "app": state}
            await app(scope, receive, send)

    began = time.process_time()
    asyncio.run(ask())
    return time.process_time() - began


async def _nowhere() -> None:
    return


def health() -> dict[str, Any]:
    """Milliseconds until /healthz answers on a new connection, as a watcher asks: at rest, and beside a full load."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        make = [sys.executable, "-m", "tests.bench.serving_model", name]
        subprocess.run(make, cwd=ROOT, check=True, stderr=subprocess.DEVNULL)
        with running(folder / "bundle", folder, TINYSIGHT_WORKERS="2", TINYSIGHT_QUEUE="100") as service:
            at_rest = _probes(service.url, 1.0)
            loads: list[Any] = []
            load = threading.Thread(target=lambda: loads.append(_load(service.url, folder / "photo.jpg")))
            load.start()
            time.sleep(1)
            loaded = _probes(service.url, SECONDS - 2)
            load.join()
    rate, errors = loads[0].requests_per_s, loads[0].errors
    return {"healthz_at_rest_ms": at_rest, "healthz_ms": loaded, "requests_per_s": rate, "errors": errors}


def _load(url: str, photo: Path) -> http_load.Load:
    return http_load.post(f"{url}/predict", photo, concurrency=CONCURRENCY, seconds=SECONDS)


def _probes(url: str, seconds: float) -> dict[str, float]:
    end, taken = time.monotonic() + seconds, list[float]()
    while time.monotonic() < end:
        began = time.perf_counter()
        connection = http.client.HTTPConnection(url.removeprefix("http://"), timeout=20)
        connection.request("GET", "/healthz")
        assert connection.getresponse().read() == b'{"status":"ok"}'
        connection.close()
        taken.append((time.perf_counter() - began) * 1000)
        time.sleep(0.02)
    p99 = statistics.quantiles(taken, n=100)[98]
    return {"p50": round(statistics.median(taken), 1), "p99": round(p99, 1), "most": round(max(taken), 1)}
