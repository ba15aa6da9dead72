"""From starting the service to its first correct answer, with a model that is on the disk already.

Ways of starting take turns, so that a machine that drifts drifts for all of them; medians are compared within one run.
"""

import http.client
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

TESTS = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(TESTS))

from onnx_models import solid_png  # noqa: E402 - tests/ is no package
from projects import free_port  # noqa: E402
from registries import SPEC, registry_of  # noqa: E402
from results import give_store, make_results  # noqa: E402
from serving import RGB, make_bundle, service_environment  # noqa: E402

from tinysight.paths import Paths  # noqa: E402

STARTS = 10
LIMIT = 1.0  # seconds
PATIENCE = 60.0
BODY = b'--x\r\ncontent-disposition: form-data; name="file"\r\n\r\n' + solid_png(RGB["red"]) + b"\r\n--x--\r\n"
FORM = {"content-type": "multipart/form-data; boundary=x"}


def measure(*, starts: int = STARTS) -> dict[str, Any]:
    """Median and extremes of the seconds of each way of starting, over some rounds of all ways.

    Args:
        starts: of each way, after a first one that fills caches.
    """
    with tempfile.TemporaryDirectory() as name, _ways(Path(name)) as ways:
        seconds: dict[str, list[float]] = {way: [] for way in ways}
        for turn in range(starts + 1):
            for way, own in ways.items():
                took = first_answer(own, Path(name))
                if turn:
                    seconds[way].append(took)
    figures = {way: _summary(taken) for way, taken in seconds.items()}
    for way, summary in figures.items():
        print(f"{way:>44}: {summary['median']:.2f} s ({summary['least']:.2f} to {summary['most']:.2f})")
    return {"starts": starts, "limit": LIMIT, "load_of_the_machine": round(os.getloadavg()[0], 1), "seconds": figures}


@contextmanager
def _ways(folder: Path) -> Iterator[dict[str, dict[str, str]]]:
    """The settings of each way, each with its model cached by an earlier start."""
    bundle = make_bundle(folder / "bundle", version="1")
    compiled = {"PYTHONPYCACHEPREFIX": str(folder / "bytecode"), "PYTHONDONTWRITEBYTECODE": ""}
    none = {"PYTHONPYCACHEPREFIX": str(folder / "none"), "PYTHONDONTWRITEBYTECODE": "1"}
    with registry_of(bundle) as registry:
        by_http = {"TINYSIGHT_MODEL": SPEC, "MLFLOW_TRACKING_URI": registry.url}
        by_sqlite = {"TINYSIGHT_MODEL": SPEC, "MLFLOW_TRACKING_URI": _store(folder / "project")}
        local = {"TINYSIGHT_MODEL": str(bundle)}
        cache = {"TINYSIGHT_CACHE_DIR": str(folder / "cache")}
        yield {
            "a bundle, one worker": {**local, **compiled, **cache},
            "a bundle, two workers": {**local, **compiled, **cache, "TINYSIGHT_WORKERS": "2"},
            "an MLflow server, two workers": {**by_http, **compiled, **cache, "TINYSIGHT_WORKERS": "2"},
            "MLflow's database, two workers": {**by_sqlite, **compiled, **cache, "TINYSIGHT_WORKERS": "2"},
            "a bundle, two workers, no bytecode at all": {**local, **none, **cache, "TINYSIGHT_WORKERS": "2"},
        }


def _store(root: Path) -> str:
    """The address of a database in which a version of the colours is in production."""
    from tinysight.tracking.release import release

    params, paths = make_results(root)
    give_store(paths)
    os.environ.pop("MLFLOW_TRACKING_URI", None)
    release(params, Paths(root))
    return f"sqlite:///{paths.store}"


def first_answer(own: dict[str, str], folder: Path) -> float:
    """Seconds from the start of the process to the first correct answer; ends the service again.

    Raises:
        RuntimeError: if the service ends, or does not answer for a minute.
    """
    port = free_port()
    environment = service_environment(**own, TINYSIGHT_PORT=str(port))
    began = time.perf_counter()
    with (folder / "log").open("wb") as log:
        words = [sys.executable, "-m", "serve"]
        process = subprocess.Popen(words, env=environment, cwd=folder, stdout=log, stderr=subprocess.STDOUT)
    try:
        while time.perf_counter() < began + PATIENCE and process.poll() is None:
            if _ask(port):
                return time.perf_counter() - began
            time.sleep(0.002)
        raise RuntimeError(f"no answer: {(folder / 'log').read_text()[-2000:]}")
    finally:
        process.terminate()
        process.wait(60)


def _ask(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    try:
        connection.request("POST", "/predict", BODY, FORM)
        answer = connection.getresponse()
        return answer.status == 200 and json.loads(answer.read())["class"] == "red"
    except OSError:
        return False
    finally:
        connection.close()


def _summary(seconds: list[float]) -> dict[str, float]:
    return {
        "median": round(statistics.median(seconds), 3),
        "least": round(min(seconds), 3),
        "most": round(max(seconds), 3),
    }


if __name__ == "__main__":
    print(json.dumps(measure(), indent=1))
