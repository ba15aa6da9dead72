"""`python -m serve` as a user starts it."""

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from onnx_models import COLOURS, solid_png
from scraped import in_progress
from serving import (
    PHOTOS,
    RGB,
    Running,
    children,
    door_is_closed,
    eventually,
    is_alive,
    make_bundle,
    running,
    service_environment,
    start_fails,
)

from tinysight.bundle import MODEL, sha256_of
from tinysight.client import Client, multipart

HEAVY = ("tensorflow", "keras", "mlflow", "dvc", "hydra", "omegaconf", "sklearn", "cv2", "matplotlib", "onnx", "pandas")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("service")


@pytest.fixture(scope="module")
def bundle(folder: Path) -> Path:
    return make_bundle(folder / "bundle", version="12")


@pytest.fixture(scope="module")
def service(folder: Path, bundle: Path) -> Iterator[Running]:
    with running(bundle, folder, TINYSIGHT_WORKERS="2", TINYSIGHT_MAX_BYTES="1000000") as service:
        yield service


def test_the_answer_has_the_promised_fields(service: Running) -> None:
    content_type, body = multipart("red.png", solid_png(RGB["red"]))
    status, headers, content = service.ask("POST", "/predict", body, Content_Type=content_type)
    answer = json.loads(content)
    assert (status, headers["content-type"]) == (200, "application/json")
    assert list(answer) == [
        *("class", "unknown", "best_class", "confidence", "probabilities"),
        *("model_version", "prediction_id"),
    ]
    assert (answer["class"], answer["unknown"], answer["model_version"]) == ("red", False, "12")
    assert tuple(answer["probabilities"]) == COLOURS


def test_it_says_that_it_lives_and_what_it_serves(service: Running, bundle: Path) -> None:
    assert json.loads(service.ask("GET", "/healthz")[2]) == {"status": "ok"}
    ready = json.loads(service.ask("GET", "/readyz")[2])
    assert ready == {"status": "ready", "model_version": "12", "wanted_version": None, "trouble": None}
    model = json.loads(service.ask("GET", "/model")[2])
    assert (model["name"], model["version"], model["sha256"]) == ("colours", "12", sha256_of(bundle / MODEL))
    assert (model["class_names"], model["image_size"]) == (list(COLOURS), 8)


def test_many_at_once_are_answered_alike_by_all_workers(service: Running) -> None:
    client, photo = Client(service.url), PHOTOS[0].read_bytes()
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: client.predict(photo), range(64)))
    assert len({json.dumps(answer.answer()) for answer in answers}) == 1
    assert len({answer.prediction_id for answer in answers}) == 64


def test_a_connection_goes_on_after_a_refusal(service: Running) -> None:
    """Also when the refused body was too long to be read."""
    import http.client

    connection = http.client.HTTPConnection(service.url.removeprefix("http://"), timeout=60)
    for data, expected in ((bytes(3_000_000), 413), (b"text", 415), (solid_png(RGB["red"]), 200)):
        content_type, body = multipart("file", data)
        connection.request("POST", "/predict", body, {"Content-Type": content_type})
        answer = connection.getresponse()
        assert answer.status == expected, answer.read()
        answer.read()
    connection.close()


def test_an_upload_over_the_limit_is_answered_before_it_is_all_there(service: Running) -> None:
    """A client that declares a gigabyte gets its answer without sending it."""
    host, port = service.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=60) as connection:
        head = "Content-Type: multipart/form-data; boundary=x\r\nContent-Length: 1000000000"
        connection.sendall(f"POST /predict HTTP/1.1\r\nHost: service\r\n{head}\r\n\r\n".encode())
        assert connection.recv(1000).startswith(b"HTTP/1.1 413")


def test_a_client_that_hangs_up_harms_nobody(service: Running) -> None:
    host, port = service.url.removeprefix("http://").split(":")
    for _ in range(4):
        with socket.create_connection((host, int(port)), timeout=60) as connection:
            head = "Content-Type: multipart/form-data; boundary=x\r\nContent-Length: 1000"
            connection.sendall(f"POST /predict HTTP/1.1\r\nHost: service\r\n{head}\r\n\r\n--x".encode())
    assert Client(service.url).predict(PHOTOS[0]).model_version == "12"
    assert "Traceback" not in service.log.read_text()


def test_the_log_has_a_line_for_each_request(service: Running) -> None:
    service.ask("GET", "/logged-address")
    assert eventually(lambda: '"GET /logged-address 404"' in service.log.read_text())


