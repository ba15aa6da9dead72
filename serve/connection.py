"""Connections of one worker: how many, how long each may keep it waiting, and how each is ended."""

import asyncio
import logging
import os
import resource
import signal
import socket
import struct
import time
from contextlib import suppress
from typing import Any

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from serve.answer_headers import SECURITY, Header
from serve.incoming import too_slow
from serve.problems import ProblemError
from serve.watch import Unread

log = logging.getLogger("serve")
MOST_HEAD_BYTES = 65_536  # of a request's line and headers, beyond the first piece that is read
MOST_PIPELINED = 16  # requests that a client may send ahead of their answers
HOLD_SECONDS = 0.5  # until the next request of a client that was refused is read; shorter than any Retry-After
LOOK_SECONDS = 1.0  # between looks at who keeps the worker waiting
SPARE_FILES = 64  # open files that are not connections
MOST_FILES = 65_536  # more than this worker can have connections


class Connections:
    """Those of one worker, and which of them it waits for.

    It waits for a client to send a request, to send the rest of one, to read an answer or to go away. None of
    these may take longer than a number of seconds. Where there are too many connections, the one that it has
    waited for longest ends.
    """

    def __init__(
        self, *, most: int, seconds: float, work_seconds: float, unread: Unread, count: "memoryview[float]"
    ) -> None:
        """None yet.

        Args:
            most: open connections.
            seconds: to wait for a client.
            work_seconds: after which this process is ended by the system if it is still at one and the same thing.
            unread: answers what is no request.
            count: where all workers see how many this one has.
        """
        self._count, self.unread = count, unread
        self._count[0] = 0  # whoever was at this place before left its number
        self.most, self.seconds, self._work_seconds = most, seconds, work_seconds
        self._open: set[Connection] = set()
        self._waits: dict[Connection, float] = {}  # since when; the longest wait is first
        self._is_looking = False

    def opened(self, connection: "Connection") -> None:
        """Takes note of a new one, and makes room for it."""
        self._open.add(connection)
        self._count[0] = len(self._open)
        self.wait_for(connection)
        if len(self._open) > self.most:
            oldest = next(iter(self._waits))
            self._open.discard(oldest)
            oldest.end()
        if not self._is_looking:
            self._is_looking = True
            self._look()

    def closed(self, connection: "Connection") -> None:
        """Forgets one."""
        self._open.discard(connection)
        self._count[0] = len(self._open)
        self._waits.pop(connection, None)

    def wait_for(self, connection: "Connection") -> None:
        """Begins to wait for a client."""
        self._waits.pop(connection, None)
        self._waits[connection] = time.monotonic()

    def has_heard(self, connection: "Connection") -> None:
        """Waits for it no longer."""
        self._waits.pop(connection, None)

    def _look(self) -> None:
        """Ends those that have been waited for too long, and shows the system that this process is not stuck."""
        now = time.monotonic()
        for connection, since in [*self._waits.items()]:
            if now - since <= self.seconds:
                break
            connection.end()
        self._is_looking = bool(self._open)
        # the next look is so far away although nothing is wrong
        signal.setitimer(signal.ITIMER_REAL, self._work_seconds + LOOK_SECONDS if self._is_looking else 0)
        if self._is_looking:
            asyncio.get_running_loop().call_later(LOOK_SECONDS, self._look)


