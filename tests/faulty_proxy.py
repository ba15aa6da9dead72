"""A server in front of another one that stops being well after so many requests."""

import http.client
import threading
import time
import urllib.parse
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Fault:
    """What is wrong, and from which request on; /health stays well.

    Attributes:
        kind: error (status 503), reset (no answer), hang (none for a long time) or slow (one late); empty: nothing.
        after: how many requests are answered before.
        seconds: how long it hangs or is late.
    """

    url: str
    kind: str = ""
    after: int = 0
    seconds: float = 0.0
    seen: int = 0


@contextmanager
def faulty_proxy(target: str) -> Iterator[Fault]:
    """Yields the fault to set; its `url` is the proxy's."""
    place = urllib.parse.urlsplit(target).netloc

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *words: Any) -> None:
            """Prints nothing."""

        def _pass_on(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            well = self.path == "/health"
            fault.seen += not well
            if not well and fault.kind and fault.seen > fault.after and self._misbehave():
                return
            asked = http.client.HTTPConnection(place, timeout=60)
            asked.request(self.command, self.path, body, {**dict(self.headers), "Host": place})
            answer = asked.getresponse()
            content = answer.read()
            self.send_response(answer.status)
            for name, value in answer.getheaders():
                if name.lower() not in ("content-length", "transfer-encoding", "connection"):
                    self.send_header(name, value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)
            asked.close()

        def _misbehave(self) -> bool:
            """True if the request is not to be answered any more."""
            if fault.kind in ("hang", "slow"):
                time.sleep(fault.seconds)
            if fault.kind == "error":
                self.send_response(503)
                self.send_header("Content-Length", "0")
                self.end_headers()
            self.close_connection = True
            return fault.kind != "slow"

        do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _pass_on  # noqa: N815 - http.server names them so

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    fault = Fault(f"http://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield fault
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
