"""The service is stopped while it is used: nobody who was let in goes without an answer."""

import http.client
import os
import signal
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from onnx_models import solid_png
from scraped import in_progress
from serving import RGB, Running, children, door_is_closed, eventually, make_bundle, running

from tinysight.client import multipart

CONTENT_TYPE, BODY = multipart("red.png", solid_png(RGB["red"]))


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_bundle(tmp_path_factory.mktemp("ending") / "bundle")


class Clients:
    """Some that ask one request after another, on one connection or on a new one each time.

    Attributes:
        answered: how many got an answer.
        cut: what happened to those that sent a request and got none.
    """

    def __init__(self, service: Running, *, keep: bool) -> None:
        self.address, self.keep = service.url.removeprefix("http://"), keep
        self.answered, self.cut = 0, list[str]()

    @contextmanager
    def asking(self, count: int = 8) -> Iterator[None]:
        """Until the door is closed to them."""
        threads = [threading.Thread(target=self._ask) for _ in range(count)]
        for thread in threads:
            thread.start()
        yield
        for thread in threads:
            thread.join(60)

    def _ask(self) -> None:
        connection = http.client.HTTPConnection(self.address, timeout=60)
        while True:
            if connection.sock is None:
                try:
                    connection.connect()
                except OSError:  # refused: that is how a stopped service looks
                    return
            try:
                connection.request("POST", "/predict", BODY, {"Content-Type": CONTENT_TYPE})
                answer = connection.getresponse()
                assert answer.status == 200, answer.read()
                answer.read()
                self.answered += 1
            except (OSError, AssertionError, http.client.HTTPException) as error:
                self.cut.append(repr(error))
                connection.close()
            if not self.keep:
                connection.close()


@pytest.mark.parametrize("keep", [True, False], ids=["one connection", "new connections"])
def test_no_request_is_cut_off_when_it_stops_under_load(bundle: Path, tmp_path: Path, keep: bool) -> None:
    with running(bundle, tmp_path, TINYSIGHT_WORKERS="2") as service:
        clients = Clients(service, keep=keep)
        with clients.asking():
            assert eventually(lambda: clients.answered > 200)
            service.process.terminate()
        assert service.process.wait(60) == 0
        assert clients.cut == []
    assert "Traceback" not in service.log.read_text()


def test_before_it_stops_it_says_so_and_goes_on_for_the_time_that_is_set(bundle: Path, tmp_path: Path) -> None:
    """So that a load balancer sees it in time."""
    with running(bundle, tmp_path, TINYSIGHT_WORKERS="2", TINYSIGHT_DRAIN_SECONDS="4") as service:
        assert "connection" not in service.ask("GET", "/healthz")[1]
        service.process.terminate()
        assert eventually(lambda: service.ask("GET", "/readyz")[0] == 503)
        status, headers, _ = service.ask("POST", "/predict", BODY, Content_Type=CONTENT_TYPE)
        assert (status, headers["connection"]) == (200, "close")
        assert service.ask("GET", "/healthz")[0] == 200
        assert service.process.wait(60) == 0


def test_a_second_signal_ends_what_takes_long(bundle: Path, tmp_path: Path) -> None:
    with running(bundle, tmp_path) as service:
        host, port = service.url.removeprefix("http://").split(":")
        with socket.create_connection((host, int(port)), timeout=60) as connection:
            head = f"Content-Type: {CONTENT_TYPE}\r\nContent-Length: {len(BODY)}"
            connection.sendall(f"POST /predict HTTP/1.1\r\nHost: service\r\n{head}\r\n\r\n".encode() + BODY[:50])
            assert eventually(lambda: in_progress(service) == 1)
            service.process.terminate()
            assert eventually(lambda: door_is_closed(service))
            assert service.process.poll() is None
            began = time.monotonic()
            service.process.send_signal(signal.SIGINT)
            assert service.process.wait(60) == 0
            assert time.monotonic() - began < 20  # and not the half minute that requests may take


def test_a_worker_that_is_told_to_end_alone_finishes_and_is_replaced(bundle: Path, tmp_path: Path) -> None:
    with running(bundle, tmp_path, TINYSIGHT_WORKERS="2") as service:
        first = children(service.process.pid)[0]
        clients = Clients(service, keep=True)
        with clients.asking(4):
            assert eventually(lambda: clients.answered > 50)
            os.kill(first, signal.SIGTERM)
            assert eventually(lambda: first not in children(service.process.pid))
            assert eventually(lambda: len(children(service.process.pid)) == 2)
            service.process.terminate()
        assert clients.cut == []
