"""A real `mlflow server` on the loopback, whose artifacts go through its proxy."""

import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from projects import free_port, project_environment
from results import give_store

from tinysight.paths import Paths

START_SECONDS = 120
QUIET = {"MLFLOW_DISABLE_TELEMETRY": "true", "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false"}


@contextmanager
def mlflow_server(
    folder: Path, *more: str, port: int = 0, database: str = "", artifacts: str = "", **environment: str
) -> Iterator[str]:
    """Yields its URL; it ends with the block.

    Args:
        folder: where its log goes, and its database and artifacts if they are not named.
        more: words of its command line.
        port: by default a free one.
        database: its URI.
        artifacts: where its proxy keeps files.
        environment: variables that it gets.
    """
    port, place = port or free_port(), Paths(folder)
    folder.mkdir(parents=True, exist_ok=True)
    if not database:
        give_store(place)
    words = ["--host", "127.0.0.1", "--port", str(port), "--workers", "1", *more]
    words += ["--backend-store-uri", database or f"sqlite:///{place.store}"]
    words += ["--artifacts-destination", artifacts or str(folder / "artifacts")]
    with (folder / "log").open("w") as log:
        process = subprocess.Popen([sys.executable, "-m", "mlflow", "server", *words], stdout=log, stderr=log,
                                   env=project_environment(**QUIET, **environment), cwd=folder,
                                   start_new_session=True)  # fmt: skip
    try:
        _wait_until_up(f"http://127.0.0.1:{port}", folder / "log")
        yield f"http://127.0.0.1:{port}"
    finally:
        os.killpg(process.pid, 15)
        process.wait(timeout=60)


def _wait_until_up(url: str, log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        try:
            urllib.request.urlopen(f"{url}/health", timeout=2).close()
        except OSError:
            time.sleep(0.3)
        else:
            return
    raise TimeoutError(f"no server after {START_SECONDS} s: {log.read_text()[-2000:]}")
