import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from onnx_models import solid_png
from projects import free_port
from serving import PHOTOS, RGB, Running, make_bundle, running

from serve.form import FormReader
from tinysight.classifier import Classifier
from tinysight.client import Client, ModelInfo, multipart
from tinysight.errors import ConfigError, DataError, ServiceError


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("client")


@pytest.fixture(scope="module")
def service(folder: Path) -> Iterator[Running]:
    with running(make_bundle(folder / "bundle", version="3"), folder) as service:
        yield service


@pytest.fixture
def strange() -> Iterator[tuple[str, list[tuple[int, bytes]]]]:
    """A server that gives the answers of a list, whatever is asked."""
    answers: list[tuple[int, bytes]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            status, body = answers.pop()
            self.send_response(status)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            return

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", answers
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.parametrize("photo", PHOTOS, ids=lambda path: path.name)
def test_an_answer_over_http_is_the_classifiers(service: Running, folder: Path, photo: Path) -> None:
    served = Client(service.url).predict(photo)
    assert served.answer() == Classifier.load(folder / "bundle").predict(photo).answer()
    assert served.model_version == "3"


def test_bytes_are_answered_as_their_file(service: Running) -> None:
    client = Client(service.url + "/")
    assert client.predict(str(PHOTOS[0])).answer() == client.predict(PHOTOS[0].read_bytes()).answer()


def test_each_answer_has_its_own_id(service: Running) -> None:
    client = Client(service.url)
    assert len({client.predict(solid_png(RGB["red"])).prediction_id for _ in range(5)}) == 5


def test_the_served_model_is_described(service: Running) -> None:
    client = Client(service.url)
    model = client.model()
    assert (model.name, model.version, model.image_size, model.metrics) == ("colours", "3", 8, None)
    assert model.class_names == client.labels() == ("red", "green", "blue")
    assert isinstance(model, ModelInfo)


def test_a_refusal_comes_in_the_services_words(service: Running) -> None:
    with pytest.raises(ServiceError, match=r"Not a picture.*\(status 415\)"):
        Client(service.url).predict(b"text")


def test_a_file_that_is_not_there_is_no_question_to_the_service(service: Running) -> None:
    with pytest.raises(DataError, match=r"nowhere\.jpg cannot be read"):
        Client(service.url).predict("nowhere.jpg")


def test_a_service_that_is_not_there_is_named() -> None:
    with pytest.raises(ServiceError, match=r"does not answer: .*refused"):
        Client(f"http://127.0.0.1:{free_port()}").predict(b"x")


def test_a_service_that_hangs_is_given_up() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent, pytest.raises(ServiceError, match="timed out"):
        Client(f"http://127.0.0.1:{silent.getsockname()[1]}", timeout=0.2).predict(b"x")


@pytest.mark.parametrize(
    "url",
    [
        "localhost:8000",
        "ftp://here",
        "file:///etc/hostname",
        "",
        "http://",
        "http://h:port",
        "http://u:p@h",
        "http://h?x",
    ],
)
def test_only_http_is_spoken(url: str) -> None:
    with pytest.raises(ConfigError, match="http://"):
        Client(url)


@pytest.mark.parametrize(
    ("status", "body", "words"),
    [
        (200, b"<html>", "not a tinysight service"),
        (200, b"[]", "not a tinysight service"),
        (200, b'{"class": "red"}', "not a tinysight service"),
        (502, b"<html>bad gateway", "status 502"),
        (500, b'{"message": 1}', "status 500"),
        (500, b"[]", "status 500"),
    ],
)
def test_another_servers_answer_is_an_error_in_words(
    strange: tuple[str, list[tuple[int, bytes]]], status: int, body: bytes, words: str
) -> None:
    url, answers = strange
    answers.append((status, body))
    with pytest.raises(ServiceError, match=words):
        Client(url).predict(b"x")


@given(name=st.text(), data=st.binary())
def test_any_name_and_bytes_arrive_as_they_are(name: str, data: bytes) -> None:
    content_type, body = multipart(name, data)
    reader = FormReader(content_type.partition("boundary=")[2].encode(), max_content=len(data))
    assert [(part.name, part.content) for part in reader.feed(body)] == [(b"file", data)]


def test_the_client_needs_neither_numpy_nor_onnxruntime() -> None:
    code = "import sys, tinysight.client; print({'numpy', 'onnxruntime', 'PIL', 'pydantic'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
