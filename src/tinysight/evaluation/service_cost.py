"""What the real service costs with a model: its start, the processor time of a request, and its memory."""

import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path
from tempfile import TemporaryDirectory

from tinysight.bundle import write_bundle
from tinysight.client import multipart
from tinysight.errors import ServiceError, TinysightError
from tinysight.evaluation.process_tree import processor_ms, serving_mb, tree

START_SECONDS = 30.0  # the patience for a service that should be there in one
POLL_SECONDS = 0.005
WARM_UP, LEAST = 20, 40  # requests
PATIENCE_SECONDS = 60.0  # for one answer
# the service, told by the kernel (PR_SET_PDEATHSIG) to end if we are killed before we could end it
PROGRAM = """
import ctypes, runpy, signal
if hasattr(libc := ctypes.CDLL(None), "prctl"):
    libc.prctl(1, signal.SIGTERM)
runpy.run_module("serve", run_name="__main__", alter_sys=True)
"""
OWN = ("TINYSIGHT_", "MLFLOW_", "PROMETHEUS_")  # settings of the user's own service, which is another one

Connection = http.client.HTTPConnection  # and no Client, which would go by a proxy of the environment


@dataclass(frozen=True)
class ServiceCost:
    """What was measured on a service with one worker.

    Attributes:
        start_seconds: from the start of its process to its first answer.
        request_ms: processor time of one request, decoding and model included.
        service_mb: the most that its processes take together, in 10^6 bytes; None where the system does not tell.
    """

    start_seconds: float
    request_ms: float
    service_mb: float | None


def measure_service(model: Path, pictures: Sequence[bytes], seconds: float) -> ServiceCost:
    """Starts the service on a free port of the loopback, sends it pictures for so long, and ends it.

    Args:
        model: the model.onnx.
        pictures: at least one file's bytes.
        seconds: how long it is asked.

    Raises:
        ServiceError: if it does not start, or refuses a picture.
        TinysightError: if the model or a picture cannot be read.
    """
    with TemporaryDirectory(prefix="tinysight-service-") as folder:
        bundle = write_bundle(Path(folder) / "bundle", model, _golden(pictures), name="measured", version="local")
        began = time.perf_counter()
        with _service(bundle.folder, Path(folder)) as (process, connection):
            _wait_for_an_answer(process, connection, pictures[0], Path(folder) / "log")
            start_seconds = time.perf_counter() - began
            request_ms = _request_ms(process.pid, connection, pictures, seconds)
            return ServiceCost(start_seconds, request_ms, serving_mb(process.pid))


def try_service(model: Path, pictures: Sequence[bytes], seconds: float) -> ServiceCost | None:
    """measure_service; None, with a line that says why, where that cannot be: a score must not hang on it."""
    try:
        return measure_service(model, pictures, seconds)
    except (TinysightError, OSError, http.client.HTTPException) as error:
        print(f"evaluate: what the service costs with {model} is not known: {error}", file=sys.stderr)
        return None


def _golden(pictures: Sequence[bytes]) -> dict[str, bytes]:
    """The smallest picture."""
    return {"picture": min(pictures, key=len)}


@contextmanager
def _service(bundle: Path, folder: Path) -> Iterator[tuple["subprocess.Popen[bytes]", Connection]]:
    """A service with one worker and the default settings; ended by force, since nobody waits for its answers."""
    with socket.socket() as place:
        place.bind(("127.0.0.1", 0))
        port = place.getsockname()[1]
    theirs = {name: value for name, value in os.environ.items() if not name.startswith(OWN)}
    own = {"MODEL": str(bundle), "HOST": "127.0.0.1", "PORT": str(port), "WORKERS": "1", "CACHE_DIR": str(folder)}
    environment = {**theirs, **{f"TINYSIGHT_{name}": value for name, value in own.items()}}
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen([sys.executable, "-c", PROGRAM], env=environment, stdout=log, stderr=log)
    connection = Connection("127.0.0.1", port, timeout=PATIENCE_SECONDS)
    try:
        yield process, connection
    finally:
        connection.close()
        for one in list(tree(process.pid)):
            with suppress(ProcessLookupError):
                os.kill(one, signal.SIGKILL)
        process.wait()


def _wait_for_an_answer(process: "subprocess.Popen[bytes]", connection: Connection, picture: bytes, log: Path) -> None:
    end = time.perf_counter() + START_SECONDS
    while process.poll() is None and time.perf_counter() < end:
        with suppress(OSError, http.client.HTTPException):
            if _ask(connection, "GET", "/readyz") == http.HTTPStatus.OK:
                _predict(connection, picture)
                return
        connection.close()
        time.sleep(POLL_SECONDS)
    said = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()[-1:] or ["nothing"]
    raise ServiceError(f"The service did not start; it said: {said[0]}. Try `make serve`.")


def _request_ms(pid: int, connection: Connection, pictures: Sequence[bytes], seconds: float) -> float:
    turns = cycle(pictures)
    for _ in range(WARM_UP):
        _predict(connection, next(turns))
    began, end, asked = processor_ms(pid), time.perf_counter() + seconds, 0
    while asked < LEAST or time.perf_counter() < end:
        _predict(connection, next(turns))
        asked += 1
    return (processor_ms(pid) - began) / asked


def _predict(connection: Connection, picture: bytes) -> None:
    kind, form = multipart("picture", picture)
    if (status := _ask(connection, "POST", "/predict", form, kind)) != http.HTTPStatus.OK:
        raise ServiceError(f"The service answers a picture of the data set with {status}. Try `make serve`.")


def _ask(connection: Connection, method: str, path: str, body: bytes | None = None, kind: str = "") -> int:
    connection.request(method, path, body, {"Content-Type": kind} if kind else {})
    answer = connection.getresponse()
    answer.read()
    return answer.status
