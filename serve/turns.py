"""Whose turn it is: a bounded line of requests whose bodies are here, one started in each pass of the event loop."""

import asyncio
import time
from collections import deque

from serve.problems import ProblemError

RETRY_SECONDS = 1  # a full line is worked off in a few hundred milliseconds


class Turns:
    """The line in one worker.

    A picture is decoded and classified without giving up the event loop. So if all that have arrived were
    started at once, nothing else would be answered until the last is done; with one a pass, what is short,
    such as GET /healthz or a refusal, is answered between two pictures.

    Attributes:
        most: how many may be inside at once.
        inside: how many wait or are at work; slow clients do not count before their body is complete.
    """

    def __init__(self, most: int, patience: float) -> None:
        """An empty line.

        Args:
            most: how many requests may wait or be at work.
            patience: seconds after which one that still waits is refused, as its client has surely gone.
        """
        self.most, self.patience = most, patience
        self.inside = 0
        self._line: deque[asyncio.Future[None]] = deque()
        self._taken = False  # in this pass of the event loop

    @property
    def full(self) -> bool:
        """True when the next one must be refused."""
        return self.inside >= self.most

    async def take(self) -> None:
        """Returns when it is this request's turn; whoever took one must `leave`.

        Raises:
            ProblemError: if the line is full, or the wait was too long.
        """
        if self.inside >= self.most:
            raise busy()
        self.inside += 1
        loop = asyncio.get_running_loop()
        if not self._taken:
            self._taken = True
            loop.call_soon(self._next)
            return
        turn = loop.create_future()
        self._line.append(turn)
        arrived = time.monotonic()
        try:
            await turn
            if time.monotonic() - arrived > self.patience:
                raise busy()
        except BaseException:
            self.inside -= 1
            raise

    def leave(self) -> None:
        """Makes room for another."""
        self.inside -= 1

    def _next(self) -> None:
        while self._line:
            turn = self._line.popleft()
            if not turn.done():
                turn.set_result(None)
                asyncio.get_running_loop().call_soon(self._next)
                return
        self._taken = False


def busy() -> ProblemError:
    """The refusal of a request that there is no room for."""
    return ProblemError(
        "busy",
        "As many requests as may wait are waiting already. Send it again after the seconds in Retry-After."
        " If this happens often, start the service on a machine with more cores and with more TINYSIGHT_WORKERS.",
        headers={"Retry-After": str(RETRY_SECONDS)},
    )
