"""What one connection can make the service hold, and how each is ended."""

import json
import select
import signal
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from pathlib import Path

import pytest
from onnx_models import solid_png
from scraped import scrape, value
from serving import RGB, Running, children, eventually, make_bundle, running
from slow_clients import answer_to, connect, head, memory_of, open_connections, open_files, read_answer

from serve.problems import MEDIA_TYPE
from tinysight.client import Client, multipart

SECONDS = 1  # TINYSIGHT_BODY_SECONDS
LIMIT = 1_000_000
FORM, BODY = multipart("red.png", solid_png(RGB["red"]))
RAW = "Content-Type: application/octet-stream"
WHOLE = head("/predict", f"Content-Type: {FORM}", f"Content-Length: {len(BODY)}") + BODY


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_bundle(tmp_path_factory.mktemp("connection") / "bundle")


@pytest.fixture(scope="module")
def service(bundle: Path) -> Iterator[Running]:
    own = {"TINYSIGHT_BODY_SECONDS": str(SECONDS), "TINYSIGHT_MAX_BYTES": str(LIMIT)}
    with running(bundle, bundle.parent, TINYSIGHT_CONNECTIONS="300", **own) as service:
        yield service


@pytest.mark.parametrize(
    "beginning",
    [b"POST /pre", head("/predict")[:-2], head("/predict", RAW, "Content-Length: 500") + b"x" * 100],
    ids=["in the line", "in the headers", "in the body"],
)
def test_a_request_that_does_not_come_to_an_end_is_ended_with_408(service: Running, beginning: bytes) -> None:
    status, headers, content = answer_to(service, beginning)
    assert (status, headers["content-type"], headers["connection"]) == (408, MEDIA_TYPE, "close")
    assert b"TINYSIGHT_BODY_SECONDS" in content


@pytest.mark.parametrize(
    ("sent", "kind"),
    [(b"no HTTP\r\n\r\n", "bad-request"), (b"POST /pre", "too-slow"), (b"GET /" + b"a" * 200_000, "head-too-large")],
)
def test_what_never_became_a_request_has_an_id_and_a_line_and_is_counted(
    service: Running, sent: bytes, kind: str
) -> None:
    def refusals() -> float:
        found = scrape(service)
        return found.get(("tinysight_refusals_total", frozenset({("reason", kind)})), 0.0)

    before = refusals()
    status, headers, content = answer_to(service, sent[:100], sent[100:])
    if status:  # what comes after an answer may reset the connection before it is read
        request_id = headers["x-request-id"]
        assert json.loads(content)["request_id"] == request_id
        assert eventually(lambda: f'"request_id": "{request_id}"' in service.log.read_text())
    assert eventually(lambda: refusals() == before + 1)
    assert value(scrape(service), "tinysight_requests_in_progress") == 1


def test_one_that_dribbles_is_ended_too(service: Running) -> None:
    """A byte now and then does not win time."""
    with connect(service) as connection:
        connection.sendall(head("/predict", RAW, "Transfer-Encoding: chunked"))
        connection.settimeout(0.2)
        for _ in range(50):
            try:
                connection.sendall(b"1\r\nx\r\n")
                if connection.recv(100).startswith(b"HTTP/1.1 408"):
                    return
            except TimeoutError:
                continue
        pytest.fail("it goes on for 10 s")


def test_a_connection_that_says_nothing_is_closed(service: Running) -> None:
    assert answer_to(service)[0] == 0


def test_a_client_that_does_not_read_its_answers_is_cut_off(service: Running) -> None:
    (worker,) = children(service.process.pid)
    files = open_files(worker)
    with connect(service) as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        connection.setblocking(False)
        for _ in range(150):
            with suppress(OSError):
                connection.send(head("/static/style.css", method="GET") * 8)
            time.sleep(0.01)
        assert eventually(lambda: open_files(worker) <= files)
    assert memory_of(worker) < 100


@pytest.mark.parametrize("first", [b"POST /" + b"a" * 500_000, head("/predict")[:-2] + b"X: " + b"a" * 500_000])
def test_an_endless_line_or_header_is_refused(service: Running, first: bytes) -> None:
    assert answer_to(service, first[:100], first[100:300_000], first[300_000:])[0] in (0, 431)


def test_many_requests_ahead_of_their_answers_are_cut_off(service: Running) -> None:
    with connect(service) as connection:
        connection.sendall(head("/healthz", method="GET") * 8)
        heard = b""
        while heard.count(b"HTTP/1.1 200") < 8:
            heard += connection.recv(10_000)
    assert answer_to(service, head("/healthz", method="GET") * 5000)[0] in (0, 200)
    assert Client(service.url).ready()


def test_a_body_over_the_limit_gets_its_answer_however_it_comes(service: Running) -> None:
    long = bytes(3 * LIMIT)
    chunks = b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in (long[:LIMIT], long[:1], long)) + b"0\r\n\r\n"
    declared = head("/predict", RAW, f"Content-Length: {len(long)}")
    for request in (declared + long, head("/predict", RAW, "Transfer-Encoding: chunked") + chunks):
        status, headers, content = answer_to(service, request)
        assert (status, headers["content-type"]) == (413, MEDIA_TYPE), content
        assert f"{LIMIT:,}".encode() in content


def test_a_large_upload_that_waits_for_leave_is_not_sent_at_all(service: Running) -> None:
    with connect(service) as connection:
        connection.sendall(head("/predict", RAW, "Content-Length: 100000000", "Expect: 100-continue"))
        assert read_answer(connection)[0] == 413


