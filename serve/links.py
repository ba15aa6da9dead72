"""What the parent and a worker say to each other, a line of JSON a message, over a pair of sockets."""

import logging
import os
import signal
import socket
import threading
from contextlib import suppress

from pydantic import BaseModel, ConfigDict

from serve.follow_state import FollowState
from serve.model_store import ModelStore, load_release
from serve.version import Release

log = logging.getLogger("serve")
PIECE = 1 << 16  # bytes read at once


class Order(BaseModel):
    """From the parent: what is going on, and the version to load if it is another one than before.

    Attributes:
        state: for /readyz and the metrics.
        release: to be loaded and swapped in.
        number: of the release; the worker says it back.
    """

    model_config = ConfigDict(frozen=True)

    state: FollowState
    release: Release | None = None
    number: int = 0


class Answer(BaseModel):
    """From a worker: it serves the release of that number, or why it does not and stays with what it had."""

    model_config = ConfigDict(frozen=True)

    number: int
    trouble: str | None = None


class Lines:
    """The messages that came in over a socket so far."""

    def __init__(self, link: socket.socket) -> None:
        self._link, self._text = link, b""

    def read(self) -> list[bytes] | None:
        """The whole lines that are here; None when the other side is gone."""
        try:
            piece = self._link.recv(PIECE)
        except BlockingIOError:
            return []
        except OSError:
            return None
        if not piece:
            return None
        *lines, self._text = (self._text + piece).split(b"\n")
        return lines


def say(link: socket.socket, message: BaseModel) -> bool:
    """Sends a message whole; False if the other side is gone, or has not read for a long time."""
    try:
        data = message.model_dump_json().encode() + b"\n"
        return link.send(data) == len(data)
    except OSError:
        return False


def obey(link: socket.socket, store: ModelStore, first: Order) -> None:
    """Starts the thread in which a worker loads what the parent orders while it goes on answering.

    Args:
        link: to the parent; its end ends this process.
        store: of the models that are served here.
        first: what the store has loaded already; its state holds before the first request is answered.
    """
    store.state = first.state
    say(link, Answer(number=first.number))
    threading.Thread(target=_obey, args=(link, store), name="following", daemon=True).start()


def _obey(link: socket.socket, store: ModelStore) -> None:
    lines = Lines(link)
    with suppress(OSError):
        while (texts := lines.read()) is not None:
            for text in texts:
                _do(Order.model_validate_json(text), link, store)
    os.kill(os.getpid(), signal.SIGTERM)  # the parent is gone, and nobody else would stop this process


def _do(order: Order, link: socket.socket, store: ModelStore) -> None:
    trouble = None
    if order.release is not None:
        try:
            store.swap(load_release(order.release))
        except Exception as error:  # ONNX Runtime's exceptions have no common type; what is served stays
            trouble = " ".join(str(error).split())[:500]
    store.state = order.state
    if order.release is not None:
        say(link, Answer(number=order.number, trouble=trouble))
