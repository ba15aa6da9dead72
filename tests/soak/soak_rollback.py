"""`make soak`: `tinysight registry rollback` under 20 requests a second, over a real MLflow server."""

import os
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "tests"))

from bench.bench import write  # noqa: E402 - tests/ is no package
from mlflow_server import mlflow_server  # noqa: E402
from onnx_models import solid_png  # noqa: E402
from registries import all_serve  # noqa: E402
from results import BAD, make_results  # noqa: E402
from serving import Running, eventually, running  # noqa: E402
from steady_load import SteadyLoad  # noqa: E402

from tinysight.paths import Paths  # noqa: E402 - as above
from tinysight.tracking.history import rollback  # noqa: E402
from tinysight.tracking.pull import pull  # noqa: E402
from tinysight.tracking.registry import promote  # noqa: E402
from tinysight.tracking.release import release  # noqa: E402

POLL_SECONDS = 5.0
PROMISE = POLL_SECONDS + 2  # seconds from the end of the command until no worker answers with the version before
CLIENTS, EVERY = 4, 0.2  # 20 requests a second


def main(times: int) -> int:
    """Goes back and forth; looks for answers that failed, were wrong for their version, or came too late."""
    with tempfile.TemporaryDirectory() as name, mlflow_server(Path(name) / "mlflow") as uri:
        folder = Path(name)
        os.environ["MLFLOW_TRACKING_URI"] = uri
        paths = _two_versions(folder / "project")
        bundles = {number: pull(f"models:/colours/{number}", folder / "pulled").folder for number in "12"}
        own = {"MLFLOW_TRACKING_URI": uri, "TINYSIGHT_WORKERS": "2", "TINYSIGHT_POLL_SECONDS": str(POLL_SECONDS)}
        own["TINYSIGHT_CACHE_DIR"] = str(folder / "cache")
        with running("models:/colours@production", folder, **own) as service:
            assert eventually(lambda: all_serve(service, "2"), 60)
            with SteadyLoad(service.url, solid_png((200, 0, 0)), bundles, CLIENTS, EVERY) as load:
                began = time.monotonic()
                delays = [_delay(paths, service, load) for _ in range(times)]
                seconds = time.monotonic() - began
        os.chdir(ROOT)
    told = load.figures(delays, seconds, poll=POLL_SECONDS, promise=PROMISE)
    figures = {"rollbacks": len(delays), **told}
    print(figures, *load.wrong[:5], sep="\n")
    write("rollback", figures)
    return 1 if load.wrong or max(delays) > PROMISE else 0


def _two_versions(project: Path) -> Paths:
    """A project whose second version is in production."""
    params, paths = make_results(project, "~model@models.mlp", noise=BAD)
    os.chdir(project)
    release(params, paths)
    release(*make_results(project, "~model@models.mlp", seed=1))
    promote(paths, "2", force=True)
    return paths


def _delay(paths: Paths, service: Running, load: SteadyLoad) -> float:
    """Goes back to version 1: seconds from then until the last answer of version 2 was begun. Then forth again."""
    rollback(paths, "a soak")
    moved = time.monotonic()
    time.sleep(PROMISE + 1)
    delay = load.last_of_others("1", moved)
    promote(paths, "2", why="forth again", force=True)
    assert eventually(lambda: all_serve(service, "2"), 60)
    return delay


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 20))
