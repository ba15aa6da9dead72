"""The log of a real service: one JSON object a line, whatever clients send."""

import json
import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from onnx_models import solid_png
from projects import free_port
from serving import RGB, Running, eventually, make_bundle, running, service_environment, wait_until_ready

from serve.log_outlet import LogOutlet
from serve.logs import start_log, utc_time
from tinysight.client import multipart

CONTENT_TYPE, RED = multipart("secret-name.png", solid_png(RGB["red"]))
RFC_3339 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_bundle(tmp_path_factory.mktemp("logs") / "bundle", version="12")


@pytest.fixture(scope="module")
def service(bundle: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with running(bundle, tmp_path_factory.mktemp("service"), TINYSIGHT_LOG_CLIENTS="true") as service:
        yield service


def lines(service: Running) -> list[dict[str, Any]]:
    return [json.loads(line) for line in service.log.read_text().splitlines()]


def line_of(service: Running, request_id: str) -> dict[str, Any]:
    """The one about a request; it is written when the answer has been sent."""
    assert eventually(lambda: request_id in service.log.read_text())
    (found,) = [line for line in lines(service) if line.get("request_id") == request_id]
    return found


def send(service: Running, text: bytes) -> bytes:
    """What is answered to bytes that no client library would send."""
    host, port = service.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=60) as connection:
        connection.sendall(text)
        return b"".join(iter(lambda: connection.recv(10_000), b""))


def test_a_prediction_has_a_line_that_says_what_became_of_it(service: Running) -> None:
    status, headers, content = service.ask(
        "POST", "/predict?top=1&token=hidden", RED, Content_Type=CONTENT_TYPE, Authorization="Bearer hidden"
    )
    line = line_of(service, headers["x-request-id"])
    assert status == 200
    assert RFC_3339.fullmatch(line.pop("time"))
    assert 0 < line.pop("duration_ms") < 60_000
    for name, said in (
        *(("level", "info"), ("logger", "serve.access"), ("message", "POST /predict 200"), ("method", "POST")),
        *(("route", "/predict"), ("status", 200), ("bytes_in", len(RED)), ("bytes_out", len(content))),
        *(("model_version", "12"), ("class", "red"), ("pictures", 1), ("client", "127.0.0.1")),
    ):
        assert line.pop(name) == said
    assert line == {"request_id": headers["x-request-id"]}
    assert "hidden" not in service.log.read_text()
    assert "secret-name" not in service.log.read_text()


def test_a_line_about_many_pictures_names_no_class(service: Running) -> None:
    pictures = [("files", solid_png(RGB[name])) for name in ("red", "green")]
    answer = httpx.post(f"{service.url}/predict/batch", files=pictures)
    line = line_of(service, answer.headers["x-request-id"])
    assert (line["pictures"], "class" in line) == (2, False)


@pytest.mark.parametrize("sent", ["a", "0f8fad5b-d9cb_469f.A", "x" * 64])
def test_a_well_formed_request_id_is_kept_and_sent_back_in_problems_too(service: Running, sent: str) -> None:
    _, headers, content = service.ask("GET", "/nowhere", X_Request_ID=sent)
    assert headers["x-request-id"] == sent
    assert json.loads(content)["request_id"] == sent
    assert line_of(service, sent)["path"] == "/nowhere"


@pytest.mark.parametrize("sent", ["", "x" * 65, "with space", 'a"b', "a\tb", "ä", "a\x1b[31m"])
def test_any_other_one_gets_a_new_one(service: Running, sent: str) -> None:
    request = f"GET /model HTTP/1.1\r\nHost: a\r\nX-Request-ID: {sent}\r\nConnection: close\r\n\r\n"
    answer = send(service, request.encode("latin-1"))
    found = re.search(rb"x-request-id: ([0-9a-f]+-[0-9a-f]+)\r\n", answer)
    assert found is not None
    status = line_of(service, found[1].decode())["status"]
    assert status == int(answer.split()[1])
    assert status in (200, 400)  # the parser of HTTP itself refuses a control character


def test_nobody_writes_lines_of_his_own(service: Running) -> None:
    """Line breaks, terminal escapes and half characters in a path come out as text inside one line."""
    path = '/%0a%7b"level":"error"%7d%0d%1b[2J%e2%80%a8%ff%00%ed%a0%80'
    send(service, f"GET {path} HTTP/1.1\r\nHost: a\r\nX-Request-ID: mine\r\nConnection: close\r\n\r\n".encode())
    assert eventually(lambda: '"mine"' in service.log.read_text())
    assert line_of(service, "mine")["path"].startswith('/\n{"level":"error"}\r\x1b[2J')
    assert service.log.read_bytes().isascii()
    assert "\x1b" not in service.log.read_text()


def test_a_long_path_is_cut(service: Running) -> None:
    service.ask("GET", "/" + "a" * 5000, X_Request_ID="long")
    assert len(line_of(service, "long")["path"]) == 200


