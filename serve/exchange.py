"""One request while it is answered: what the log and its answer say about it."""

import os
from collections.abc import Callable
from contextvars import ContextVar
from itertools import count


class Exchange:
    """A request and what became of it.

    Attributes:
        request_id: the client's, where it sent a well-formed one, or a new one.
        method: one that HTTP knows.
        path: that was asked for, without what follows a question mark.
        client: the address that asked, or None.
        key: the name of the API key that was used, or None.
        route: the template of the path.
        status: of the answer; 0 before there is one.
        received: bytes of the request's body.
        sent: bytes of the answer's body.
        seconds: from the request's head to the end of the answer.
        pictures: how many were answered with a class or as unknown.
        class_name: of the last of them; None for unknown.
        model_version: that answered.
    """

    __slots__ = (
        *("request_id", "method", "path", "client", "key", "route", "status", "received", "sent", "seconds"),
        *("pictures", "class_name", "model_version"),
    )

    def __init__(self, request_id: str, method: str, path: str, route: str) -> None:
        self.request_id, self.method, self.path, self.route = request_id, method, path, route
        self.status = self.received = self.sent = self.pictures = 0
        self.seconds = 0.0
        self.client: str | None = None
        self.key: str | None = None
        self.class_name: str | None = None
        self.model_version: str | None = None


current: ContextVar[Exchange | None] = ContextVar("exchange", default=None)


def request_id() -> str | None:
    """Of the request that is being answered here, or None outside of one."""
    exchange = current.get()
    return exchange.request_id if exchange else None


def numbered() -> Callable[[], str]:
    """A maker of ids that no other process makes, also none of a later start."""
    process, numbers = os.urandom(6).hex(), count(1)
    return lambda: f"{process}-{next(numbers):x}"
