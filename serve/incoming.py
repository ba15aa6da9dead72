"""Bodies on their way in: how long they may take, how much memory they have together, and their turn when complete."""

import time
from typing import Protocol

from starlette.requests import Request
from starlette.types import Message, Receive

from serve.metrics import Metrics
from serve.problems import ProblemError
from serve.turns import Turns, busy

ALMOST = 0.9  # of the time that a body has: the connection counts from the first byte of the head


class Connected(Protocol):
    """What a body needs to know of its connection; serve/connection.py is one."""

    late: bool

    @property
    def gone(self) -> bool:
        """True when nobody is left to answer."""

    def wait_on(self) -> None:
        """Gives the client more time after all."""

    def wake(self) -> None:
        """Lets whoever waits for the next piece of the body look up without one."""

    def hold_back(self) -> None:
        """Lets the client wait before its next request is read."""


class Incoming:
    """What a route receives its body through."""

    __slots__ = ("_bodies", "_connection", "_ended", "_has_turn", "_receive", "_waited", "given_up", "size")

    def __init__(self, receive: Receive, bodies: "Bodies", connection: Connected | None) -> None:
        self._receive, self._bodies, self._connection = receive, bodies, connection
        self._waited = 0.0  # seconds for the client; what a route does between two pieces is not its fault
        self._has_turn = self._ended = self.given_up = False
        self.size = 0

    async def __call__(self) -> Message:
        """The next piece; the last one comes when it is this request's turn.

        Raises:
            ProblemError: if the body comes too slowly, or there is no room for it.
        """
        began = time.monotonic()
        message = await self._receive()
        self._waited += time.monotonic() - began
        if message["type"] != "http.request" or self._has_turn:
            return message
        try:
            return await self._take(message)
        except ProblemError as refusal:
            self._bodies.metrics.refused(refusal.kind)
            if self._connection is not None:
                self._connection.hold_back()
            raise

    async def _take(self, message: Message) -> Message:
        self._bodies.add(self, len(message.get("body", b"")), complete=not message.get("more_body", False))
        if message.get("more_body", False):
            self._check_time()
            return message
        await self._bodies.take_turn()
        self._has_turn = True
        if self._connection is not None and self._connection.gone:
            return {"type": "http.disconnect"}
        return message

    def end(self) -> None:
        """Gives back what the body held, and its turn; once."""
        if not self._ended:
            self._ended = True
            self._bodies.forget(self, had_turn=self._has_turn)

    def give_way(self) -> None:
        """Makes this body end with a refusal, so that others find room."""
        self.given_up = True
        if self._connection is not None:
            self._connection.wake()

    def _check_time(self) -> None:
        if self.given_up:
            raise busy()
        if self._waited >= self._bodies.seconds * ALMOST:
            raise too_slow(self._bodies.seconds)
        if self._connection is not None and self._connection.late:
            self._connection.wait_on()


class Bodies:
    """All bodies of one worker that are not answered yet."""

    def __init__(self, turns: Turns, metrics: Metrics, *, seconds: float, most_bytes: int) -> None:
        """None yet.

        Args:
            turns: the line for complete ones.
            metrics: hears how long that line is.
            seconds: that a body may take to come in.
            most_bytes: that all of them together may hold.
        """
        self.seconds = seconds
        self.metrics = metrics
        self._turns, self._most = turns, most_bytes
        self._held = 0
        self._incomplete: dict[Incoming, None] = {}  # the one that began first is first

    @property
    def full(self) -> bool:
        """True when a request with a body need not even be read."""
        return self._turns.full

    def add(self, body: Incoming, size: int, *, complete: bool) -> None:
        """Counts a piece; where memory runs out, the body that has been under way longest gives way.

        Raises:
            ProblemError: if there is none that could.
        """
        body.size += size
        self._held += size
        if complete:
            self._incomplete.pop(body, None)
        else:
            self._incomplete.setdefault(body)
        while self._held > self._most:
            oldest = next(iter(self._incomplete), body)
            self._drop(oldest)
            if oldest is body:
                raise busy()
            oldest.give_way()

    async def take_turn(self) -> None:
        """Returns when it is the turn of a complete body.

        Raises:
            ProblemError: if too many wait already.
        """
        await self._turns.take()
        self.metrics.queued(self._turns.inside)

    def forget(self, body: Incoming, *, had_turn: bool) -> None:
        """Takes a body out of all counts."""
        self._drop(body)
        if had_turn:
            self._turns.leave()
            self.metrics.queued(self._turns.inside)

    def _drop(self, body: Incoming) -> None:
        self._incomplete.pop(body, None)
        self._held -= body.size
        body.size = 0


def leave_line(request: Request) -> None:
    """Gives a request's turn to the next one before its answer, since it will wait for something else."""
    if isinstance(request.receive, Incoming):
        request.receive.end()


def too_slow(seconds: float) -> ProblemError:
    """The refusal of a request that dribbles in."""
    return ProblemError(
        "too-slow",
        f"A request must be here within {seconds:g} s of its beginning. Send a smaller picture or use a faster line;"
        " TINYSIGHT_BODY_SECONDS allows more time.",
        headers={"Connection": "close"},
    )
