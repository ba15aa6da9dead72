"""A request's body to the bytes of its file: limited while it streams in, held once, never on disk."""

import re

from starlette.requests import ClientDisconnect, Request

from serve.problems import ProblemError

MAX_PARTS = 32
MAX_PART_HEADERS = 4096  # bytes; keeps the search for parameters short whatever is sent
BOUNDARY = re.compile(r'boundary=(?:"([^"]{1,70})"|([^\s;,"]{1,70}))', re.IGNORECASE)
PARAMETER = re.compile(rb';[ \t]*([^\s;="]+)=(?:"((?:[^"\\]|\\.)*)"|([^\s;"]*))')
HOW = "Send the picture as the field `file` of a multipart form: curl -F file=@picture.jpg …/predict"


async def read_file(request: Request, max_bytes: int) -> bytes:
    """The bytes of the form field `file`.

    Args:
        request: a multipart form.
        max_bytes: the longest body that is read; a longer one is refused before it is all here.

    Raises:
        ProblemError: if the body is too long, not a form, or has no such field.
    """
    boundary = _boundary(request.headers.get("content-type", ""))
    body = await _read_body(request, max_bytes)
    files = [content for name, content in parse_form(body, boundary) if name == b"file"]
    if len(files) != 1:
        raise ProblemError("missing-file", f"The form must have one field `file`. Received: {len(files)}. {HOW}")
    return files[0]


def parse_form(body: bytes, boundary: bytes) -> list[tuple[bytes, bytes]]:
    """The fields of a multipart form: name and content of each, in their order.

    Raises:
        ProblemError: if the body does not follow RFC 7578, or has more than MAX_PARTS fields.
    """
    delimiter = b"\r\n--" + boundary
    at = 0 if body.startswith(delimiter[2:]) else body.find(delimiter) + 2  # a preamble is passed over
    if at == 1:
        raise ProblemError("bad-request", f"The form's body does not hold its boundary. {HOW}")
    at += len(delimiter) - 2
    fields: list[tuple[bytes, bytes]] = []
    while body[at : at + 2] != b"--":
        headers_end = body.find(b"\r\n\r\n", at, at + MAX_PART_HEADERS)
        end = body.find(delimiter, headers_end + 4)
        if headers_end < 0 or end < 0 or len(fields) == MAX_PARTS:
            raise ProblemError(
                "bad-request", f"The form is cut short, or has over {MAX_PARTS} fields or over-long headers. {HOW}"
            )
        fields.append((_field_name(body[at:headers_end]), body[headers_end + 4 : end]))
        at = end + len(delimiter)
    return fields


def _boundary(content_type: str) -> bytes:
    found = BOUNDARY.search(content_type)
    if not content_type.lower().startswith("multipart/form-data") or found is None:
        received = content_type[:100] or "no content type"
        raise ProblemError(
            "not-a-form", f"Only multipart/form-data with a boundary is read. Received: {received}. {HOW}"
        )
    return (found[1] or found[2]).encode("latin-1", "replace")


async def _read_body(request: Request, max_bytes: int) -> bytes:
    declared = request.headers.get("content-length", "0")
    if declared.isdecimal() and int(declared) > max_bytes:
        raise _too_many(max_bytes, f"{int(declared):,}")
    chunks, size = [], 0
    try:
        async for chunk in request.stream():
            size += len(chunk)
            if size > max_bytes:
                raise _too_many(max_bytes, "more")
            chunks.append(chunk)
    except ClientDisconnect:
        raise ProblemError("bad-request", "The connection was cut before the whole form was here.") from None
    return b"".join(chunks)


def _too_many(max_bytes: int, received: str) -> ProblemError:
    return ProblemError(
        "too-many-bytes",
        f"At most {max_bytes:,} bytes are read. Received: {received}. Make the picture smaller before sending it,"
        " or start the service with a larger TINYSIGHT_MAX_BYTES.",
    )


def _field_name(headers: bytes) -> bytes:
    for line in headers.split(b"\r\n"):
        if line[:20].lower() == b"content-disposition:":
            for name, quoted, plain in PARAMETER.findall(line):
                if name.lower() == b"name":
                    return bytes(quoted or plain)
    return b""
