"""A request's body to the bytes of its pictures: limited while it streams in, never on disk."""

import re
from collections.abc import AsyncIterator

from starlette.requests import ClientDisconnect, Request

from serve.form import FormReader, Part
from serve.problems import ProblemError

BOUNDARY = re.compile(r'boundary=(?:"([^"]{1,70})"|([^\s;,"]{1,70}))', re.IGNORECASE)
HOW = "curl -F file=@picture.jpg …/predict"
HOW_MANY = "curl -F files=@one.jpg -F files=@two.jpg …/predict/batch"


async def read_picture(request: Request, max_bytes: int) -> bytes:
    """The bytes of the one picture that a request brings: the form field `file`, or the whole body.

    Args:
        request: a multipart form, or a body of image/* or application/octet-stream.
        max_bytes: the longest body that is read; a longer one is refused before it is all here.

    Raises:
        ProblemError: if the body is too long or neither of them, or the form has not just one such field.
    """
    content_type = request.headers.get("content-type", "")
    kind = content_type.partition(";")[0].strip().lower()
    if kind.startswith("image/") or kind == "application/octet-stream":
        return b"".join([piece async for piece in _body(request, max_bytes)])
    boundary = _boundary(kind, content_type, f"Send the picture as the field `file` of a form, or as the body: {HOW}")
    parts = [part async for part in _parts(request, boundary, max_bytes, max_bytes)]
    files = [part.content for part in parts if part.name == b"file"]
    if len(files) != 1 or files[0] is None:
        raise ProblemError(
            "missing-file",
            f"The form must have one field `file`. Received: {len(files)}. {HOW}. POST /predict/batch takes several.",
        )
    return files[0]


async def read_pictures(request: Request, *, max_bytes: int, max_total: int, max_files: int) -> AsyncIterator[Part]:
    """The form fields `file` and `files`, each as soon as it is here; only one is held at a time.

    Args:
        request: a multipart form.
        max_bytes: the longest file; the content of a longer one is None.
        max_total: the longest body that is read.
        max_files: how many fields there may be.

    Raises:
        ProblemError: if the body is too long or no form, or has no such field or too many.
    """
    content_type, count = request.headers.get("content-type", ""), 0
    kind = content_type.partition(";")[0].strip().lower()
    boundary = _boundary(kind, content_type, f"Send each picture as a field `files` of a form: {HOW_MANY}")
    async for part in _parts(request, boundary, max_bytes, max_total):
        if part.name not in (b"file", b"files"):
            continue
        count += 1
        if count > max_files:
            raise ProblemError(
                "too-many-files",
                f"At most {max_files} files are taken at once. Received: more. Send them in several requests, or start"
                " the service with a larger TINYSIGHT_MAX_BATCH.",
            )
        yield part
    if not count:
        raise ProblemError("missing-file", f"The form must have a field `files` for each picture. {HOW_MANY}")


async def read_body(request: Request, max_bytes: int, refusal: str) -> bytes:
    """The whole body of a short request.

    Args:
        request: any.
        max_bytes: the longest body that is read.
        refusal: what is said of a longer one.

    Raises:
        ProblemError: if the body is longer, or cut.
    """
    try:
        return b"".join([piece async for piece in _body(request, max_bytes)])
    except ProblemError as error:
        raise ProblemError(error.kind, refusal if error.kind == "too-many-bytes" else str(error)) from None


def too_many(max_bytes: int, received: str) -> ProblemError:
    """The refusal of a body or a file that is too long."""
    return ProblemError(
        "too-many-bytes",
        f"At most {max_bytes:,} bytes are read. Received: {received}. Make the picture smaller before sending it,"
        " or start the service with a larger TINYSIGHT_MAX_BYTES.",
    )


def _boundary(kind: str, content_type: str, how: str) -> bytes:
    found = BOUNDARY.search(content_type) if kind == "multipart/form-data" else None
    if found is None:
        received = content_type[:100] or "no content type"
        raise ProblemError("not-a-form", f"{how}. Received: {received}.")
    return (found[1] or found[2]).encode("latin-1", "replace")


async def _parts(request: Request, boundary: bytes, max_content: int, max_total: int) -> AsyncIterator[Part]:
    reader = FormReader(boundary, max_content=max_content)
    async for piece in _body(request, max_total):
        for part in reader.feed(piece):
            yield part
    reader.finish()


async def _body(request: Request, max_bytes: int) -> AsyncIterator[bytes]:
    declared, size = request.headers.get("content-length", "0"), 0
    if declared.isdecimal() and int(declared) > max_bytes:
        raise too_many(max_bytes, f"{int(declared):,}")
    try:
        async for piece in request.stream():
            size += len(piece)
            if size > max_bytes:
                raise too_many(max_bytes, "more")
            yield piece
    except ClientDisconnect:
        raise ProblemError("bad-request", "The connection was cut before the whole body was here.") from None
