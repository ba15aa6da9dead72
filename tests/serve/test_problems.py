"""Every error case in one process, over ASGI, where each can be made."""

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from fastapi import FastAPI
from onnx_models import solid_png
from over_asgi import ask, check, make_app, picture
from serving import PHOTOS, RGB

from serve.guard import OPEN
from serve.problems import EXAMPLES, KINDS, MEDIA_TYPE

LIMIT = 300_000


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> FastAPI:
    return make_app(tmp_path_factory.mktemp("problems"), max_bytes=LIMIT)


@pytest.mark.parametrize(
    ("data", "kind", "words"),
    [
        (b"", "empty-file", "empty"),
        (b"just text", "not-a-picture", "PNG, JPEG"),
        (b"%PDF-1.7 \x00\xff", "not-a-picture", "by content"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "not-a-picture", "Allowed"),
        (PHOTOS[0].read_bytes()[:5000], "broken-picture", "broken"),
        (solid_png(RGB["red"], 64)[:-60], "broken-picture", "broken"),
        (picture("TIFF", mode="F"), "unsupported-picture", "32-bit"),
        (picture("PNG", (10_000, 5_001), "1"), "too-many-pixels", "10000 × 5001"),
    ],
    ids=["empty", "text", "pdf", "svg", "cut JPEG", "cut PNG", "float TIFF", "50 megapixels"],
)
def test_a_file_that_cannot_be_classified_is_refused_in_words(app: FastAPI, data: bytes, kind: str, words: str) -> None:
    check(ask(app, "POST", "/predict", files={"file": data}), kind, words)


def test_a_form_without_the_file_or_with_two_is_refused(app: FastAPI) -> None:
    check(ask(app, "POST", "/predict", files={"image": b"x"}), "missing-file", "`file`", "curl")
    check(ask(app, "POST", "/predict", files=[("file", b"x"), ("file", b"y")]), "missing-file", "Received: 2")


@pytest.mark.parametrize(
    "options",
    [{}, {"json": {"file": 1}}, {"data": {"file": "x"}}, {"headers": {"content-type": "multipart/form-data"}}],
    ids=["nothing", "JSON", "urlencoded", "no boundary"],
)
@pytest.mark.parametrize("path", ["/predict", "/predict/batch"])
def test_what_is_neither_form_nor_picture_is_refused(app: FastAPI, path: str, options: dict[str, Any]) -> None:
    check(ask(app, "POST", path, **options), "not-a-form", "form", "curl", "Received")


def test_a_form_that_is_cut_short_is_refused(app: FastAPI) -> None:
    headers = {"content-type": "multipart/form-data; boundary=x"}
    check(ask(app, "POST", "/predict", content=b"--x\r\nhalf", headers=headers), "bad-request", "cut short")


def test_a_declared_length_over_the_limit_is_refused_unread(app: FastAPI) -> None:
    check(ask(app, "POST", "/predict", files={"file": bytes(LIMIT)}), "too-many-bytes", f"{LIMIT:,}", "smaller")


def test_an_undeclared_length_is_refused_as_soon_as_it_is_over_the_limit(app: FastAPI) -> None:
    sent = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal sent
        while sent < 100 * LIMIT:
            sent += 10_000
            yield bytes(10_000)

    headers = {"content-type": "multipart/form-data; boundary=x"}
    check(ask(app, "POST", "/predict", content=endless(), headers=headers), "too-many-bytes")
    assert sent <= LIMIT + 10_000


def test_unknown_addresses_and_methods_are_problems_too(app: FastAPI) -> None:
    check(ask(app, "GET", "/nowhere"), "not-found", "POST /feedback, /predict")
    for path in ("/predict/", "/redoc", "/docs/oauth2-redirect"):
        check(ask(app, "GET", path), "not-found", "GET /, /docs, /healthz", "POST /feedback, /predict, /predict/batch")
    response = ask(app, "GET", "/predict")
    check(response, "method-not-allowed", "POST")
    assert response.headers["allow"] == "POST"
    response = ask(app, "POST", "/model")
    check(response, "method-not-allowed", "GET, HEAD")
    assert response.headers["allow"] == "GET, HEAD"


def test_a_fault_of_the_service_shows_nothing_of_its_insides(app: FastAPI, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_: object, __: bytes) -> None:
        raise RuntimeError("/tmp/secret is full")

    monkeypatch.setattr("serve.answers.decode_with_header", fail)
    check(ask(app, "POST", "/predict", files={"file": b"x"}), "internal", "not in your request")


def test_without_a_model_predictions_wait_and_the_process_is_healthy(
    app: FastAPI, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(app.state.store, "current", None)
    check(ask(app, "GET", "/readyz"), "no-model")
    check(ask(app, "GET", "/model"), "no-model")
    check(ask(app, "POST", "/predict", files={"file": solid_png(RGB["red"])}), "no-model")
    assert ask(app, "GET", "/healthz").json() == {"status": "ok"}


ELSEWHERE = {
    *("not-found", "method-not-allowed", "draining", "too-many-files"),
    *("feedback-off", "unknown-prediction", "unknown-class", "not-json", "storage-full"),
}


def test_every_problem_that_predict_can_give_is_documented(app: FastAPI) -> None:
    answers = json.dumps(app.openapi()["paths"]["/predict"]["post"]["responses"])
    for kind, (_, title) in KINDS.items():
        elsewhere = kind in ELSEWHERE
        assert (title in answers) != elsewhere, kind
        assert kind in EXAMPLES or kind in ("not-found", "method-not-allowed")


def test_only_what_asks_for_no_key_documents_no_401(app: FastAPI) -> None:
    for path, methods in app.openapi()["paths"].items():
        for operation in methods.values():
            assert ({"401", "429"} <= set(operation["responses"])) == (path not in OPEN), path


def test_problems_are_the_only_other_answers(app: FastAPI) -> None:
    for methods in app.openapi()["paths"].values():
        for operation in methods.values():
            for status, answer in operation["responses"].items():
                assert (set(answer["content"]) == {MEDIA_TYPE}) == (status not in ("200", "201"))


def test_answers_are_small(app: FastAPI) -> None:
    """A phone on a bad line waits for every byte."""
    response = ask(app, "POST", "/predict", files={"file": PHOTOS[0].read_bytes()})
    assert response.status_code == 200
    assert len(response.content) < 300
