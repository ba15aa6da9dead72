"""A real service for tests: bundles of tiny models, real photos, and `python -m serve` on a free port."""

import http.client
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import sklearn
from onnx_models import COLOURS, solid_png, tiny_model
from projects import ROOT, free_port, project_environment

from tinysight.bundle import write_bundle

RGB = {"red": (255, 0, 0), "green": (0, 255, 0), "blue": (0, 0, 255)}
PHOTOS = sorted((Path(sklearn.__file__).parent / "datasets" / "images").glob("*.jpg"))
PATIENCE = 60.0  # seconds for what a service does at once, on a busy machine


@dataclass(frozen=True)
class Running:
    """A service that answers, its process and its log."""

    url: str
    process: "subprocess.Popen[bytes]"
    log: Path

    def ask(self, method: str, path: str, body: bytes = b"", **headers: str) -> tuple[int, dict[str, str], bytes]:
        """Status, headers (small letters) and body of one answer."""
        connection = http.client.HTTPConnection(self.url.removeprefix("http://"), timeout=PATIENCE)
        connection.request(method, path, body or None, {k.replace("_", "-"): v for k, v in headers.items()})
        answer = connection.getresponse()
        content = answer.read()
        connection.close()
        return answer.status, {k.lower(): v for k, v in answer.getheaders()}, content


def make_bundle(folder: Path, *, version: str = "local", seed: int = 0, **contract: Any) -> Path:
    """A bundle of a tiny model of three colours, with a golden picture of each."""
    model = tiny_model(folder.with_name(folder.name + ".onnx"), seed=seed, **contract)
    golden = {f"{name}.png": solid_png(RGB[name]) for name in COLOURS}
    return write_bundle(folder, model, golden, name="colours", version=version).folder


def service_environment(**own: str) -> dict[str, str]:
    """The settings of a service and nothing of the caller's."""
    return project_environment(PYTHONPATH=str(ROOT), TINYSIGHT_WORKERS=own.pop("TINYSIGHT_WORKERS", "1"), **own)


@contextmanager
def running(
    model: Path | str, folder: Path, *, program: Sequence[str] = ("-m", "serve"), **own: str
) -> Iterator[Running]:
    """`python -m serve` until the block ends.

    Args:
        model: what TINYSIGHT_MODEL is to name.
        folder: where it runs and logs.
        program: what Python is to run.
        own: more settings.
    """
    port = free_port()
    environment = service_environment(TINYSIGHT_MODEL=str(model), TINYSIGHT_PORT=str(port), **own)
    log = folder / "service.log"
    with log.open("wb") as file:
        process = subprocess.Popen(
            [sys.executable, *program], cwd=folder, env=environment, stdout=file, stderr=subprocess.STDOUT
        )
    service = Running(f"http://127.0.0.1:{port}", process, log)
    try:
        wait_until_ready(service)
        yield service
    finally:
        process.terminate()
        process.wait(PATIENCE)


def wait_until_ready(service: Running) -> None:
    """Returns when /readyz answers 200; fails with the log if it does not."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end and service.process.poll() is None:
        try:
            if service.ask("GET", "/readyz")[0] == 200:
                return
        except OSError:
            time.sleep(0.05)
    pytest.fail(f"the service did not get ready:\n{service.log.read_text()[-3000:]}")


def eventually(condition: Callable[[], bool], seconds: float = PATIENCE) -> bool:
    """True as soon as the condition holds, False when it does not within some seconds."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.05)
    return False


def start_fails(folder: Path, **own: str) -> tuple[int, str]:
    """Exit code and standard error of a service that is expected not to start."""
    environment = service_environment(**{"TINYSIGHT_PORT": "0", **own})
    words = [sys.executable, "-m", "serve"]
    done = subprocess.run(
        words, cwd=folder, env=environment, capture_output=True, text=True, check=False, timeout=PATIENCE
    )
    return done.returncode, done.stderr


def door_is_closed(service: Running) -> bool:
    """True once nobody is let in any more."""
    host, port = service.url.removeprefix("http://").split(":")
    try:
        socket.create_connection((host, int(port)), timeout=PATIENCE).close()
    except ConnectionRefusedError:
        return True
    return False


def children(pid: int) -> list[int]:
    """The processes that a process has started."""
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def is_alive(pid: int) -> bool:
    """True while a process is there."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
