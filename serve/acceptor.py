"""Takes new connections from the socket that all workers share, so that each worker gets as many as the others.

uvloop alone would accept whatever is there at once: eight clients that come together, or a proxy that keeps some
connections open, would all be one worker's, while the others have nothing to do.
"""

import asyncio
import logging
import socket
from collections.abc import Callable, Sequence

log = logging.getLogger("serve")
LOOK = 0.001  # seconds between looks whether the others have caught up
LOOKS = 5  # that a worker leaves a new connection to those with fewer; then they have no time for it
MOST_AT_ONCE = 64  # connections that it takes then; as long as they have no time, twice as many each turn
NO_FILES = 0.1  # seconds until the next try where the system has no more room for a connection


class Acceptor:
    """One worker's end of the shared socket; what uvicorn calls a server."""

    def __init__(
        self,
        listener: socket.socket,
        protocol: Callable[[], asyncio.Protocol],
        counts: "Sequence[memoryview[float]]",
        own: int,
    ) -> None:
        """Begins to listen.

        Args:
            listener: the shared socket, already bound.
            protocol: makes what answers a connection.
            counts: one number for each worker: its open connections.
            own: which of them is this worker's.
        """
        self._listener, self._protocol = listener, protocol
        self._others = [count for place, count in enumerate(counts) if place != own]
        self._own, self._arriving = counts[own], set[asyncio.Task[object]]()
        self._loop, self._is_open = asyncio.get_running_loop(), True
        self._at_once = 1
        self._listen()

    def close(self) -> None:
        """Takes no more."""
        if self._is_open:
            self._is_open = False
            self._loop.remove_reader(self._listener)

    async def wait_closed(self) -> None:
        """Nothing is left to wait for."""

    def _listen(self) -> None:
        if self._is_open:
            self._loop.add_reader(self._listener, self._ready)

    def _ready(self) -> None:
        """Somebody is at the door."""
        if self._has_more():
            self._loop.remove_reader(self._listener)
            self._loop.call_later(LOOK, self._look, LOOKS - 1)
        else:
            self._accept()

    def _has_more(self) -> bool:
        """True where another worker has fewer connections: of some any fewer, of many an eighth."""
        mine = self._own[0] + len(self._arriving)
        return any(other[0] < mine - mine // 8 for other in self._others)

    def _look(self, looks: int) -> None:
        """Goes on giving way, or takes whom the others have left."""
        has_more = self._has_more()
        if has_more and looks and self._is_open:
            self._loop.call_later(LOOK, self._look, looks - 1)
            return
        self._listen()
        taken = 0
        while self._is_open and taken < self._at_once and self._accept():
            taken += 1
        self._at_once = min(2 * taken, MOST_AT_ONCE) if has_more and taken else 1

    def _accept(self) -> bool:
        """Takes one; False where another worker has, or the system has no room."""
        try:
            client, _ = self._listener.accept()
        except (BlockingIOError, InterruptedError, ConnectionAbortedError):
            return False
        except OSError as error:
            log.error("no connection can be taken: %s", error.strerror)
            self._loop.remove_reader(self._listener)
            self._loop.call_later(NO_FILES, self._listen)
            return False
        client.setblocking(False)
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        task: asyncio.Task[object] = self._loop.create_task(self._open(client))
        self._arriving.add(task)
        task.add_done_callback(self._arriving.discard)
        return True

    async def _open(self, client: socket.socket) -> None:
        try:
            await self._loop.connect_accepted_socket(self._protocol, client)
        except OSError:  # gone again
            client.close()
