"""The way of log lines to a file, terminal, pipe or socket; nobody who writes ever waits for who reads."""

import os
import select
import socket
import stat
from collections import deque
from collections.abc import Callable
from contextlib import ExitStack
from threading import Lock

MOST_WAITING = 1 << 20  # bytes of lines that wait for a reader, before further ones are dropped
ATOMIC = 4096  # bytes that a pipe takes whole


class LogOutlet:
    """Writes whole lines; keeps those that there is no room for, up to a limit, and drops what comes after them.

    Attributes:
        dropped: how many lines were, so far.
        waiting: lines that nobody has read yet.
    """

    def __init__(self, file: int = 1) -> None:
        """Looks at what the file is.

        Args:
            file: its descriptor.
        """
        self.dropped, self.waiting = 0, deque[bytes]()
        self._size, self._lock, self._owner = 0, Lock(), os.getpid()
        self._opened = ExitStack()
        self._send = _sender(file, self._opened)

    def write(self, line: bytes) -> None:
        """Takes a line that ends in a line break."""
        with self._lock:
            if self.waiting:
                self._write_waiting()
            if self.waiting or (rest := self._rest_of(line)):
                self._keep(line if self.waiting else rest)

    def flush(self) -> None:
        """Tries again to write what waits."""
        with self._lock:
            self._write_waiting()

    def finish(self, seconds: float = 1.0) -> None:
        """Gives the reader some time for what waits, before the process ends."""
        for _ in range(int(seconds / 0.05)):
            self.flush()
            if not self.waiting:
                return
            select.select([], [], [], 0.05)

    def close(self) -> None:
        """Closes what was opened here; the file that was given stays open."""
        self._opened.close()

    def _keep(self, line: bytes) -> None:
        if self._size + len(line) > MOST_WAITING:
            self.dropped += 1
            return
        self.waiting.append(line)
        self._size += len(line)

    def _write_waiting(self) -> None:
        if self._owner != os.getpid():  # forked meanwhile: what waits is the other process's to write
            self.waiting.clear()
            self._size, self._owner = 0, os.getpid()
        while self.waiting:
            line = self.waiting[0]
            rest = self._rest_of(line)
            self._size -= len(line) - len(rest)
            if rest:
                self.waiting[0] = rest
                return
            self.waiting.popleft()

    def _rest_of(self, line: bytes) -> bytes:
        """Writes what there is room for; what is left of the line."""
        try:
            sent = self._send(line)
        except BlockingIOError:
            return line
        except OSError:  # nobody reads any more, or the disk is full: the service goes on
            self.dropped += 1
            return b""
        return line[sent:]


def _sender(file: int, opened: ExitStack) -> Callable[[bytes], int]:
    """What writes without waiting; the descriptor itself is shared with other programs and stays as it is."""
    mode = os.fstat(file).st_mode
    if stat.S_ISREG(mode):
        return lambda line: os.write(file, line)
    if stat.S_ISSOCK(mode):
        link = opened.enter_context(socket.socket(fileno=os.dup(file)))
        return lambda line: link.send(line, socket.MSG_DONTWAIT)
    try:
        own = os.open(f"/proc/self/fd/{file}", os.O_WRONLY | os.O_NONBLOCK | os.O_NOCTTY)
    except OSError:  # somebody else's pipe, as in a container with another user
        return lambda line: _write_if_room(file, line)
    opened.callback(os.close, own)
    return lambda line: os.write(own, line)


def _write_if_room(file: int, line: bytes) -> int:
    _, room, _ = select.select([], [file], [], 0)
    if not room:
        raise BlockingIOError
    return os.write(file, line[:ATOMIC])
