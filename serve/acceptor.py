"""Takes new connections from the socket that all workers share, so that each worker gets as many as the others.

uvloop alone would accept whatever is there at once: eight clients that come together, or a proxy that keeps some
connections open, would all be one worker's, while the others have nothing to do.
"""

import asyncio
import logging
import socket
from collections.abc import Callable, Sequence

log = logging.getLogger("serve")
GIVE_WAY = 0.005  # seconds that a worker leaves a new connection to those with fewer
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
        mine = self._own[0] + len(self._arriving)
        if any(other[0] < mine for other in self._others):
            self._pause(GIVE_WAY, self._accept)
        else:
            self._accept()

    def _pause(self, seconds: float, then: Callable[[], None] = lambda: None) -> None:
        self._loop.remove_reader(self._listener)

        def go_on() -> None:
            self._listen()
            if self._is_open:
                then()

        self._loop.call_later(seconds, go_on)

    def _accept(self) -> None:
        """Takes one, if another worker has not."""
        try:
            client, _ = self._listener.accept()
        except (BlockingIOError, InterruptedError, ConnectionAbortedError):
            return
        except OSError as error:
            log.error("no connection can be taken: %s", error.strerror)
            self._pause(NO_FILES)
            return
        client.setblocking(False)
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        task: asyncio.Task[object] = self._loop.create_task(self._open(client))
        self._arriving.add(task)
        task.add_done_callback(self._arriving.discard)

    async def _open(self, client: socket.socket) -> None:
        try:
            await self._loop.connect_accepted_socket(self._protocol, client)
        except OSError:  # gone again
            client.close()
