"""The client's connections: kept, opened again, waited for, given up."""

import json
import os
import select
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from tinysight.client import Client
from tinysight.errors import ConfigError, ServiceError

READY = (200, {}, b"{}")
LABELS = (200, {}, b'{"class_names": ["one", "two"]}')
BUSY = b'{"type": "urn:tinysight:problem:busy", "detail": "Wait."}'
Answer = tuple[int, dict[str, str], bytes]


@dataclass
class Service:
    """A service that gives the answers of a list, then always the last, and notes what it was asked."""

    answers: list[Answer]
    port: int = 0
    connections: list[int] = field(default_factory=list)
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    idle: float = 20.0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"


@pytest.fixture
def service() -> Iterator[Service]:
    service = Service([LABELS])

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def setup(self) -> None:
            self.timeout = service.idle
            super().setup()

        def do_GET(self) -> None:
            service.connections.append(self.client_address[1])
            service.asked.append((self.path, dict(self.headers.items())))
            self.rfile.read(int(self.headers.get("Content-Length", "0")))
            status, headers, body = service.answers.pop(0) if len(service.answers) > 1 else service.answers[0]
            self.send_response(status)
            for name, value in {"Content-Length": str(len(body)), **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def do_POST(self) -> None:
            self.do_GET()

        def log_message(self, *_: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    service.port = server.server_port
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield service
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_thread_keeps_its_connection_and_others_have_their_own(service: Service) -> None:
    client = Client(service.url)
    for _ in range(3):
        assert client.labels() == ("one", "two")
    assert len(set(service.connections)) == 1
    thread = threading.Thread(target=client.labels)
    thread.start()
    thread.join()
    assert len(set(service.connections)) == 2


def test_a_connection_that_the_service_has_closed_is_opened_again(service: Service) -> None:
    service.idle = 0.05
    client = Client(service.url)
    assert client.labels() == ("one", "two")
    ended = client._connection._mine.kept.connection.sock
    assert select.select([ended], [], [], 60)[0]  # its end can be read
    assert client.labels() == ("one", "two")
    assert len(set(service.connections)) == 2


def test_a_closed_client_can_be_used_again(service: Service) -> None:
    with Client(service.url) as client:
        client.labels()
    assert client.labels() == ("one", "two")
    assert len(set(service.connections)) == 2


def test_a_forked_process_does_not_share_its_parents_connection(service: Service) -> None:
    client = Client(service.url)
    client.labels()
    child = os.fork()
    if child == 0:
        os._exit(0 if client.labels() == ("one", "two") else 1)
    assert os.waitpid(child, 0)[1] == 0
    client.labels()
    assert len(set(service.connections)) == 2
    assert service.connections[0] == service.connections[2]


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize("headers", [{"Retry-After": "0"}, {}, {"Retry-After": "soon"}])
def test_a_busy_service_is_asked_again(service: Service, status: int, headers: dict[str, str]) -> None:
    service.answers = [(status, headers, BUSY), (status, headers, BUSY), LABELS]
    assert Client(service.url).labels() == ("one", "two")
    assert len(service.asked) == 3


def test_the_service_says_how_long_to_wait_also_as_a_date(service: Service) -> None:
    soon = formatdate(time.time() + 1.0, usegmt=True)
    service.answers = [(503, {"Retry-After": soon}, BUSY), LABELS]
    assert Client(service.url).labels() == ("one", "two")
    service.answers = [(503, {"Retry-After": formatdate(time.time() + 3600, usegmt=True)}, BUSY)]
    with pytest.raises(ServiceError, match="Wait"):
        Client(service.url).labels()


def test_patience_has_an_end(service: Service) -> None:
    service.answers = [(503, {"Retry-After": "3600"}, BUSY)]
    with pytest.raises(ServiceError, match=r"Wait\. \(status 503\)") as caught:
        Client(service.url).labels()
    assert (caught.value.status, caught.value.kind, len(service.asked)) == (503, "busy", 1)
    service.answers = [(429, {"Retry-After": "0"}, BUSY)]
    with pytest.raises(ServiceError):
        Client(service.url, patience=0.2).labels()
    assert 3 <= len(service.asked) <= 6


@pytest.mark.parametrize("status", [400, 401, 404, 408, 413, 500, 502, 504])
def test_what_will_not_change_is_asked_once(service: Service, status: int) -> None:
    service.answers = [(status, {}, BUSY)]
    with pytest.raises(ServiceError, match=f"status {status}"):
        Client(service.url).labels()
    assert len(service.asked) == 1


def test_an_address_that_has_moved_is_told(service: Service) -> None:
    service.answers = [(301, {"Location": "https://elsewhere.example/"}, b"")]
    with pytest.raises(ServiceError, match=r"elsewhere\.example"):
        Client(service.url).predict(b"x")


def test_ready_is_asked_once_and_never_an_error(service: Service) -> None:
    client = Client(service.url)
    service.answers = [READY]
    assert client.ready()
    service.answers = [(503, {"Retry-After": "5"}, BUSY)]
    assert not client.ready()
    assert len(service.asked) == 2
    assert not Client("http://127.0.0.1:9").ready()


def test_a_key_is_sent_with_every_request(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    Client(service.url).labels()
    monkeypatch.setenv("TINYSIGHT_API_KEY", "from-the-environment\n")
    Client(service.url).labels()
    Client(service.url, api_key="given").labels()
    Client(service.url, api_key="").labels()
    keys = [headers.get("Authorization") for _, headers in service.asked]
    assert keys == [None, "Bearer from-the-environment", "Bearer given", None]


@pytest.mark.parametrize("key", ["two\nlines", "schlüssel", "nul\0"])
def test_a_key_that_cannot_be_one_is_refused(key: str) -> None:
    with pytest.raises(ConfigError, match="printable ASCII"):
        Client("http://127.0.0.1", api_key=key)


def test_a_service_below_a_path_and_a_proxy_are_asked_by_their_names(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    Client(f"{service.url}/parts/").labels()
    monkeypatch.setenv("http_proxy", service.url)
    Client("http://pictures.example/parts").labels()
    Client(service.url, api_key="k").ready()  # no_proxy is empty: this one goes by the proxy, too
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    Client(service.url).ready()
    paths = [path for path, _ in service.asked]
    assert paths == ["/parts/labels", "http://pictures.example/parts/labels", f"{service.url}/readyz", "/readyz"]


@pytest.mark.parametrize(
    "answer",
    [b"{}", b'{"predictions": []}', b'{"predictions": [{"file": "x"}]}', b'{"predictions": 3}', b"[]"],
)
def test_an_answer_about_many_that_is_none_is_an_error_in_words(service: Service, answer: bytes) -> None:
    service.answers = [(200, {}, answer)]
    with pytest.raises(ServiceError, match="not a tinysight service"):
        list(Client(service.url).predict_many([b"x"]))


@pytest.mark.parametrize("answer", [b"{}", json.dumps({"name": 1, "class_names": 2}).encode()])
def test_a_model_that_is_none_is_an_error_in_words(service: Service, answer: bytes) -> None:
    service.answers = [(200, {}, answer)]
    for ask in (Client(service.url).model, Client(service.url).labels):
        with pytest.raises(ServiceError, match="not a tinysight service"):
            ask()
