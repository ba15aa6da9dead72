"""Requests to one service over HTTP, with the standard library only: connections are kept, refusals waited out."""

import http.client
import os
import threading
import time
from base64 import b64encode
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from itertools import count
from urllib.parse import SplitResult, unquote, urlsplit
from urllib.request import getproxies, proxy_bypass

from tinysight.errors import ConfigError, ServiceError

WAITED_OUT = (429, 503)  # too many requests; busy, or without a model yet
FIRST_PAUSE, LONGEST_PAUSE, SHORTEST_PAUSE = 0.25, 8.0, 0.05  # seconds, where the service names none or too few


@dataclass(frozen=True)
class Reply:
    """A whole answer.

    Attributes:
        status: of it.
        content: its body.
        retry_after: seconds to wait before the next try; None where the answer does not say.
        location: where else to ask, if it says so.
    """

    status: int
    content: bytes
    retry_after: float | None = None
    location: str | None = None


class _Kept:
    """A thread's connection, closed when nobody has it any more."""

    def __init__(self, connection: http.client.HTTPConnection) -> None:
        self.connection, self.process = connection, os.getpid()

    def __del__(self) -> None:
        self.connection.close()


class Connection:
    """To the service at an address; each thread and each forked process has its own socket."""

    def __init__(self, url: str, headers: Mapping[str, str], *, timeout: float, patience: float) -> None:
        """Opens nothing yet.

        Args:
            url: of the service.
            headers: of every request.
            timeout: seconds to wait for an answer.
            patience: seconds that may be spent, for one request, on waiting as a busy service asks.

        Raises:
            ConfigError: if the address is not one of HTTP.
        """
        self.url = url.rstrip("/")
        self._parts, self._headers = _address(self.url), dict(headers)
        self._timeout, self._patience = timeout, patience
        self._mine = threading.local()

    def ask(self, method: str, path: str, body: bytes | None = None, *, content_type: str = "") -> Reply:
        """The answer to a request, sent again as long as the service asks to wait and patience lasts.

        Raises:
            ServiceError: if there is no answer.
        """
        waited = 0.0
        for turn in count():
            reply = self.ask_once(method, path, body, content_type=content_type)
            if reply.status not in WAITED_OUT:
                return reply
            own = min(FIRST_PAUSE * 2**turn, LONGEST_PAUSE)
            pause = own if reply.retry_after is None else max(reply.retry_after, SHORTEST_PAUSE)
            if waited + pause > self._patience:
                return reply
            time.sleep(pause)
            waited += pause
        raise AssertionError("unreachable")

    def ask_once(self, method: str, path: str, body: bytes | None = None, *, content_type: str = "") -> Reply:
        """The answer to a request, whatever it is.

        Raises:
            ServiceError: if there is none.
        """
        headers = {**self._headers, **({"Content-Type": content_type} if content_type else {})}
        kept = self._kept()
        was_open = kept.connection.sock is not None
        try:
            try:
                return self._exchange(kept.connection, method, path, body, headers)
            except (ConnectionError, http.client.BadStatusLine):
                kept.connection.close()
                if not was_open:
                    raise
                # the service closes what nobody has used for a while; nothing was asked yet
                return self._exchange(kept.connection, method, path, body, headers)
        except (OSError, http.client.HTTPException) as error:
            kept.connection.close()
            raise ServiceError(
                f"{self.url} does not answer: {error}. Start the service, or correct the address."
            ) from None

    def close(self) -> None:
        """Closes this thread's socket; the next request opens another."""
        self._mine.kept = None

    def _exchange(
        self,
        connection: http.client.HTTPConnection,
        method: str,
        path: str,
        body: bytes | None,
        headers: Mapping[str, str],
    ) -> Reply:
        target = self._mine.target + path
        with suppress(BrokenPipeError, ConnectionResetError):  # a body that is refused unread still has its answer
            connection.request(method, target, body, dict(headers))
        answer = connection.getresponse()
        content = answer.read()
        return Reply(answer.status, content, _seconds(answer.headers["Retry-After"]), answer.headers["Location"])

    def _kept(self) -> _Kept:
        kept: _Kept | None = getattr(self._mine, "kept", None)
        if kept is None or kept.process != os.getpid():
            connection, self._mine.target = _connect(self._parts, self._timeout)
            kept = self._mine.kept = _Kept(connection)
        return kept


def _address(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        right = parts.scheme in ("http", "https") and parts.hostname and not parts.username
        _ = parts.port
    except ValueError:
        right = False
    if not right or parts.query or parts.fragment:
        raise ConfigError(f"A service's address is like http://host:8000 or https://host. Received: {url!r}.")
    return parts


def _connect(parts: SplitResult, timeout: float) -> tuple[http.client.HTTPConnection, str]:
    """An unopened connection, by way of the environment's proxy if it names one, and what every target begins with."""
    kinds = {"http": http.client.HTTPConnection, "https": http.client.HTTPSConnection}
    host = str(parts.hostname)
    proxy = None if proxy_bypass(host) else getproxies().get(parts.scheme)
    if not proxy:
        return kinds[parts.scheme](host, parts.port, timeout=timeout), parts.path
    way = urlsplit(proxy if "://" in proxy else f"http://{proxy}")
    connection = kinds[parts.scheme](str(way.hostname), way.port, timeout=timeout)
    if parts.scheme == "http":
        return connection, parts.geturl()
    account = f"{unquote(way.username)}:{unquote(way.password or '')}" if way.username else ""
    headers = {"Proxy-Authorization": "Basic " + b64encode(account.encode()).decode()} if account else {}
    connection.set_tunnel(host, parts.port, headers)
    return connection, parts.path


def _seconds(text: str | None) -> float | None:
    """Retry-After as seconds: it is a number of them, or a date."""
    if text is None:
        return None
    try:
        return max(
            0.0, float(text) if text.strip().isdecimal() else parsedate_to_datetime(text).timestamp() - time.time()
        )
    except (ValueError, TypeError, OverflowError):
        return None
