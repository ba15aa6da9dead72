"""The HTTP server of one worker, which cuts nobody off when it ends."""

import asyncio
import socket
import time
from collections.abc import Callable
from functools import partial
from typing import cast

import uvicorn

from serve.acceptor import Acceptor
from serve.metrics import Metrics
from serve.shared import Shared
from serve.shared_cells import OPEN

GRACE = 30  # seconds for answers that are under way when the service is stopped
LINGER = 1.0  # seconds for a client of an open connection to send one more request, whose answer then says goodbye


class GentleServer(uvicorn.Server):
    """uvicorn's server, with an eye on the log."""

    def __init__(
        self,
        config: uvicorn.Config,
        metrics: Metrics,
        shared: Shared,
        place: int,
        watch_drift: Callable[[], None],
        finish: Callable[[], None],
    ) -> None:
        """Serves nothing yet.

        Args:
            config: of the server.
            metrics: of this worker.
            shared: with the others, among it the log.
            place: of this worker among all.
            watch_drift: to be called a few times a second.
            finish: to be called after the last answer; when this server has ended, the signal to stop ends the process.
        """
        super().__init__(config)
        self._counts, self._place, outlet = shared.cells.everybodys(OPEN), place, shared.outlet
        self._metrics, self._outlet, self._dropped = metrics, outlet, outlet.dropped
        self._watch_drift, self._finish = watch_drift, finish

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Starts to take connections, in turn with the other workers."""
        await super().startup(sockets=[])

        maker = cast("Callable[..., asyncio.Protocol]", self.config.http_protocol_class)
        protocol = partial(maker, config=self.config, server_state=self.server_state, app_state=self.lifespan.state)
        for listener in sockets or []:
            acceptor = Acceptor(listener, protocol, self._counts, self._place)
            self.servers.append(cast("asyncio.Server", acceptor))

    async def on_tick(self, counter: int) -> bool:
        """Ten times a second."""
        if self._outlet.waiting:
            self._outlet.flush()
        self._watch_drift()
        if dropped := self._outlet.dropped - self._dropped:
            self._metrics.dropped(dropped)
            self._dropped += dropped
        return await super().on_tick(counter)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Takes no new connection, and ends each open one with an answer if its client still asks for one."""
        self._metrics.ending = True
        for server in self.servers:
            server.close()
        end = time.monotonic() + LINGER
        await asyncio.sleep(0.05)  # for those that were taken in a moment ago
        while self.server_state.connections and time.monotonic() < end and not self.force_exit:
            await asyncio.sleep(0.02)
        await super().shutdown(sockets)
        self._finish()
        self._outlet.finish()
