"""A multipart form, read as it comes in: each file is whole once, and what is too long is never kept."""

import re
from typing import NamedTuple

from serve.problems import ProblemError

MAX_PARTS = 100
MAX_PART_HEADERS = 4096  # bytes; keeps the search for parameters short whatever is sent
PARAMETER = re.compile(rb';[ \t]*([^\s;="]+)=(?:"((?:[^"\\]|\\.)*)"|([^\s;"]*))')
ESCAPED = re.compile(rb"\\(.)")
CUT_SHORT = "The form is cut short: its last boundary is missing. Send it again, whole."


class Part(NamedTuple):
    """A field of a form.

    Attributes:
        name: of the field.
        file: the name that the sender gave the file; None without one.
        content: its bytes; None if they were more than allowed.
    """

    name: bytes
    file: str | None
    content: bytes | None


class FormReader:
    """Takes a body in pieces and gives out its fields, in the order of RFC 7578."""

    def __init__(self, boundary: bytes, *, max_content: int) -> None:
        """Nothing has come in yet.

        Args:
            boundary: as the content type names it.
            max_content: bytes of the longest field that is kept.
        """
        self._delimiter, self._max_content = b"\r\n--" + boundary, max_content
        self._text = bytearray(b"\r\n")  # so that a boundary at the very beginning begins a line, too
        self._searched, self._dropped, self._count = 0, 0, 0
        self._headers: bytes | None = None  # of the field whose content is read; None before the first boundary
        self._in_headers, self._ended = False, False

    def feed(self, piece: bytes) -> list[Part]:
        """The fields that are whole now; text after the form's end is passed over.

        Raises:
            ProblemError: if there are more than MAX_PARTS, or one has over-long headers.
        """
        parts: list[Part] = []
        if not self._ended:
            self._text += piece
        while not self._ended:
            if self._in_headers:
                if not self._read_headers():
                    break
                continue
            end = self._text.find(self._delimiter, self._searched)
            if end < 0:
                self._wait()
                break
            if self._headers is not None:
                parts.append(self._part(self._headers, end))
            del self._text[: end + len(self._delimiter)]
            self._in_headers = True
        return parts

    def finish(self) -> None:
        """To be called when the body is over.

        Raises:
            ProblemError: if the form is not.
        """
        if self._ended:
            return
        found = self._headers is not None or self._in_headers
        raise ProblemError("bad-request", CUT_SHORT if found else "The form's body does not hold its boundary.")

    def _read_headers(self) -> bool:
        """True when a field's headers, or the form's end, were read."""
        if self._text.startswith(b"--"):
            self._ended = True
            self._text.clear()
            return True
        end = self._text.find(b"\r\n\r\n", 0, MAX_PART_HEADERS)
        if end < 0 and len(self._text) < MAX_PART_HEADERS:
            return False
        self._count += 1
        if end < 0 or self._count > MAX_PARTS:
            allowed = f"{MAX_PARTS} fields, each with headers of {MAX_PART_HEADERS} bytes"
            raise ProblemError("bad-request", f"A form has at most {allowed}. Send fewer, or shorter names.")
        self._headers = bytes(self._text[:end])
        del self._text[: end + 4]
        self._in_headers, self._searched, self._dropped = False, 0, 0
        return True

    def _wait(self) -> None:
        """Remembers how far was searched, and lets go of what nobody will want."""
        self._searched = max(0, len(self._text) - len(self._delimiter) + 1)
        if self._headers is None or self._dropped + self._searched > self._max_content:
            self._dropped += self._searched
            del self._text[: self._searched]
            self._searched = 0

    def _part(self, headers: bytes, end: int) -> Part:
        found = _parameters(headers)
        file = found.get(b"filename")
        content = None
        if self._dropped + end <= self._max_content:
            with memoryview(self._text) as text:
                content = bytes(text[:end])
        return Part(found.get(b"name", b""), None if file is None else file.decode("utf-8", "replace"), content)


def _parameters(headers: bytes) -> dict[bytes, bytes]:
    """Of the field's Content-Disposition."""
    for line in headers.split(b"\r\n"):
        if line[:20].lower() == b"content-disposition:":
            found = PARAMETER.findall(line)
            return {name.lower(): ESCAPED.sub(rb"\1", quoted) or plain for name, quoted, plain in reversed(found)}
    return {}
