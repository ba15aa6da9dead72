"""Clients that a service meets on a bad day: they dribble, hang, cut the connection, or speak no HTTP."""

import http.client
import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from serving import Running


def memory_of(pid: int) -> float:
    """Megabytes of a process, with its share of what it shares."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return sum(int(line.split()[1]) for line in lines if line.startswith("Pss:")) * 1024 / 1e6


def open_files(pid: int) -> int:
    """How many files, sockets among them, a process has open."""
    return len([*Path(f"/proc/{pid}/fd").iterdir()])


def connect(service: Running) -> socket.socket:
    host, port = service.url.removeprefix("http://").split(":")
    return socket.create_connection((host, int(port)), timeout=60)


@contextmanager
def open_connections(service: Running, count: int, beginning: bytes) -> Iterator[list[socket.socket]]:
    """So many clients that have each sent the same beginning of a request."""
    with ExitStack() as stack:
        opened = [stack.enter_context(connect(service)) for _ in range(count)]
        for one in opened:
            one.sendall(beginning)
        yield opened


def answer_to(service: Running, *pieces: bytes) -> tuple[int, dict[str, str], bytes]:
    """Status, headers and body of what a service says to these bytes; 0 if it only closes."""
    with connect(service) as connection:
        for piece in pieces:
            with suppress(OSError):  # it may have answered and closed already
                connection.sendall(piece)
        return read_answer(connection)


def read_answer(connection: socket.socket) -> tuple[int, dict[str, str], bytes]:
    """The next answer on a connection; status 0 if it was closed without one."""
    answer = http.client.HTTPResponse(connection)
    try:
        answer.begin()
    except (http.client.BadStatusLine, ConnectionResetError):
        return 0, {}, b""
    content = answer.read()
    return answer.status, {name.lower(): value for name, value in answer.getheaders()}, content


def head(path: str, *headers: str, method: str = "POST") -> bytes:
    """A request's line and headers."""
    return "\r\n".join((f"{method} {path} HTTP/1.1", "Host: service", *headers, "", "")).encode()
