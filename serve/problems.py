"""Every answer that is not a 2xx: an RFC 9457 problem in words, never a traceback or a path."""

from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException

from tinysight.errors import ImageError

MEDIA_TYPE = "application/problem+json"
TYPE_PREFIX = "urn:tinysight:problem:"


class Problem(BaseModel):
    """An RFC 9457 problem."""

    type: str = Field(examples=[f"{TYPE_PREFIX}broken-picture"], description="Names the kind; stays the same.")
    title: str = Field(examples=["The picture is broken"], description="The kind in words.")
    status: int = Field(examples=[422])
    detail: str = Field(description="What is wrong, what is allowed, what was received, and what to do.")


# kind: (status, title)
KINDS = {
    "bad-request": (400, "The request cannot be read"),
    "unauthorized": (401, "A key is needed"),
    "not-found": (404, "There is nothing at this address"),
    "method-not-allowed": (405, "This address takes another method"),
    "too-slow": (408, "The request came in too slowly"),
    "too-many-bytes": (413, "The request is too large"),
    "too-many-pixels": (413, "The picture has too many pixels"),
    "not-a-form": (415, "The request is not a multipart form"),
    "not-a-picture": (415, "The file is not a picture"),
    "missing-file": (422, "The form has no file"),
    "empty-file": (422, "The file is empty"),
    "broken-picture": (422, "The picture is broken"),
    "unsupported-picture": (422, "The picture's kind of pixels is not supported"),
    "too-many-requests": (429, "Too many requests"),
    "head-too-large": (431, "The request's head is too large"),
    "internal": (500, "The service failed"),
    "busy": (503, "The service is busy"),
    "no-model": (503, "No model is loaded"),
}
IMAGE_KINDS = {
    "empty": "empty-file",
    "unknown_format": "not-a-picture",
    "too_large": "too-many-pixels",
    "broken": "broken-picture",
    "unsupported": "unsupported-picture",
}
STATUS_KINDS = {404: "not-found", 405: "method-not-allowed"}


class ProblemError(Exception):
    """A request that gets a problem for an answer."""

    def __init__(self, kind: str, detail: str, *, headers: dict[str, str] | None = None) -> None:
        super().__init__(detail)
        self.kind, self.headers = kind, headers


def problem_response(kind: str, detail: str, *, headers: dict[str, str] | None = None) -> JSONResponse:
    """The answer that tells a problem.

    Args:
        kind: one of KINDS.
        detail: what is wrong with this request and what to do.
        headers: to send with it.
    """
    status, title = KINDS[kind]
    content = {"type": TYPE_PREFIX + kind, "title": title, "status": status, "detail": detail}
    return JSONResponse(content, status, headers, media_type=MEDIA_TYPE)


def responses(*kinds: str) -> dict[int | str, dict[str, Any]]:
    """What a route documents about its problems: one entry a status."""
    documented: dict[int | str, dict[str, Any]] = {}
    for kind in (*kinds, "internal"):
        status, title = KINDS[kind]
        entry = documented.setdefault(
            status, {"description": "", "content": {MEDIA_TYPE: {"schema": Problem.model_json_schema()}}}
        )
        entry["description"] = f"{entry['description']}; {title}".removeprefix("; ")
    return documented


def answer_in_problems(app: FastAPI) -> None:
    """Makes every error of an app a problem."""
    app.add_exception_handler(ProblemError, _own)
    app.add_exception_handler(ImageError, _picture)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(RequestValidationError, _validation)
    app.add_exception_handler(Exception, _internal)


async def _own(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, ProblemError)
    return problem_response(error.kind, str(error), headers=error.headers)


async def _picture(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, ImageError)
    return problem_response(IMAGE_KINDS.get(error.reason, "broken-picture"), str(error))


async def _http(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    allowed = (error.headers or {}).get("Allow", "")
    details = {
        404: "The addresses are POST /predict and GET /healthz, /readyz, /model, /docs. Correct the address.",
        405: f"{request.method} is not taken here. Send {allowed or 'another method'}.",
    }
    kind = STATUS_KINDS.get(error.status_code, "bad-request" if error.status_code < 500 else "internal")
    detail = details.get(error.status_code, str(error.detail))
    return problem_response(kind, detail, headers=dict(error.headers or {}))


async def _validation(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    first = error.errors()[0]
    where = ".".join(str(part) for part in first["loc"])
    return problem_response("bad-request", f"{where}: {first['msg']}. Correct it; GET /docs says what is allowed.")


async def _internal(_: Request, __: Exception) -> JSONResponse:
    return problem_response("internal", "The fault is not in your request; the service's log has it. Try again later.")