def test_a_worker_that_dies_comes_back_while_the_others_answer(bundle: Path, tmp_path: Path) -> None:
    with running(bundle, tmp_path, TINYSIGHT_WORKERS="2") as service:
        assert eventually(lambda: len(children(service.process.pid)) == 2)
        first = children(service.process.pid)
        os.kill(first[0], signal.SIGKILL)
        for _ in range(10):
            assert service.ask("GET", "/healthz")[0] == 200
        assert eventually(lambda: len(set(children(service.process.pid)) - {first[0]}) == 2)


def test_no_worker_outlives_a_killed_service(bundle: Path, tmp_path: Path) -> None:
    """Or the next one would find its port taken."""
    with running(bundle, tmp_path, TINYSIGHT_WORKERS="2") as service:
        assert eventually(lambda: len(children(service.process.pid)) == 2)
        workers = children(service.process.pid)
        service.process.kill()
        service.process.wait(60)
        assert eventually(lambda: not any(is_alive(pid) for pid in workers))


@pytest.mark.parametrize("workers", ["1", "2"])
def test_what_is_in_flight_is_finished_when_it_is_told_to_stop(bundle: Path, tmp_path: Path, workers: str) -> None:
    content_type, body = multipart("red.png", solid_png(RGB["red"]))
    with running(bundle, tmp_path, TINYSIGHT_WORKERS=workers) as service:
        host, port = service.url.removeprefix("http://").split(":")
        with socket.create_connection((host, int(port)), timeout=60) as connection:
            head = f"Content-Type: {content_type}\r\nContent-Length: {len(body)}"
            connection.sendall(f"POST /predict HTTP/1.1\r\nHost: service\r\n{head}\r\n\r\n".encode() + body[:50])
            assert eventually(lambda: in_progress(service) == 1)
            service.process.terminate()
            assert eventually(lambda: door_is_closed(service))
            connection.sendall(body[50:])
            assert connection.recv(1000).startswith(b"HTTP/1.1 200")
        assert service.process.wait(60) in (0, -signal.SIGTERM)


def test_the_process_never_imports_what_training_needs(bundle: Path) -> None:
    code = (
        "import sys; import serve.__main__; from serve.app import create_app; from serve.settings import load_settings;"
        f"from tinysight.client import Client; create_app(load_settings()); print(set({HEAVY!r}) & set(sys.modules))"
    )
    environment = service_environment(TINYSIGHT_MODEL=str(bundle))
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


@pytest.mark.parametrize(
    ("own", "words"),
    [
        ({}, ("TINYSIGHT_MODEL", "models:/NAME@production", "dvc repro", "Received: nothing")),
        ({"TINYSIGHT_MODEL": "nowhere"}, ("TINYSIGHT_MODEL", "Received: 'nowhere'")),
        ({"TINYSIGHT_MODEL": "models:/colours/3"}, ("models:/NAME@production", "Received: 'models:/colours/3'")),
        ({"TINYSIGHT_MODEL": "models:/colours@production"}, ("MLFLOW_TRACKING_URI", "Received: nothing")),
        (
            {"TINYSIGHT_MODEL": "models:/colours@production", "MLFLOW_TRACKING_URI": "postgresql://here/db"},
            ("MLFLOW_TRACKING_URI", "Received: postgresql://here/db"),
        ),
        ({"TINYSIGHT_MODEL": ".", "TINYSIGHT_WORKERS": "many"}, ("TINYSIGHT_WORKERS", "'many'")),
        ({"TINYSIGHT_MODEL": ".", "TINYSIGHT_HOST": "256.1.1.1"}, ("TINYSIGHT_HOST=256.1.1.1",)),
    ],
    ids=["no model", "no folder", "a number", "no registry", "another database", "no number", "no host"],
)
def test_a_bad_setting_is_one_line_and_exit_code_2(tmp_path: Path, own: dict[str, str], words: tuple[str, ...]) -> None:
    code, text = start_fails(tmp_path, **own)
    assert code == 2, text
    assert text.startswith("error: ")
    assert len(text.splitlines()) == 1
    for word in words:
        assert word in text


def test_a_taken_port_is_told(bundle: Path, tmp_path: Path, service: Running) -> None:
    code, text = start_fails(tmp_path, TINYSIGHT_MODEL=str(bundle), TINYSIGHT_PORT=service.url.rpartition(":")[2])
    assert code == 2
    assert "TINYSIGHT_PORT" in text
    assert len(text.splitlines()) == 1


@pytest.mark.parametrize("workers", ["1", "2"])
def test_a_changed_bundle_is_not_served(tmp_path: Path, workers: str) -> None:
    folder = make_bundle(tmp_path / "bundle")
    (folder / MODEL).write_bytes((folder / MODEL).read_bytes() + b" ")
    code, text = start_fails(tmp_path, TINYSIGHT_MODEL=str(folder), TINYSIGHT_WORKERS=workers)
    assert code == 1
    assert "is not the file of this bundle" in text
    assert "Traceback" not in text
