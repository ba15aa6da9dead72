"""The servers that `make bench-serving` compares: how each is started, and where its packages come from."""

import hashlib
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from environments import make_environment

from tinysight.api_key import hash_of

ROOT = Path(__file__).resolve().parent.parent.parent
PEERS = Path(__file__).resolve().parent / "peers"
KEY = "tinysight_key-of-the-benchmark"
# no server may tell anybody about this run, and none may see a graphics card
QUIET = {"ORT_DISABLE_TELEMETRY": "1", "BENTOML_DO_NOT_TRACK": "true", "TF_CPP_MIN_LOG_LEVEL": "3"}


@dataclass(frozen=True)
class Contender:
    """One server of the comparison.

    Attributes:
        name: as the table has it.
        words: its command; `{port}` stands for the port.
        own: its environment, where `{port}` and `{served}` (the folder of model and photo) stand for themselves.
        packages: the list in peers/requirements that its virtual environment is made of; ours if empty.
        times: how many times its requests/s ours should be; 0 where nothing was promised.
        numbers: what of its /metrics is a figure of a turn: the metric of each.
    """

    name: str
    words: tuple[str, ...]
    own: Mapping[str, str] = field(default_factory=dict)
    packages: str = ""
    times: float = 0.0
    numbers: Mapping[str, str] = field(default_factory=dict)

    def command(self, port: int) -> list[str]:
        """What to start; makes the virtual environment first where it is not there."""
        program, *rest = (word.format(port=port) for word in self.words)
        return [str(_binaries(self.packages) / program), *rest]

    def environment(self, port: int, served: Path) -> dict[str, str]:
        """Its settings and nothing of the caller's but where programs and home are."""
        own = {name: value.format(port=port, served=served) for name, value in self.own.items()}
        return {**{name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}, **QUIET, **own}


FLASK = ("python", "flask_tutorial.py")  # as the tutorials start it
GUNICORN = ("gunicorn", "--workers", "2", "--bind", "127.0.0.1:{port}", "flask_tutorial:app")
UVICORN = ("uvicorn", "--workers", "2", "--port", "{port}", "--no-access-log", "fastapi_plain:app")
KERAS = {"BENCH_KERAS": "{served}/model.keras", "BENCH_PORT": "{port}"}
ONNX = {"BENCH_MODEL": "{served}/model.onnx", "BENCH_PORT": "{port}"}


def tinysight(tracking_uri: str) -> Contender:
    """Our service with everything on: two workers, following, watching for drift, keys, a rate, metrics, JSON logs."""
    own = {
        "TINYSIGHT_MODEL": "models:/colours@production",
        "MLFLOW_TRACKING_URI": tracking_uri,
        "TINYSIGHT_CACHE_DIR": "{served}/cache",
        "TINYSIGHT_PORT": "{port}",
        "TINYSIGHT_WORKERS": "2",
        "TINYSIGHT_POLL_SECONDS": "2",
        "TINYSIGHT_API_KEYS": f"bench:{hash_of(KEY)}",
        "TINYSIGHT_RATE": "1000000/minute",
        "TINYSIGHT_LOG_FORMAT": "json",
        "TINYSIGHT_LOG_LEVEL": "info",
        "PYTHONPATH": str(ROOT),
    }
    drift = {"drift_watched": "tinysight_drift_watched", "drift_pictures": "tinysight_drift_pictures_total"}
    return Contender("tinysight", ("python", "-m", "serve"), own, numbers=drift)


RIVALS = (
    Contender("Flask, dev server, predict", FLASK, KERAS, times=40),
    Contender("Flask, gunicorn, predict", GUNICORN, KERAS, times=40),
    Contender("Flask, dev server, predict_on_batch", FLASK, {**KERAS, "BENCH_ON_BATCH": "1"}, times=6),
    Contender("Flask, gunicorn, predict_on_batch", GUNICORN, {**KERAS, "BENCH_ON_BATCH": "1"}),
    Contender("BentoML", ("bentoml", "serve", "bentoml_service:Classifier", "--host", "127.0.0.1", "--port", "{port}"),
              ONNX, "bentoml", times=1.7),
    Contender("LitServe", ("python", "litserve_server.py"), ONNX, "litserve", times=2),
    Contender("FastAPI, plain", UVICORN, ONNX, "fastapi"),
)  # fmt: skip


def _binaries(packages: str) -> Path:
    """The programs of a virtual environment with these packages, by hash, made once for each list."""
    if not packages:
        return Path(sys.executable).parent
    listed = PEERS / "requirements" / f"{packages}.txt"
    place = (
        ROOT / ".tinysight" / "cache" / "peers" / f"{packages}-{hashlib.sha256(listed.read_bytes()).hexdigest()[:8]}"
    )
    if not (place / "ready").exists():
        make_environment(place, listed, compiled=True)
        (place / "ready").touch()
    return place / "bin"