def test_probes_are_quiet_until_they_fail(service: Running) -> None:
    service.ask("GET", "/healthz", X_Request_ID="quiet")
    service.ask("DELETE", "/healthz", X_Request_ID="loud")
    assert line_of(service, "loud")["status"] == 405
    assert not [line for line in lines(service) if line.get("request_id") == "quiet"]


def test_a_client_that_has_gone_is_told_from_one_that_was_refused(service: Running) -> None:
    host, port = service.url.removeprefix("http://").split(":")
    head = f"X-Request-ID: gone\r\nContent-Type: {CONTENT_TYPE}\r\nContent-Length: {len(RED)}"
    with socket.create_connection((host, int(port)), timeout=60) as connection:
        connection.sendall(f"POST /predict HTTP/1.1\r\nHost: a\r\n{head}\r\n\r\n".encode() + RED[:50])
        time.sleep(0.2)
    assert eventually(lambda: '"gone"' in service.log.read_text())
    assert (line_of(service, "gone")["status"], line_of(service, "gone")["bytes_in"]) == (499, 50)


def test_a_fault_has_its_traceback_in_the_log_and_only_there(bundle: Path, tmp_path: Path) -> None:
    """Something raises in the middle of a request; both lines name it."""
    before = (
        "from serve.metrics import Metrics\n"
        "Metrics.decoded = lambda *_: 1 / 0\n"
        "import sys; from serve.__main__ import main; sys.exit(main())"
    )
    with running(bundle, tmp_path, program=("-c", before)) as service:
        status, headers, content = service.ask("POST", "/predict", RED, Content_Type=CONTENT_TYPE)
        assert (status, json.loads(content)["request_id"]) == (500, headers["x-request-id"])
        assert b"division" not in content
        assert eventually(lambda: service.log.read_text().count(headers["x-request-id"]) == 2)
        found = [line for line in lines(service) if line.get("request_id") == headers["x-request-id"]]
        assert [line["level"] for line in found] == ["error", "error"]
        assert "ZeroDivisionError: division by zero" in found[0]["traceback"]
        assert (found[1]["status"], "traceback" in found[1]) == (500, False)


def test_text_is_for_people_and_levels_are_kept(bundle: Path, tmp_path: Path) -> None:
    with running(bundle, tmp_path, TINYSIGHT_LOG_FORMAT="text", TINYSIGHT_LOG_LEVEL="debug") as service:
        service.ask("POST", "/predict", RED, Content_Type=CONTENT_TYPE, X_Request_ID="mine")
        service.ask("GET", "/%0aforged", X_Request_ID="forged")
        assert eventually(lambda: "[forged]" in service.log.read_text())
        text = service.log.read_text()
    assert re.search(r"^\d\d:\d\d:\d\d info     serving colours version 12 on port \d+$", text, re.MULTILINE)
    assert re.search(r"info     POST /predict 200  \d+\.\d ms  red by version 12  \[mine\]$", text, re.MULTILINE)
    assert re.search(r"info     GET /\\nforged 404  \d+\.\d ms  \[forged\]$", text, re.MULTILINE)
    assert re.search(r"debug    GET /readyz 200", text)


def test_a_log_that_nobody_reads_stops_nobody(bundle: Path, tmp_path: Path) -> None:
    """A reader of the pipe that hangs: requests are answered all the same."""
    port = free_port()
    environment = service_environment(TINYSIGHT_MODEL=str(bundle), TINYSIGHT_PORT=str(port))
    process = subprocess.Popen([sys.executable, "-m", "serve"], cwd=tmp_path, env=environment, stdout=subprocess.PIPE)
    try:
        service = Running(f"http://127.0.0.1:{port}", process, tmp_path / "none")
        wait_until_ready(service)
        assert process.stdout is not None
        long = "/" + "a" * 190
        for _ in range(150):  # over 64 KiB, which is what the pipe holds
            assert service.ask("GET", long)[0] == 404
        assert service.ask("GET", "/model")[0] == 200
    finally:
        process.terminate()
        process.wait(60)
        process.stdout.close()  # type: ignore[union-attr]


def test_a_record_of_any_library_is_a_line(capfd: pytest.CaptureFixture[str]) -> None:
    import logging

    root = logging.getLogger()
    before, level = [*root.handlers], root.level
    read, write = os.pipe()
    outlet = LogOutlet(write)
    try:
        start_log("info", "json", outlet)
        logging.getLogger("some.library").warning("two\nlines and %s", "ü\ud800")
        logging.getLogger("some.library").debug("too much")
    finally:
        logging.captureWarnings(capture=False)
        root.handlers[:] = before
        root.setLevel(level)
    line = json.loads(os.read(read, 10_000))
    assert (line["level"], line["logger"], line["message"]) == ("warning", "some.library", "two\nlines and ü\ud800")
    outlet.close()
    os.close(read)
    os.close(write)


def test_times_are_universal() -> None:
    assert utc_time(0.9999) == "1970-01-01T00:00:00.999Z"
    assert utc_time(1_795_329_229.25) == "2026-11-22T06:33:49.250Z"
