"""More requests than can be answered, a worker killed among them, and files that attack the decoder."""

import io
import os
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPException
from pathlib import Path

import pytest
from hostile_pictures import EXCESSIVE, TOO_LARGE
from PIL import Image
from serving import PHOTOS, Running, children, eventually, make_bundle, running
from slow_clients import answer_to, connect, head, memory_of, read_answer

from tinysight.client import Client, multipart

FORM, BODY = multipart("photo.jpg", PHOTOS[0].read_bytes())
WHOLE = head("/predict", f"Content-Type: {FORM}", f"Content-Length: {len(BODY)}") + BODY


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_bundle(tmp_path_factory.mktemp("overload") / "bundle")


@pytest.fixture(scope="module")
def service(bundle: Path) -> Iterator[Running]:
    with running(bundle, bundle.parent, TINYSIGHT_QUEUE="4", TINYSIGHT_MAX_BYTES="10000000") as service:
        yield service


def ask_until(ends: threading.Event, service: Running, seen: list[tuple[int, bool]]) -> None:
    """Notes status, and whether it says when to come back, for one keep-alive client that never heeds it."""
    with connect(service) as connection:
        while not ends.is_set():
            connection.sendall(WHOLE)
            status, headers, _ = read_answer(connection)
            seen.append((status, "retry-after" in headers))


def test_what_cannot_be_answered_is_refused_with_a_time_and_the_rest_goes_on(service: Running) -> None:
    ends, seen = threading.Event(), list[tuple[int, bool]]()
    with ThreadPoolExecutor(40) as pool:
        clients = [pool.submit(ask_until, ends, service, seen) for _ in range(40)]
        for number in range(10):
            assert service.ask("GET", ("/healthz", "/readyz")[number % 2])[0] == 200
        enough = eventually(lambda: seen.count((200, False)) > 40 and (503, True) in seen)
        ends.set()
        for client in clients:
            client.result()
    assert enough
    assert set(seen) == {(200, False), (503, True)}
    assert Client(service.url).predict(PHOTOS[0]).model_version == "local"


def test_slow_clients_do_not_fill_the_line(service: Running) -> None:
    slow = [connect(service) for _ in range(20)]
    for connection in slow:
        connection.sendall(WHOLE[:-100])
    assert Client(service.url, patience=0).predict(PHOTOS[0]).model_version == "local"
    for connection in slow:  # one after the other, or they would fill it now
        connection.sendall(WHOLE[-100:])
        assert read_answer(connection)[0] == 200
        connection.close()


def test_bodies_together_take_no_more_than_they_may(service: Running) -> None:
    """Those that began first give way to others, so that no one can keep all of it."""
    (worker,) = children(service.process.pid)
    beginning = head("/predict", "Content-Type: application/octet-stream", "Content-Length: 9900000") + bytes(4_000_000)
    before, slow = memory_of(worker), [connect(service) for _ in range(20)]  # 80 MB; 40 may be held
    for connection in slow:
        connection.sendall(beginning)
    assert Client(service.url).predict(PHOTOS[0]).model_version == "local"
    assert memory_of(worker) - before < 60
    status, headers, _ = read_answer(slow[0])
    assert (status, headers["retry-after"]) == (503, "1")
    slow[-1].sendall(bytes(5_900_000))
    assert read_answer(slow[-1])[0] == 415  # it was all here, and is no picture
    for connection in slow:
        connection.close()


def test_a_worker_killed_under_load_takes_only_its_own_requests_with_it(bundle: Path, tmp_path: Path) -> None:
    with running(bundle, tmp_path, TINYSIGHT_WORKERS="2") as service:
        first = children(service.process.pid)
        ends, lost, statuses = threading.Event(), [], Counter[int]()

        def ask() -> None:
            while not ends.is_set():
                try:
                    status = answer_to(service, WHOLE)[0]
                except (OSError, HTTPException):  # it died before its answer, or in the middle of it
                    status = 0
                statuses[status] += 1
                if not status:
                    lost.append(time.monotonic())

        with ThreadPoolExecutor(8) as pool:
            clients = [pool.submit(ask) for _ in range(8)]
            assert eventually(lambda: statuses[200] > 8)
            os.kill(first[0], signal.SIGKILL)
            assert eventually(lambda: len(set(children(service.process.pid)) - {first[0]}) == 2)
            before = statuses[200]
            assert eventually(lambda: statuses[200] > before + 8)
            ends.set()
            for client in clients:
                client.result()
        assert set(statuses) <= {200, 0}
        assert len(lost) <= 8  # one for each client at most


@pytest.mark.parametrize("make", [*EXCESSIVE.values(), *TOO_LARGE.values()], ids=[*EXCESSIVE, *TOO_LARGE])
def test_a_file_that_attacks_the_decoder_is_refused(service: Running, make: Callable[[], bytes]) -> None:
    (worker,) = children(service.process.pid)
    data, before = make(), memory_of(worker)
    request = head("/predict", "Content-Type: application/octet-stream", f"Content-Length: {len(data)}") + data
    assert answer_to(service, request)[0] == 413
    assert memory_of(worker) - before < 60


def test_an_upload_of_100_megabytes_is_refused_while_it_comes(service: Running) -> None:
    (worker,) = children(service.process.pid)
    before, piece = memory_of(worker), bytes(1_000_000)
    chunked = head("/predict", "Content-Type: image/png", "Transfer-Encoding: chunked")
    pieces = [b"%x\r\n%s\r\n" % (len(piece), piece)] * 100
    for request in ([chunked, *pieces, b"0\r\n\r\n"], [chunked.replace(b"image/png", FORM.encode()), *pieces]):
        assert answer_to(service, *request)[0] in (400, 413)
        assert memory_of(worker) - before < 60


def test_after_all_that_it_is_as_it_was(service: Running) -> None:
    file = io.BytesIO()
    Image.new("RGB", (30, 30), (255, 0, 0)).save(file, "PNG")
    assert Client(service.url).predict(file.getvalue()).class_name == "red"
    assert "Traceback" not in service.log.read_text()
    assert len(children(service.process.pid)) == 1
