"""The HTTP server of one worker, which cuts nobody off when it ends."""

import asyncio
import socket
import time

import uvicorn

from serve.log_outlet import LogOutlet
from serve.metrics import Metrics

GRACE = 30  # seconds for answers that are under way when the service is stopped
LINGER = 1.0  # seconds for a client of an open connection to send one more request, whose answer then says goodbye


class GentleServer(uvicorn.Server):
    """uvicorn's server, with an eye on the log."""

    def __init__(self, config: uvicorn.Config, metrics: Metrics, outlet: LogOutlet) -> None:
        """Serves nothing yet.

        Args:
            config: of the server.
            metrics: of this worker.
            outlet: of its log.
        """
        super().__init__(config)
        self._metrics, self._outlet, self._dropped = metrics, outlet, outlet.dropped

    async def on_tick(self, counter: int) -> bool:
        """Ten times a second."""
        if self._outlet.waiting:
            self._outlet.flush()
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
        self._outlet.finish()