class Connection(HttpToolsProtocol):
    """uvicorn's connection with limits on what a client can make it hold, and for how long.

    Attributes:
        late: True when the rest of its request is waited for no longer.
    """

    def __init__(self, connections: Connections, **given: Any) -> None:
        super().__init__(**given)
        self._all = connections
        self._head_open, self._head_bytes = True, 0
        self._begun, self._complete = False, False
        self._held_back = False
        self.late = False

    @property
    def gone(self) -> bool:
        """True when nobody is left to answer."""
        return self.transport.is_closing()

    def wait_on(self) -> None:
        """Gives the client more time after all."""
        self.late = False

    def wake(self) -> None:
        """Lets whoever waits for the next piece of the body look up without one."""
        self.cycle.message_event.set()

    def hold_back(self) -> None:
        """Lets the client wait for a moment before its next request is read: it did not heed a refusal."""
        self._held_back = True

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """The client is here."""
        super().connection_made(transport)
        self._all.opened(self)

    def connection_lost(self, exc: Exception | None) -> None:
        """The client is gone."""
        super().connection_lost(exc)
        self._all.closed(self)

    def data_received(self, data: bytes) -> None:
        """Something came in."""
        was_open = self._head_open and self._begun
        super().data_received(data)
        if was_open and self._head_open:
            self._head_bytes += len(data)
            if self._head_bytes > MOST_HEAD_BYTES:
                self._refuse(ProblemError("head-too-large", "The request's line and headers are too long. Send less."))

    def on_message_begin(self) -> None:
        """A request's first byte."""
        super().on_message_begin()
        self._begun, self._complete, self._head_open, self._head_bytes = True, False, True, 0
        self._all.wait_for(self)
        self.scope["state"]["connection"] = self

    def on_headers_complete(self) -> None:
        """Its line and headers are here."""
        self._head_open = False
        if len(self.pipeline) >= MOST_PIPELINED:
            self.transport.abort()
            return
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """All of it is here."""
        super().on_message_complete()
        self._complete = True
        self._all.has_heard(self)

    def on_response_complete(self) -> None:
        """It is answered, perhaps before it was all here."""
        super().on_response_complete()
        if self._complete:
            self._all.wait_for(self)
        if self._held_back:
            self._held_back = False
            self.flow.pause_reading()
            self.loop.call_later(HOLD_SECONDS, self._read_on)

    def pause_writing(self) -> None:
        """The client does not read."""
        super().pause_writing()
        self._all.wait_for(self)

    def resume_writing(self) -> None:
        """It has read."""
        super().resume_writing()
        self._all.has_heard(self)
        if self.cycle is not None and self.cycle.response_complete:
            self._all.wait_for(self)

    def end(self) -> None:
        """Ends a connection that is waited for: with an answer where one may still come, at once where not."""
        if self.transport.is_closing() or self.flow.write_paused or self.late:
            self._cut()
        elif self._begun and self._head_open:
            self._refuse(too_slow(self._all.seconds))
        elif self._begun and not self._complete and not self.cycle.response_started:
            self.late = True
            self._all.wait_for(self)
            self.wake()
        else:
            self.transport.close()

    def send_400_response(self, msg: str) -> None:
        """What is no HTTP is answered like everything else."""
        self._refuse(ProblemError("bad-request", f"{msg} Send HTTP/1.1 as RFC 9112 says."))

    def _unsupported_upgrade_warning(self) -> None:
        """Clients offer to speak HTTP/2 or WebSocket without needing it; the log has nothing to say about that."""

    def _refuse(self, refusal: ProblemError) -> None:
        """Answers without the app, which has not seen this request, and closes."""
        response = self._all.unread.answer(refusal)
        headers: list[Header] = [*response.raw_headers, *SECURITY, (b"connection", b"close")]
        lines = [name + b": " + value + b"\r\n" for name, value in headers]
        self.transport.write(b"".join((STATUS_LINE[response.status_code], *lines, b"\r\n", bytes(response.body))))
        self._all.wait_for(self)
        self.transport.close()

    def _cut(self) -> None:
        """Ends it without the minutes in which the system would go on offering what the client does not read."""
        with suppress(OSError), socket.socket(fileno=os.dup(self.transport.get_extra_info("socket").fileno())) as same:
            same.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.transport.abort()

    def _read_on(self) -> None:
        if not self.transport.is_closing():
            self.flow.resume_reading()


def raise_file_limit(connections: int) -> int:
    """Lets this process have as many open files as its connections need; how many connections that allows."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = MOST_FILES if hard == resource.RLIM_INFINITY else hard
    wanted = min(connections + SPARE_FILES, most)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
        soft = wanted
    allowed = connections if soft == resource.RLIM_INFINITY else min(connections, soft - SPARE_FILES)
    if allowed < connections:
        log.warning("the limit of open files, %d, allows %d connections a worker", soft, allowed)
    return max(1, allowed)
