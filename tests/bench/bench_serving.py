"""`make bench-serving`: our service with everything on, the same work without HTTP, and what one could pick instead.

Rounds in which each server is started, loaded and ended follow one another, so that a machine that drifts drifts
for all of them; medians are compared within one run only. All servers decode the same photo and run the same network.
"""

import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable
from contextlib import suppress
from http.client import HTTPException
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "tests"))

from projects import free_port  # noqa: E402 - tests/ is no package
from registries import registry_of  # noqa: E402

from tests.bench import http_load  # noqa: E402
from tests.bench.ceiling import ceiling  # noqa: E402
from tests.bench.contenders import KEY, PEERS, RIVALS, Contender, tinysight  # noqa: E402
from tests.bench.process_tree import cpu_seconds, end, proportional_mib  # noqa: E402
from tests.bench.serving_figure import draw  # noqa: E402
from tests.bench.serving_table import missed, table  # noqa: E402
from tinysight.client import multipart  # noqa: E402

FIGURE = ROOT / "docs" / "figures" / "serving.png"
CONCURRENCY, WORKERS = 8, 2
START = 60.0  # seconds for a server to answer; TensorFlow takes its time on a busy machine
WARM_UP = 1.0  # seconds of load before the measurement
Figures = dict[str, Any]


def measure(*, rounds: int = 3, seconds: float = 6.0) -> Figures:
    """Measures all servers and the ceiling in turns; prints the table, what falls short of it, and draws the figure.

    Args:
        rounds: of which the medians are taken.
        seconds: of load in each.
    """
    with tempfile.TemporaryDirectory() as name:
        served = Path(name)
        make = [sys.executable, "-m", "tests.bench.serving_model", name]
        subprocess.run(make, cwd=ROOT, check=True, stderr=subprocess.DEVNULL)
        with registry_of(served / "bundle") as registry:
            servers = (tinysight(registry.url), *RIVALS)
            for server in servers:
                server.command(0)  # makes what is missing before anything is timed
            turns = [_round(servers, served, seconds) for _ in range(rounds)]
    rows = {name: _medians([turn[name] for turn in turns]) for name in turns[0]}
    short = missed(rows)
    print(table(rows), *([f"falls short: {line}" for line in short] or ["nothing falls short"]), sep="\n")
    draw(rows, FIGURE)
    about = {"concurrency": CONCURRENCY, "rounds": rounds, "seconds": seconds, "load": http_load.generator()}
    return {**about, "servers": rows, "missed": short}


def _round(servers: tuple[Contender, ...], served: Path, seconds: float) -> dict[str, Figures]:
    photo = served / "photo.jpg"
    found, most, cpu = {}, 0.0, 0.0
    for server in servers:
        row = found[server.name] = _measure(server, served, photo, seconds)
        print(f"{server.name}: {row['requests_per_s']:.0f}/s", flush=True)
        if not most:  # right after our service, since these two are compared most closely
            most, cpu = ceiling(served / "model.onnx", photo, processes=WORKERS, seconds=seconds)
            print(f"without HTTP: {most:.0f}/s", flush=True)
    for row in found.values():
        row["of_ceiling"] = row["requests_per_s"] / most
        row["ours_is"] = found["tinysight"]["requests_per_s"] / row["requests_per_s"]
    return {**found, "ceiling": {"requests_per_s": most, "cpu_ms": cpu}}


def _measure(server: Contender, served: Path, photo: Path, seconds: float) -> Figures:
    """Starts a server, loads it, ends it; what it did and what it took."""
    port = free_port()
    words, environment = server.command(port), server.environment(port, served)
    url = f"http://127.0.0.1:{port}"
    with (served / "server.log").open("wb") as log:
        began = time.perf_counter()
        process = subprocess.Popen(words, cwd=PEERS, env=environment, stdout=log, stderr=subprocess.STDOUT)
        try:
            start = _first_answer(url, photo.read_bytes(), process, served / "server.log") - began
            http_load.post(f"{url}/predict", photo, concurrency=CONCURRENCY, seconds=WARM_UP, key=KEY)
            before = cpu_seconds(process.pid)
            load = http_load.post(f"{url}/predict", photo, concurrency=CONCURRENCY, seconds=seconds, key=KEY)
            cpu, memory = cpu_seconds(process.pid) - before, proportional_mib(process.pid)
        finally:
            end(process.pid)
            process.wait()
    return {
        "requests_per_s": load.requests_per_s,
        "p50_ms": load.p50_ms,
        "p99_ms": load.p99_ms,
        "p99_of_p50": load.p99_ms / load.p50_ms,
        "errors": load.errors,
        "pss_mib": memory,
        "cpu_ms": 1000 * cpu / load.requests,
        "start_s": start,
    }


def _first_answer(url: str, photo: bytes, process: "subprocess.Popen[bytes]", log: Path) -> float:
    """When the first prediction was there."""
    content_type, body = multipart("photo.jpg", photo)
    headers = {"Content-Type": content_type, "Authorization": f"Bearer {KEY}"}
    last = time.perf_counter() + START
    while time.perf_counter() < last and process.poll() is None:
        with suppress(OSError, HTTPException):  # nobody listens yet, or answers that it is not ready
            request = urllib.request.Request(f"{url}/predict", body, headers)
            with urllib.request.urlopen(request, timeout=START):
                return time.perf_counter()
        time.sleep(0.02)
    sys.exit(f"error: {process.args!r} did not answer. Its log ends in:\n{log.read_text()[-2000:]}")


def _medians(turns: list[Figures]) -> Figures:
    worst: dict[str, Callable[[list[float]], float]] = {"errors": sum}
    return {key: round(worst.get(key, statistics.median)([turn[key] for turn in turns]), 3) for key in turns[0]}


if __name__ == "__main__":
    measure(rounds=1, seconds=2.0)
