"""How the service stops: it is announced, then the door is closed, then what is inside is finished."""

import ctypes
import logging
import select
import socket
import struct
import time
from typing import Literal

log = logging.getLogger("serve")
STOP_LIMIT = 60.0  # seconds for the workers to finish; whoever stops the service has a limit too
SAME = 1.0  # seconds in which a second signal says no more than the first: some programs send two
LONGEST_QUEUE = 1.0  # seconds in which the workers take in who stood at the door
ATTACH_FILTER = 26  # SO_ATTACH_FILTER of Linux
NO_MORE_SYN = ((0x30, 0, 0, 13), (0x45, 0, 1, 2), (0x06, 0, 0, 0), (0x06, 0, 0, 0xFFFFFFFF))
Step = Literal["serve", "stop", "finish", "kill"]


class Ending:
    """What the parent is to do about stopping; asked for by a signal, at any moment."""

    def __init__(self, drain_seconds: float) -> None:
        """Nobody has asked yet.

        Args:
            drain_seconds: how long the service goes on, so that whoever sends it requests can look elsewhere.
        """
        self._drain_seconds = drain_seconds
        self._asked: float | None = None
        self._until: float | None = None
        self._in_a_hurry = False

    @property
    def asked(self) -> bool:
        """True once the order to stop is there."""
        return self._asked is not None

    @property
    def begun(self) -> bool:
        """True once the workers are told to end."""
        return self._until is not None

    def hear(self) -> None:
        """A signal says to stop; one more, later, says to do it at once."""
        now = time.monotonic()
        if self._asked is None:
            self._asked = now
        elif now - self._asked > SAME:
            self._in_a_hurry = True

    def due(self) -> float | None:
        """When the next step is to be taken; None if nobody has asked."""
        return self._until or (None if self._asked is None else self._asked + self._drain_seconds)

    def step(self) -> Step:
        """What is to be done now: `stop` comes once."""
        now = time.monotonic()
        if self._asked is None:
            return "serve"
        if self._until is None and not self._in_a_hurry and now < self._asked + self._drain_seconds:
            return "serve"
        if self._until is None:
            self._until = now + STOP_LIMIT
            return "stop"
        return "kill" if self._in_a_hurry or now > self._until else "finish"


def close_door(listener: socket.socket) -> None:
    """Lets nobody new in, and lets the workers take in everybody who is at the door already.

    A listening socket that is closed drops who has connected but was not taken in yet. So new connections are
    filtered out first; they try again a second later and are refused then.
    """
    words = b"".join(struct.pack("HBBI", *word) for word in NO_MORE_SYN)
    program = ctypes.create_string_buffer(words)
    try:
        listener.setsockopt(
            socket.SOL_SOCKET, ATTACH_FILTER, struct.pack("HL", len(NO_MORE_SYN), ctypes.addressof(program))
        )
    except OSError as error:
        log.warning("connections made in this moment may be cut: %s", error.strerror)
    end = time.monotonic() + LONGEST_QUEUE
    waits = True
    while waits and time.monotonic() < end:
        time.sleep(0.02)  # also for those in the middle of connecting
        waits = bool(select.select([listener], [], [], 0)[0])
    listener.close()
