"""The real service's app behind answers that a test prepares: refusals, waits, routes that are not there yet."""

import contextlib
import json
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import uvicorn
from projects import ROOT, free_port
from serving import service_environment
from starlette.types import ASGIApp, Receive, Scope, Send

PREPARE, HEARD = "/stub/prepare", "/stub/heard"


class Stub:
    """Answers what was prepared for an address, as often as was said; everything else goes to the app."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self.prepared: dict[str, list[dict[str, Any]]] = {}
        self.heard: list[dict[str, Any]] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        path = scope.get("path", "")
        if path == PREPARE:
            wanted = json.loads(await _body(receive))
            self.prepared[wanted["path"]] = [wanted] * wanted["times"]
            await _answer(send, 200, {}, "{}")
        elif path == HEARD:
            await _answer(send, 200, {}, json.dumps(self.heard))
        elif self.prepared.get(path):
            body = (await _body(receive)).decode("latin-1")
            headers = {k.decode(): v.decode("latin-1") for k, v in scope["headers"]}
            self.heard.append({"path": path, "body": body, "headers": headers, "at": time.monotonic()})
            answer = self.prepared[path].pop()
            await _answer(send, answer["status"], answer["headers"], answer["body"])
        else:
            await self.app(scope, receive, send)


class Stubbed:
    """A stubbed service from the test's side."""

    def __init__(self, url: str) -> None:
        self.url = url

    def prepare(self, path: str, status: int, body: Any = None, *, times: int = 1, **headers: str) -> None:
        """Lets the next requests for a path be answered so; JSON unless the body is text."""
        text = body if isinstance(body, str) else json.dumps(body)
        names = {name.replace("_", "-"): value for name, value in headers.items()}
        wanted = {"path": path, "status": status, "body": text, "headers": names, "times": times}
        self._ask(PREPARE, json.dumps(wanted).encode())

    def heard(self, path: str) -> list[dict[str, Any]]:
        """The requests that prepared answers were given to."""
        return [request for request in self._ask(HEARD) if request["path"] == path]

    def get(self, path: str) -> Any:
        """The JSON at an address."""
        return self._ask(path)

    def _ask(self, path: str, body: bytes | None = None) -> Any:
        with urllib.request.urlopen(self.url + path, body, timeout=60) as response:
            return json.load(response)


@contextmanager
def stubbed(model: Path) -> Iterator[Stubbed]:
    """A stubbed service in a process of its own until the block ends."""
    port = free_port()
    environment = service_environment(TINYSIGHT_MODEL=str(model), TINYSIGHT_PORT=str(port))
    with subprocess.Popen([sys.executable, __file__], env=environment) as process:
        try:
            _wait(port, process)
            yield Stubbed(f"http://127.0.0.1:{port}")
        finally:
            process.terminate()


def _wait(port: int, process: "subprocess.Popen[bytes]") -> None:
    end = time.monotonic() + 60
    while time.monotonic() < end and process.poll() is None:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.05)
    raise AssertionError("the stubbed service did not start")


async def _body(receive: Receive) -> bytes:
    content, more = b"", True
    while more:
        message = await receive()
        content, more = content + message.get("body", b""), message.get("more_body", False)
    return content


async def _answer(send: Send, status: int, headers: dict[str, str], text: str) -> None:
    found = {"content-type": "application/json", **{k.lower(): v for k, v in headers.items()}}
    raw = [(name.encode(), value.encode()) for name, value in found.items()]
    await send({"type": "http.response.start", "status": status, "headers": raw})
    await send({"type": "http.response.body", "body": text.encode() if status != 204 else b""})


def main() -> None:
    """Serves the app of the environment's model behind a stub."""
    sys.path.insert(0, str(ROOT))
    from serve.app import create_app
    from serve.settings import load_settings

    settings = load_settings()
    uvicorn.run(Stub(create_app(settings)), port=settings.port, log_level="warning")


if __name__ == "__main__":
    main()