def test_what_the_length_leaves_out_is_no_request(service: Running) -> None:
    """A shorter length than the body: its rest is not HTTP. A longer one: the service waits, and gives up."""
    short = WHOLE.replace(f"Content-Length: {len(BODY)}".encode(), b"Content-Length: 50")
    with connect(service) as connection:
        connection.sendall(short)
        assert read_answer(connection)[0] in (400, 422)
    long = WHOLE.replace(f"Content-Length: {len(BODY)}".encode(), f"Content-Length: {len(BODY) + 9}".encode())
    assert answer_to(service, long)[0] == 408


@pytest.mark.parametrize(
    "headers",
    [
        ("Content-Length: 5", "Transfer-Encoding: chunked"),
        ("Content-Length: 5", "Content-Length: 6"),
        ("Content-Length: -5",),
        ("Content-Length: 99999999999999999999999999",),
        ("Transfer-Encoding: chunked, identity",),
        ("Transfer Encoding: chunked",),
    ],
)
def test_lengths_that_two_programs_could_understand_differently_are_refused(
    service: Running, headers: tuple[str, ...]
) -> None:
    status, answer, content = answer_to(service, head("/predict", RAW, *headers) + b"0\r\n\r\n")
    assert (status, answer["content-type"]) == (400, MEDIA_TYPE), content


def test_an_offer_to_speak_another_protocol_is_passed_over(service: Running) -> None:
    for offer in ("websocket", "h2c"):
        request = head("/healthz", "Connection: Upgrade", f"Upgrade: {offer}", method="GET")
        assert answer_to(service, request)[0] == 200
    assert "Unsupported upgrade" not in service.log.read_text()


def test_more_connections_than_there_may_be_end_the_one_that_keeps_it_waiting_longest(service: Running) -> None:
    with open_connections(service, 400, b"POST /predict HTTP/1.1\r\nX: ") as slow:
        assert Client(service.url).predict(solid_png(RGB["red"])).class_name == "red"
        slow[0].settimeout(1)
        assert slow[0].recv(100).startswith(b"HTTP/1.1 408")
        slow[-1].settimeout(0.1)
        with pytest.raises(TimeoutError):
            slow[-1].recv(1)


def test_clients_that_cut_the_connection_leave_nothing_behind(service: Running) -> None:
    (worker,) = children(service.process.pid)
    files = open_files(worker)
    for number in range(300):
        with connect(service) as connection:
            if number % 3 == 0:  # with a reset
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
            connection.sendall(WHOLE[: 60 + 7 * number] if number % 2 else WHOLE)
    assert eventually(lambda: open_files(worker) <= files + 2)
    assert Client(service.url).predict(solid_png(RGB["red"])).class_name == "red"
    log = service.log.read_text()
    assert "Traceback" not in log
    assert '"level": "error"' not in log.lower().replace('":"', '": "')


def test_a_thousand_slow_clients_keep_nobody_from_being_answered(bundle: Path, tmp_path: Path) -> None:
    body = head("/predict", RAW, "Content-Length: 900000") + bytes(5000)
    with running(bundle, tmp_path, TINYSIGHT_WORKERS="2", TINYSIGHT_BODY_SECONDS="3") as service:
        client, red = Client(service.url), solid_png(RGB["red"])
        assert client.predict(red).class_name == "red"
        before = sum(memory_of(pid) for pid in children(service.process.pid))
        with ExitStack() as stack:
            slow = [
                *stack.enter_context(open_connections(service, 400, body)),
                *stack.enter_context(open_connections(service, 400, b"POST /predict HTTP/1.1\r\nX: ")),
                *stack.enter_context(open_connections(service, 200, b"")),
            ]
            for _ in range(40):
                assert Client(service.url).predict(red).class_name == "red"  # a new connection each time
            assert sum(memory_of(pid) for pid in children(service.process.pid)) - before < 40
            answers = [read_answer(connection)[0] for connection in slow]
        assert (answers.count(408), answers.count(0)) == (800, 200)


def test_a_worker_that_is_stuck_is_replaced_and_one_that_works_is_not(bundle: Path, tmp_path: Path) -> None:
    """As a decoder could be that a picture has caught in a circle; with the shortest time that may be set."""
    stuck = (
        "import time, serve.routes.predict as p; was = p.wanted_top;"
        "p.wanted_top = lambda request: time.sleep(60) if was(request) == 2 else was(request);"
        "import serve.__main__ as m; m.main()"
    )
    with running(bundle, tmp_path, program=("-c", stuck), TINYSIGHT_REQUEST_SECONDS="1") as service:
        (first,) = children(service.process.pid)
        with connect(service) as connection:
            for seconds in (1.8, 0.0):  # that it has nothing to do, with a client
                connection.sendall(head("/healthz", method="GET"))
                assert read_answer(connection)[0] == 200
                assert select.select([connection], [], [], seconds)[0] == []  # it has not gone
        assert answer_to(service, WHOLE.replace(b"/predict", b"/predict?top=2"))[0] == 0
        assert eventually(lambda: children(service.process.pid) not in ([first], []))
        assert eventually(lambda: Client(service.url).ready())
        assert Client(service.url).predict(solid_png(RGB["red"])).class_name == "red"
        assert service.log.read_text().count(f"ended with {-signal.SIGALRM}") == 1
