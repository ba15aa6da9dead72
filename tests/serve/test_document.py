"""The OpenAPI document and its page: whole, right, and of this host alone."""

import re
from collections.abc import Iterator
from typing import Any

import jsonschema_rs
import pytest
from fastapi import FastAPI
from onnx_models import COLOURS, solid_png
from over_asgi import ask, make_app
from serving import PHOTOS, RGB

from serve.guard import OPEN

ROUTES = {
    "/predict": {"post"},
    "/predict/batch": {"post"},
    "/feedback": {"post"},
    "/model": {"get"},
    "/labels": {"get"},
    "/healthz": {"get"},
    "/readyz": {"get"},
    "/metrics": {"get"},
}


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> FastAPI:
    return make_app(tmp_path_factory.mktemp("document"))


@pytest.fixture(scope="module")
def document(app: FastAPI) -> dict[str, Any]:
    response = ask(app, "GET", "/openapi.json")
    assert (response.status_code, response.headers["content-type"]) == (200, "application/json")
    return dict(response.json())


def answers(document: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every body that is described, with its address and status."""
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            for status, answer in operation["responses"].items():
                for content in answer["content"].values():
                    yield f"{method} {path} {status}", content


def errors(document: dict[str, Any], schema: dict[str, Any], value: object) -> list[str]:
    """Where a value breaks a schema of the document."""
    whole = {**schema, "components": document["components"]}
    return [error.message for error in jsonschema_rs.validator_for(whole).iter_errors(value)]


def examples(document: dict[str, Any], content: dict[str, Any]) -> list[Any]:
    name = content["schema"].get("$ref", "").rpartition("/")[2]
    found = [example["value"] for example in content.get("examples", {}).values()]
    found += [content["example"]] if "example" in content else []
    return found or document["components"]["schemas"].get(name, {}).get("examples", [])


def test_every_address_is_described(document: dict[str, Any]) -> None:
    assert {path: set(methods) for path, methods in document["paths"].items()} == ROUTES
    body = document["paths"]["/predict"]["post"]["requestBody"]["content"]
    assert set(body) == {"multipart/form-data", "image/*", "application/octet-stream"}
    assert body["multipart/form-data"]["schema"]["required"] == ["file"]
    assert set(document["paths"]["/predict/batch"]["post"]["requestBody"]["content"]) == {"multipart/form-data"}


def test_keys_and_when_to_come_back_are_described(document: dict[str, Any]) -> None:
    schemes = document["components"]["securitySchemes"]
    assert (schemes["bearer"]["scheme"], schemes["header"]["name"]) == ("bearer", "X-API-Key")
    assert document["security"] == [{}, {"bearer": []}, {"header": []}]
    for path, methods in document["paths"].items():
        for operation in methods.values() if path not in OPEN else ():
            assert "Retry-After" in operation["responses"]["429"]["headers"]


def test_code_in_descriptions_is_code_on_the_page(app: FastAPI) -> None:
    page = ask(app, "GET", "/docs").text
    assert "<code>unknown_threshold</code>" in page
    assert "`" not in re.sub("<pre>.*?</pre>", "", page, flags=re.DOTALL)


def test_every_answer_has_an_example_that_its_schema_allows(document: dict[str, Any]) -> None:
    for where, content in answers(document):
        shown = examples(document, content)
        assert shown, where
        for example in shown:
            assert errors(document, content["schema"], example) == [], where


@pytest.mark.parametrize(
    ("method", "path", "options"),
    [
        ("GET", "/model", {}),
        ("GET", "/labels", {}),
        ("GET", "/healthz", {}),
        ("GET", "/readyz", {}),
        ("POST", "/predict?top=2", {"files": {"file": PHOTOS[0].read_bytes()}}),
        ("POST", "/predict", {"content": solid_png(RGB["red"]), "headers": {"content-type": "image/png"}}),
        ("POST", "/predict", {"files": {"file": b"text"}}),
        ("POST", "/predict", {"files": {"image": b"text"}}),
        ("POST", "/predict?top=no", {}),
        ("POST", "/predict/batch", {"files": [("files", PHOTOS[0].read_bytes()), ("file", b"text")]}),
    ],
)
def test_what_is_answered_is_what_is_described(
    app: FastAPI, document: dict[str, Any], method: str, path: str, options: dict[str, Any]
) -> None:
    response = ask(app, method, path, **options)
    described = document["paths"][path.partition("?")[0]][method.lower()]["responses"][str(response.status_code)]
    content = described["content"][response.headers["content-type"]]
    assert errors(document, content["schema"], response.json()) == []


def test_the_labels_are_the_classes_in_order(app: FastAPI) -> None:
    assert ask(app, "GET", "/labels").json() == {"class_names": list(COLOURS), "model_version": "local"}


@pytest.mark.parametrize(
    "path", ["/healthz", "/readyz", "/model", "/labels", "/metrics", "/openapi.json", "/docs", "/"]
)
def test_head_is_answered_wherever_get_is(app: FastAPI, path: str) -> None:
    head, get = ask(app, "HEAD", path), ask(app, "GET", path)
    assert (head.status_code, head.headers["content-type"]) == (200, get.headers["content-type"])


def test_the_page_of_the_document_asks_no_other_host(app: FastAPI, document: dict[str, Any]) -> None:
    page = ask(app, "GET", "/docs")
    assert (page.status_code, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert "script-src" not in page.headers["content-security-policy"]
    assert page.headers["content-security-policy"].startswith("default-src 'none'")
    assert not re.search(r"https?://|<script|\sstyle=|\son\w+=", page.text)
    for path in document["paths"]:
        assert f" {path}</code>" in page.text
    for link in re.findall(r'href="([^"]+)"', page.text):
        assert ask(app, "GET", f"/{link.removeprefix('./')}").status_code == 200
