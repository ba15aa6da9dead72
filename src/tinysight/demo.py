"""`make demo`: from pictures to answers over HTTP, with what a newcomer wants to see on the way."""

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tinysight.client import Client
from tinysight.config import load_params
from tinysight.data.imageset import ImageSet, Sample
from tinysight.data.sources import open_source
from tinysight.data.splits import Split
from tinysight.errors import ServiceError, TinysightError
from tinysight.params import Params
from tinysight.paths import Paths

PICTURES = 20
START_SECONDS = 60

NEXT = """What next
  make serve                                the service on http://127.0.0.1:8000 (docs at /docs)
  make ui                                   compare the runs in MLflow's pages
  source .venv/bin/activate                 then, in this shell:
  tinysight import DIR                      your own pictures: one folder a class
  dvc repro                                 train, judge and register on them
  dvc exp run -S train.epochs=5             try something without releasing it"""


def main() -> int:
    """Runs the pipeline, serves the result, asks it about held-out pictures, stops it."""
    paths = Paths(Path.cwd())
    try:
        _step("The pipeline (dvc repro): what is done already is not done again")
        _command("dvc", "repro")
        _command("tinysight.cli", "registry", "sync")
        params = load_params(paths.params)
        _step("The verdict (reports/verdict.md)")
        print(json.loads(paths.verdict.read_text(encoding="utf-8"))["why"])
        with running_service(params, paths) as url:
            _step(f"Held-out test pictures, sent to {url}/predict")
            _ask(Client(url), params, paths)
    except TinysightError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    _step("The service has been stopped")
    print(NEXT)
    return 0


@contextmanager
def running_service(params: Params, paths: Paths) -> Iterator[str]:
    """Starts the service on a free port of the loopback; yields its URL and stops it at the end.

    Raises:
        ServiceError: if it is not ready within START_SECONDS.
    """
    url, environment = _address(params, paths)
    log = paths.state / "demo-service.log"
    with log.open("wb") as output:
        service = subprocess.Popen([sys.executable, "-m", "serve"], env=environment, stdout=output, stderr=output)
    try:
        _wait_until_ready(Client(url), service, log)
        yield url
    finally:
        service.terminate()
        service.wait(timeout=20)


def held_out(params: Params, paths: Paths, count: int) -> Iterator[tuple[Sample, bytes]]:
    """The first test samples by digest, which is any order of classes, each with its source file's bytes."""
    samples = ImageSet.open(paths.dataset).samples
    rows = sorted(Split.open(paths.split).test.tolist(), key=lambda row: samples[row].digest)
    files = open_source(params.dataset, paths.root)
    for row in rows[:count]:
        yield samples[row], files[samples[row].path].read()


def _ask(client: Client, params: Params, paths: Paths) -> None:
    right = answered = 0
    print(f"  {'picture':28} {'true class':14} {'answer':14} confidence")
    for sample, data in held_out(params, paths, PICTURES):
        answer = client.predict(data)
        named = answer.class_name if answer.class_name is not None else "unknown"
        answered += answer.class_name is not None
        right += answer.class_name == sample.class_name
        mark = "" if named == sample.class_name else "  ←"
        print(f"  {sample.path[-28:]:28} {sample.class_name:14} {named:14} {answer.confidence:.3f}{mark}")
    print(f"  {right} right of {answered} answered; the scores on all test pictures are in reports/verdict.md")


def _address(params: Params, paths: Paths) -> tuple[str, dict[str, str]]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    defaults = {
        "TINYSIGHT_MODEL": f"models:/{params.register_.name}@production",
        "MLFLOW_TRACKING_URI": f"sqlite:///{paths.store}",
        "TINYSIGHT_CACHE_DIR": str(paths.cache / "serve"),
    }
    place = {"TINYSIGHT_HOST": "127.0.0.1", "TINYSIGHT_PORT": str(port)}
    return f"http://127.0.0.1:{port}", {**defaults, **os.environ, **place}


def _wait_until_ready(client: Client, service: "subprocess.Popen[bytes]", log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if service.poll() is not None:
            raise ServiceError(f"The service stopped while it started: {log.read_text(errors='replace')[-2000:]}")
        try:
            client.model()
            return
        except ServiceError:  # it has not bound its port, or has no model yet
            time.sleep(0.1)
    raise ServiceError(f"The service was not ready after {START_SECONDS} s. Try `make serve` to see what it says.")


def _command(module: str, *words: str) -> None:
    if subprocess.run([sys.executable, "-m", module, *words], check=False).returncode:
        raise TinysightError(f"`{module.removesuffix('.cli')} {' '.join(words)}` failed; its reason stands above.")


def _step(title: str) -> None:
    print(f"\n== {title}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
