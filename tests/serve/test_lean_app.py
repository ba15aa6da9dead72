"""What is left out of FastAPI is not missed."""

import asyncio

import pytest
from fastapi import FastAPI
from over_asgi import ask, check, make_app
from starlette.types import Message


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> FastAPI:
    return make_app(tmp_path_factory.mktemp("lean"))


@pytest.mark.parametrize("path", ["/static/style.css", "/", "/labels"])
def test_addresses_with_and_without_parameters_are_found(app: FastAPI, path: str) -> None:
    assert ask(app, "GET", path).status_code == 200
    check(ask(app, "DELETE", path), "method-not-allowed", "GET")


@pytest.mark.parametrize("path", ["/labels/", "/LABELS", "/static/", "/labels%00", "/%6Cabel"])
def test_almost_an_address_is_none(app: FastAPI, path: str) -> None:
    check(ask(app, "GET", path), "not-found", "/labels")


def test_a_fault_anywhere_is_answered_once(app: FastAPI, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("serve.routes.model.Labels", lambda **_: 1 / 0)
    check(ask(app, "GET", "/labels"), "internal", "not in your request")


def test_the_servers_start_and_end_are_heard(app: FastAPI) -> None:
    sent: list[str] = []
    waiting: list[Message] = [{"type": "lifespan.startup"}, {"type": "lifespan.shutdown"}]

    async def receive() -> Message:
        return waiting.pop(0)

    async def send(message: Message) -> None:
        sent.append(message["type"])

    asyncio.run(app({"type": "lifespan", "state": {}}, receive, send))
    assert sent == ["lifespan.startup.complete", "lifespan.shutdown.complete"]
