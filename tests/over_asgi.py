"""The service's app in this process, asked over ASGI: where each case can be made, and quickly."""

import asyncio
import io
from pathlib import Path
from typing import Any

import httpx
from fastapi import FastAPI
from PIL import Image
from serving import make_bundle

from serve.app import create_app
from serve.problems import KINDS, MEDIA_TYPE, TYPE_PREFIX
from serve.settings import load_settings


def make_app(folder: Path, **own: Any) -> FastAPI:
    """The app of a bundle of three colours, made in a folder."""
    return create_app(load_settings(model=str(make_bundle(folder / "bundle")), **own))


def ask(app: FastAPI, method: str, path: str, **options: Any) -> httpx.Response:
    """One answer; options are httpx's."""

    async def asking() -> httpx.Response:
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://service") as client:
            return await client.request(method, path, **options)

    return asyncio.run(asking())


def check(response: httpx.Response, kind: str, *words: str) -> None:
    """It is that kind of problem, in these words, in the form of RFC 9457, and tells nothing of our insides."""
    status, title = KINDS[kind]
    problem = response.json()
    assert (response.status_code, response.headers["content-type"]) == (status, MEDIA_TYPE)
    known = {"detail": problem["detail"], "request_id": response.headers["x-request-id"]}
    assert problem == {"type": TYPE_PREFIX + kind, "title": title, "status": status} | known
    for word in words:
        assert word in problem["detail"]
    for inside in ("Traceback", "/work", "/tmp", ".py", "site-packages", "0x"):
        assert inside not in response.text


def picture(format_: str, size: tuple[int, int] = (20, 20), mode: str = "RGB", **options: Any) -> bytes:
    """A black picture's file."""
    file = io.BytesIO()
    Image.new(mode, size).save(file, format_, **options)
    return file.getvalue()
