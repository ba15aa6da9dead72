"""POST /predict/batch of a real service: order, partial failure, limits, and everybody else's turn."""

import http.client
import json
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi import FastAPI
from onnx_models import solid_png
from over_asgi import ask, check, make_app, picture
from serving import PHOTOS, RGB, Running, make_bundle, running

from serve.problems import TYPE_PREFIX

NAMES = ("red", "green", "blue")


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> FastAPI:
    return make_app(tmp_path_factory.mktemp("batch"), max_bytes=20_000)


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    folder = tmp_path_factory.mktemp("service")
    with running(make_bundle(folder / "bundle", version="7"), folder) as service:
        yield service


def predictions(app: FastAPI, files: list[tuple[str, Any]], query: str = "") -> list[dict[str, Any]]:
    response = ask(app, "POST", f"/predict/batch{query}", files=files)
    assert response.status_code == 200, response.text
    return list(response.json()["predictions"])


def test_answers_come_in_the_order_of_the_files_and_are_those_of_single_requests(app: FastAPI) -> None:
    wanted = [NAMES[number % 3] for number in range(20)]  # more than two runs of the model
    files = [("files" if n % 2 else "file", (f"{n}.png", solid_png(RGB[name]))) for n, name in enumerate(wanted)]
    answers = predictions(app, files)
    assert [answer["class"] for answer in answers] == wanted
    assert [answer["file"] for answer in answers] == [f"{n}.png" for n in range(20)]
    single = ask(app, "POST", "/predict", files={"file": solid_png(RGB["green"])}).json()
    assert list(answers[1]) == ["file", *single]
    assert answers[1]["probabilities"] == pytest.approx(single["probabilities"], abs=1e-6)
    assert {answer["model_version"] for answer in answers} == {"local"}


def test_a_file_that_cannot_be_answered_has_a_problem_and_the_others_their_answers(app: FastAPI) -> None:
    files = {
        "good.png": solid_png(RGB["red"]),
        "text.png": b"text",
        "empty.png": b"",
        "cut.png": solid_png(RGB["red"], 64)[:-60],
        "long.bmp": picture("BMP", (100, 100)),
        "deep.tif": picture("TIFF", mode="F"),
        "last.png": solid_png(RGB["blue"]),
    }
    answers = predictions(app, [("files", (name, data)) for name, data in files.items()])
    assert [answer["file"] for answer in answers] == list(files)
    kinds = [answer.get("error", {}).get("type", "").removeprefix(TYPE_PREFIX) for answer in answers]
    wanted = ["not-a-picture", "empty-file", "broken-picture", "too-many-bytes", "unsupported-picture"]
    assert kinds == ["", *wanted, ""]
    alone = ask(app, "POST", "/predict", files={"file": b"text"}).json()
    alone.pop("request_id")
    assert answers[1] == {"file": "text.png", "error": alone}
    assert [answers[0]["class"], answers[-1]["class"]] == ["red", "blue"]


def test_top_holds_for_all_of_them(app: FastAPI) -> None:
    answers = predictions(app, [("files", solid_png(RGB[name])) for name in NAMES], "?top=1")
    assert [list(answer["probabilities"]) for answer in answers] == [[name] for name in NAMES]


def test_a_form_without_files_or_with_too_many_or_too_long_is_refused_as_a_whole(app: FastAPI) -> None:
    red = solid_png(RGB["red"])
    check(ask(app, "POST", "/predict/batch", files=[("image", red)]), "missing-file", "`files`", "curl")
    check(ask(app, "POST", "/predict/batch", files=[("files", red)] * 33), "too-many-files", "32", "MAX_BATCH")
    long = [("files", bytes(9_000))] * 5
    check(ask(app, "POST", "/predict/batch", files=long), "too-many-bytes", "40,000")
    check(ask(app, "POST", "/predict/batch", content=red, headers={"content-type": "image/png"}), "not-a-form", "curl")


def form_of(data: bytes, count: int) -> tuple[str, bytes]:
    parts = [
        f'--cut\r\nContent-Disposition: form-data; name="files"; filename="{number}"\r\n\r\n'.encode() + data + b"\r\n"
        for number in range(count)
    ]
    return "multipart/form-data; boundary=cut", b"".join(parts) + b"--cut--\r\n"


def test_a_batch_in_chunks_is_answered_by_a_real_service(service: Running) -> None:
    content_type, body = form_of(solid_png(RGB["green"]), 32)
    connection = http.client.HTTPConnection(service.url.removeprefix("http://"), timeout=60)
    pieces = (body[at : at + 777] for at in range(0, len(body), 777))
    headers = {"Content-Type": content_type, "Transfer-Encoding": "chunked"}
    connection.request("POST", "/predict/batch", pieces, headers, encode_chunked=True)
    answers = json.loads(connection.getresponse().read())["predictions"]
    connection.close()
    assert [(answer["file"], answer["class"]) for answer in answers] == [(str(n), "green") for n in range(32)]
    assert {answer["model_version"] for answer in answers} == {"7"}


def test_others_are_answered_between_the_files_of_a_batch(service: Running) -> None:
    """One worker: a short question that comes while a batch is at work is answered before the batch is."""
    content_type, body = form_of(PHOTOS[0].read_bytes(), 32)
    done: list[float] = []

    def batch() -> None:
        status, _, _ = service.ask("POST", "/predict/batch", body, Content_Type=content_type)
        assert status == 200
        done.append(time.monotonic())

    thread = threading.Thread(target=batch)
    thread.start()
    answered = []
    while thread.is_alive():
        assert service.ask("GET", "/healthz")[0] == 200
        answered.append(time.monotonic())
    thread.join()
    assert sum(at < done[0] for at in answered) >= 5
