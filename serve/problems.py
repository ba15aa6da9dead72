"""Every answer that is not a 2xx: an RFC 9457 problem in words, never a traceback or a path."""

from collections.abc import Sequence
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException

from serve.exchange import request_id
from tinysight.errors import ImageError

MEDIA_TYPE = "application/problem+json"
TYPE_PREFIX = "urn:tinysight:problem:"
FAULT = "The fault is not in your request; the service's log has it. Try again later."


class Problem(BaseModel):
    """An RFC 9457 problem."""

    type: str = Field(examples=[f"{TYPE_PREFIX}broken-picture"], description="Names the kind; stays the same.")
    title: str = Field(examples=["The picture is broken"], description="The kind in words.")
    status: int = Field(examples=[422])
    detail: str = Field(description="What is wrong, what is allowed, what was received, and what to do.")
    request_id: str | None = Field(default=None, description="Names the request's line in the service's log.")


# kind: (status, title)
KINDS = {
    "bad-request": (400, "The request cannot be read"),
    "unauthorized": (401, "A key is needed"),
    "not-found": (404, "There is nothing at this address"),
    "feedback-off": (404, "No feedback is taken here"),
    "unknown-prediction": (404, "No such prediction is kept"),
    "method-not-allowed": (405, "This address takes another method"),
    "too-slow": (408, "The request came in too slowly"),
    "too-many-bytes": (413, "The request is too large"),
    "too-many-files": (413, "The form has too many files"),
    "too-many-pixels": (413, "The picture has too many pixels"),
    "excessive-picture": (413, "The file holds far more than a picture needs"),
    "not-a-form": (415, "The request is neither a form nor a picture"),
    "not-a-picture": (415, "The file is not a picture"),
    "not-json": (415, "The request is not JSON"),
    "missing-file": (422, "The form has no file"),
    "empty-file": (422, "The file is empty"),
    "broken-picture": (422, "The picture is broken"),
    "unsupported-picture": (422, "The picture's kind of pixels is not supported"),
    "unknown-class": (422, "There is no such class"),
    "too-many-requests": (429, "Too many requests"),
    "head-too-large": (431, "The request's head is too large"),
    "internal": (500, "The service failed"),
    "busy": (503, "The service is busy"),
    "draining": (503, "The service is about to stop"),
    "no-model": (503, "No model is loaded"),
    "storage-full": (507, "There is no room for it"),
}
IMAGE_KINDS = {
    "empty": "empty-file",
    "unknown_format": "not-a-picture",
    "too_large": "too-many-pixels",
    "excessive": "excessive-picture",
    "broken": "broken-picture",
    "unsupported": "unsupported-picture",
}
EVERYWHERE = ("unauthorized", "too-many-requests", "head-too-large", "internal")  # what any address may answer
UNLOCKED = ("head-too-large", "internal")  # and one that asks for no key and counts no request
# kind: what such a problem says
EXAMPLES = {
    "bad-request": "top: one whole number of 1 or more. Received: many. Correct it.",
    "unauthorized": "This service answers only requests with a key. Send yours as `Authorization: Bearer KEY`.",
    "too-slow": "A request must be here within 30 s of its beginning. Send a smaller picture or use a faster line.",
    "too-many-bytes": "At most 10,000,000 bytes are read. Received: 12,345,678. Make the picture smaller first.",
    "too-many-files": "At most 32 files are taken at once. Received: more. Send them in several requests.",
    "too-many-pixels": "The picture has too many pixels: at most 25,000,000 are allowed here. Received: 9000 × 9000.",
    "excessive-picture": "The file holds far more than a picture needs. Received: a JPEG of 400 scans.",
    "not-a-form": "Send the picture as the field `file` of a form, or as the body. Received: text/plain.",
    "not-a-picture": "Not a picture that can be read. Allowed are PNG, JPEG, GIF, BMP, TIFF, WEBP.",
    "missing-file": "The form must have one field `file`. Received: 0.",
    "empty-file": "The file is empty. Send the bytes of a picture.",
    "broken-picture": "The picture is broken: image file is truncated. Save it again and send that file.",
    "unsupported-picture": "The picture has 32-bit pixels (mode F), and the model has no window for them.",
    "too-many-requests": "At most 60 requests in 60 s are answered here for one key or address. Wait 1 s.",
    "head-too-large": "A request has at most 100 headers. Send fewer.",
    "internal": FAULT,
    "feedback-off": "This service keeps no pictures and takes no feedback.",
    "unknown-prediction": "Nothing is kept of a prediction 0f8fad5bd9cb469fa16570867728950e. Send the picture again.",
    "unknown-class": "class_name must be one of bolt, washer, or null for none of these. Received: screw.",
    "not-json": "Send prediction_id and class_name as application/json. Received: text/plain.",
    "storage-full": "There is no room for more feedback.",
    "busy": "As many requests as may wait are waiting already. Send it again after the seconds in Retry-After.",
    "draining": "It still answers, but not for long. Send requests to another instance.",
    "no-model": "No checked model is loaded. GET /readyz tells when there is one; try again then.",
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
    content = problem_content(kind, detail)
    content |= {"request_id": known} if (known := request_id()) else {}
    return JSONResponse(content, KINDS[kind][0], headers, media_type=MEDIA_TYPE)


def problem_content(kind: str, detail: str) -> dict[str, object]:
    """A problem's own fields."""
    status, title = KINDS[kind]
    return {"type": TYPE_PREFIX + kind, "title": title, "status": status, "detail": detail}


def picture_kind(error: ImageError) -> str:
    """The kind of problem that a picture has."""
    return IMAGE_KINDS.get(error.reason, "broken-picture")


def responses(*kinds: str, everywhere: Sequence[str] = EVERYWHERE) -> dict[int | str, dict[str, Any]]:
    """What a route documents about its problems: one entry a status, one example a kind."""
    documented: dict[int | str, dict[str, Any]] = {}
    for kind in dict.fromkeys((*kinds, *everywhere)):
        status, title = KINDS[kind]
        content = {"schema": {"$ref": "#/components/schemas/Problem"}, "examples": {}}
        entry = documented.setdefault(status, {"description": "", "content": {MEDIA_TYPE: content}})
        entry["description"] = f"{entry['description']}; {title}".removeprefix("; ")
        value = problem_content(kind, EXAMPLES.get(kind, f"{title}."))
        entry["content"][MEDIA_TYPE]["examples"][kind] = {"summary": title, "value": value}
    return dict(sorted(documented.items(), key=lambda item: int(item[0])))


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
    return problem_response(picture_kind(error), str(error))


async def _http(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    allowed = (error.headers or {}).get("Allow", "")
    details = {
        404: f"The addresses are {addresses(request.app)}. Correct the address.",
        405: f"{request.method} is not taken here. Send {allowed or 'another method'}.",
    }
    kind = STATUS_KINDS.get(error.status_code, "bad-request" if error.status_code < 500 else "internal")
    detail = details.get(error.status_code, str(error.detail))
    return problem_response(kind, detail, headers=dict(error.headers or {}))


def addresses(app: FastAPI) -> str:
    """All addresses of an app but files, by method, in words."""
    found: dict[str, list[str]] = {}
    for route in app.routes:
        path, methods = getattr(route, "path", ""), getattr(route, "methods", None) or ()
        for method in sorted(methods):
            if "{" not in path and method != "HEAD":
                found.setdefault(method, []).append(path)
    return " and ".join(f"{method} {', '.join(sorted(paths))}" for method, paths in sorted(found.items()))


async def _validation(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    first = error.errors()[0]
    where = ".".join(str(part) for part in first["loc"])
    return problem_response("bad-request", f"{where}: {first['msg']}. Correct it; GET /docs says what is allowed.")


async def _internal(_: Request, __: Exception) -> JSONResponse:
    return problem_response("internal", FAULT)
