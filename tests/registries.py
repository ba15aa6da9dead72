"""A registry made by hand that speaks MLflow's REST as far as the service asks, and misbehaves as a test wants."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from serving import Running, running

SPEC = "models:/colours@production"
PROXY = "/api/2.0/mlflow-artifacts/artifacts/"
Answer = tuple[int, bytes]


@dataclass
class Registry:
    """What the server answers; a test changes it.

    Attributes:
        bundle: the files of every version that has none of its own.
        version: what the alias names.
        uri: where the files of every version are; by default each has its place behind the proxy.
        bundles: the files of versions, by number.
        tags: the digests of versions that are tagged with one, by number.
        promoted: since when versions are in production, by number.
        answers: made in place of the usual ones, by the end of the address.
        asked: the addresses of all requests so far.
        headers: of the last request.
    """

    bundle: Path
    version: str = "1"
    uri: str = ""
    bundles: dict[str, Path] = field(default_factory=dict)
    tags: dict[str, str] = field(default_factory=dict)
    promoted: dict[str, str] = field(default_factory=dict)
    answers: dict[str, Callable[[], Answer]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    headers: dict[str, str] = field(default_factory=dict)
    server: ThreadingHTTPServer | None = None
    port: int = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def answer(self, path: str) -> Answer:
        self.asked.append(path)
        for end, make in self.answers.items():
            if path.endswith(end):
                return make()
        version = self.version
        uri = self.uri or f"mlflow-artifacts:/{version}/bundle"
        if path.endswith("/registered-models/alias"):
            tags = [{"key": "tinysight.sha256", "value": self.tags[version]}] if version in self.tags else []
            if version in self.promoted:
                tags.append({"key": "tinysight.promoted_at", "value": self.promoted[version]})
            found = {"name": "colours", "version": version, "source": uri, "tags": tags}
            return 200, json.dumps({"model_version": found}).encode()
        if path.endswith("/get-download-uri"):
            return 200, json.dumps({"artifact_uri": uri}).encode()
        number, _, name = path.removeprefix(PROXY).partition("/bundle/")
        file = self.bundles.get(number, self.bundle) / name
        return (200, file.read_bytes()) if path.startswith(PROXY) and file.is_file() else (404, b"{}")

    def start(self) -> None:
        """Listens on the same port as before, or at first on a free one."""
        registry = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                registry.headers = dict(self.headers.items())
                status, body = registry.answer(urlsplit(self.path).path)
                self.send_response(status)
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                return

        self.server = ThreadingHTTPServer(("127.0.0.1", self.port), Handler)
        self.port = self.server.server_port
        self.server.daemon_threads = True
        self.server.handle_error = lambda *_: None  # type: ignore[method-assign]
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    def stop(self) -> None:
        """Refuses connections from now on."""
        if self.server is not None:
            self.server.shutdown()
            self.server.server_close()
        self.server = None

    def downloads(self, version: str) -> int:
        """How often a version's model was downloaded."""
        return sum(path.endswith(f"/{version}/bundle/model.onnx") for path in self.asked)


@contextmanager
def registry_of(bundle: Path) -> Iterator[Registry]:
    """A registry that answers until the block ends."""
    registry = Registry(bundle)
    registry.start()
    yield registry
    registry.stop()


def following(registry: Registry, folder: Path, *, before: str = "", **own: str) -> AbstractContextManager[Running]:
    """A service that polls each second; `before` is Python that runs before it starts."""
    settings = {"TINYSIGHT_WORKERS": "2", "TINYSIGHT_POLL_SECONDS": "1", "MLFLOW_TRACKING_URI": registry.url}
    settings["TINYSIGHT_CACHE_DIR"] = str(folder / "cache")
    start = f"import os, sys, time\n{before}\nfrom serve.__main__ import main\nsys.exit(main())"
    return running(SPEC, folder, program=("-c", start) if before else ("-m", "serve"), **{**settings, **own})


def ready(service: Running) -> dict[str, Any]:
    answer: dict[str, Any] = json.loads(service.ask("GET", "/readyz")[2])
    return answer


def all_serve(service: Running, version: str) -> bool:
    """True when many fresh connections, which reach every worker, name that version."""
    return all(ready(service)["model_version"] == version for _ in range(16))
