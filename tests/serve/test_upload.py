"""Raw bodies and forms, in pieces, as they meet the limits."""

import asyncio
import itertools
from collections.abc import AsyncIterator

import pytest
from fastapi import FastAPI
from hypothesis import given
from hypothesis import strategies as st
from onnx_models import solid_png
from over_asgi import ask, check, make_app
from serving import RGB
from starlette.requests import Request

from serve.problems import ProblemError
from serve.upload import read_picture
from tinysight.client import multipart

LIMIT = 2000


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> FastAPI:
    return make_app(tmp_path_factory.mktemp("upload"), max_bytes=LIMIT)


def request(content_type: str, pieces: list[bytes]) -> Request:
    """A request whose body comes in pieces, without a declared length."""
    waiting = [{"type": "http.request", "body": piece, "more_body": True} for piece in pieces]
    waiting.append({"type": "http.request", "body": b"", "more_body": False})

    async def receive() -> dict[str, object]:
        return waiting.pop(0)

    headers = [(b"content-type", content_type.encode())]
    return Request({"type": "http", "method": "POST", "headers": headers, "query_string": b""}, receive)


@given(data=st.binary(min_size=1, max_size=400), cuts=st.lists(st.integers(0, 400), max_size=5), is_form=st.booleans())
def test_a_picture_arrives_as_it_was_sent_however_it_is_cut(data: bytes, cuts: list[int], is_form: bool) -> None:
    content_type, body = multipart("name", data) if is_form else ("image/png", data)
    edges = [0, *sorted(min(cut, len(body)) for cut in cuts), len(body)]
    pieces = [body[first:last] for first, last in itertools.pairwise(edges)]
    assert asyncio.run(read_picture(request(content_type, pieces), LIMIT)) == data


@pytest.mark.parametrize("content_type", ["image/png", "IMAGE/X-anything; q=1", "application/octet-stream"])
def test_a_raw_picture_is_told_by_its_content_not_by_its_type(app: FastAPI, content_type: str) -> None:
    headers = {"content-type": content_type}
    answer = ask(app, "POST", "/predict", content=solid_png(RGB["red"]), headers=headers)
    assert (answer.status_code, answer.json()["class"]) == (200, "red")
    check(ask(app, "POST", "/predict", content=b"text", headers=headers), "not-a-picture", "by content")
    check(ask(app, "POST", "/predict", content=b"", headers=headers), "empty-file", "empty")


def test_a_raw_picture_over_the_limit_is_refused_as_it_streams_in(app: FastAPI) -> None:
    sent = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal sent
        while sent < 100 * LIMIT:
            sent += 100
            yield bytes(100)

    headers = {"content-type": "image/jpeg"}
    check(ask(app, "POST", "/predict", content=endless(), headers=headers), "too-many-bytes", "2,000")
    assert sent <= LIMIT + 100
    with pytest.raises(ProblemError, match="smaller"):
        asyncio.run(read_picture(request("image/jpeg", [bytes(LIMIT), b"x"]), LIMIT))


@pytest.mark.parametrize("content_type", ["text/plain", "application/json", "video/mp4", "imagepng", ""])
def test_what_is_no_picture_by_its_type_is_not_read(app: FastAPI, content_type: str) -> None:
    content = solid_png(RGB["red"])
    check(ask(app, "POST", "/predict", content=content, headers={"content-type": content_type}), "not-a-form", "curl")
