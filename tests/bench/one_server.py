"""One turn of one server of `make bench-serving`: started, loaded and ended, with what it did and what it took."""

import subprocess
import sys
import time
import urllib.request
from contextlib import suppress
from http.client import HTTPException
from pathlib import Path
from typing import Any

from projects import free_port

from tests.bench import http_load
from tests.bench.contenders import KEY, PEERS, Contender
from tests.bench.process_tree import cpu_seconds, end, proportional_mib
from tinysight.client import multipart

CONCURRENCY = 8
START = 60.0  # seconds for a server to answer; TensorFlow takes its time on a busy machine
WARM_UP = 1.0  # seconds of load before the measurement
Figures = dict[str, Any]


def one_turn(server: Contender, served: Path, seconds: float) -> Figures:
    """Starts a server, loads it, ends it; what it did and what it took.

    Args:
        server: to start.
        served: the folder of model and photo; its log is written there.
        seconds: of load, after some to warm up.
    """
    port, photo = free_port(), served / "photo.jpg"
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
            own = {name: _number(url, metric) for name, metric in server.numbers.items()}
        finally:
            end(process.pid)
            process.wait()
    return _figures(load) | {"pss_mib": memory, "cpu_ms": 1000 * cpu / load.requests, "start_s": start} | own


def _figures(load: http_load.Load) -> Figures:
    return {
        "requests_per_s": load.requests_per_s,
        "p50_ms": load.p50_ms,
        "p99_ms": load.p99_ms,
        "p99_of_p50": load.p99_ms / load.p50_ms,
        "errors": load.errors,
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


def _number(url: str, metric: str) -> float:
    """What /metrics says of a metric that has no labels."""
    request = urllib.request.Request(f"{url}/metrics", headers={"Authorization": f"Bearer {KEY}"})
    with urllib.request.urlopen(request, timeout=START) as answer:
        lines = answer.read().decode().splitlines()
    return float(next(line for line in lines if line.startswith(f"{metric} ")).split()[1])
