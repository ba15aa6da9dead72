"""What the pipeline tests do again and again: shrink a project, import pictures, serve, read results."""

import json
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from pictures import write_mixed_folder
from projects import commit, free_port, project_environment, run_in

from tinysight.client import Client
from tinysight.errors import ServiceError

PER_CLASS = 40


def keep_models(project: Path, *names: str) -> None:
    """Leaves only these rungs in conf/config.yaml, so that a test does not train what it does not look at."""
    config = project / "conf" / "config.yaml"
    lines = config.read_text().splitlines(keepends=True)
    wanted = [line for line in lines if "model@models." not in line or any(f"models.{n}:" in line for n in names)]
    config.write_text("".join(wanted))
    run_in(project, "tinysight", "params")


def shorten(project: Path, epochs: int = 4) -> None:
    """Makes the training short and the scoring light."""
    for file, key, value in (
        ("train/default.yaml", "epochs", epochs),
        ("augment/camera.yaml", "copies", 1),
        ("evaluate/default.yaml", "curve_images", 60),
        ("evaluate/default.yaml", "timed_images", 10),
        ("evaluate/default.yaml", "service_seconds", 0),
    ):
        path = project / "conf" / file
        text, found = re.subn(rf"^{key}: [\d.]+", f"{key}: {value}", path.read_text(), flags=re.MULTILINE)
        assert found == 1, f"{file} has no {key}"
        path.write_text(text)


def import_mixed(project: Path, pictures: Path) -> None:
    """Brings real mixed picture files into the project and commits what a user would commit."""
    write_mixed_folder(pictures, per_class=PER_CLASS, seed=1)
    run_in(project, "tinysight", "import", str(pictures))
    commit(project, "my pictures")


def verdict(project: Path) -> dict[str, Any]:
    """reports/verdict.json."""
    content: dict[str, Any] = json.loads((project / "reports" / "verdict.json").read_text())
    return content


def ran(output: str) -> list[str]:
    """The stages that DVC ran, from what it printed."""
    return re.findall(r"Running stage '([^']+)'", output)


def aliases(project: Path) -> list[dict[str, Any]]:
    """What the registry says, through the command that a user has."""
    content: list[dict[str, Any]] = json.loads(run_in(project, "tinysight", "registry", "list", "--json").stdout)
    return content


@contextmanager
def served(project: Path, name: str) -> Iterator[Client]:
    """The real service on a free port, as `make serve` starts it."""
    port = free_port()
    environment = project_environment(
        TINYSIGHT_MODEL=f"models:/{name}@production",
        MLFLOW_TRACKING_URI=f"sqlite:///{project}/.tinysight/mlflow.db",
        TINYSIGHT_CACHE_DIR=str(project / ".tinysight" / "cache" / "serve"),
        TINYSIGHT_PORT=str(port),
    )
    service = subprocess.Popen([sys.executable, "-m", "serve"], cwd=project, env=environment)
    try:
        client = Client(f"http://127.0.0.1:{port}")
        wait_until_ready(client, service)
        yield client
    finally:
        service.terminate()
        service.wait(timeout=60)


def wait_until_ready(client: Client, service: "subprocess.Popen[bytes]") -> None:
    """Returns when the service has its model; fails when it ends or takes over a minute."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and service.poll() is None:
        try:
            client.model()
            return
        except ServiceError:
            time.sleep(0.1)
    pytest.fail(f"the service did not become ready; exit code {service.poll()}")
