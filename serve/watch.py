"""Sees each request from its head to the end of its answer: gives it an id, counts it and writes its line."""

import logging
import re
from time import perf_counter

from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from serve.access_log import AccessLog
from serve.addresses import UNKNOWN, Addresses
from serve.exchange import Exchange, current, numbered
from serve.metrics import Metrics
from serve.problems import FAULT, ProblemError, problem_response

log = logging.getLogger("serve")
WELL_FORMED = re.compile(rb"[A-Za-z0-9._-]{1,64}")
METHODS = frozenset(("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"))
GONE = 499  # what nginx writes for a client that cut the connection before its answer
CLOSE = (b"connection", b"close")


class Watch:
    """The outermost layer of the service."""

    def __init__(self, app: ASGIApp, metrics: Metrics, access: AccessLog | None = None) -> None:
        """Sees nothing yet.

        Args:
            app: what answers.
            metrics: where requests are counted.
            access: where their lines are written, if anywhere.
        """
        self._app, self._metrics, self._access = app, metrics, access
        self._new_id = numbered()
        self._addresses: Addresses | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers one request; nothing that goes wrong with it leaves here."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        exchange = self._exchange(scope)
        current.set(exchange)
        seen = _Seen(exchange, scope, receive, send, self._metrics, self._access)
        try:
            await self._app(scope, seen.receive, seen.send)
        except Exception:
            log.exception("%s %s failed", exchange.method, exchange.route)
            if not exchange.status:
                await problem_response("internal", FAULT)(scope, seen.receive, seen.send)
        finally:
            seen.write_down()

    def _exchange(self, scope: Scope) -> Exchange:
        if self._addresses is None:
            self._addresses = Addresses(scope["app"].routes)
        request_id = next((value for name, value in scope["headers"] if name == b"x-request-id"), b"")
        known = request_id.decode() if WELL_FORMED.fullmatch(request_id) else self._new_id()
        method = scope["method"] if scope["method"] in METHODS else "other"
        return Exchange(known, method, scope["path"], self._addresses.template(scope["path"]))


class Unread:
    """Answers what never became a request: a head that is too long or too slow, or no HTTP at all."""

    def __init__(self, metrics: Metrics, access: AccessLog | None = None) -> None:
        """Answers nothing yet; arguments are those of Watch."""
        self._metrics, self._access, self._new_id = metrics, access, numbered()

    def answer(self, refusal: ProblemError) -> Response:
        """The refusal with its id; it is counted and has its line, as everything that is answered."""
        exchange = Exchange(self._new_id(), "other", "-", UNKNOWN)
        outer = current.set(exchange)
        response = problem_response(refusal.kind, str(refusal), headers={"X-Request-ID": exchange.request_id})
        current.reset(outer)
        exchange.status, exchange.sent = response.status_code, len(response.body)
        self._metrics.began()
        self._metrics.refused(refusal.kind)
        self._metrics.ended(UNKNOWN, exchange.method, exchange.status, 0.0, 0, exchange.sent)
        if self._access:
            self._access.write(exchange)
        return response


class _Seen:
    """What passes between the server and the service for one request."""

    __slots__ = ("_access", "_began", "_exchange", "_gone", "_metrics", "_receive", "_scope", "_send", "_written")

    def __init__(
        self,
        exchange: Exchange,
        scope: Scope,
        receive: Receive,
        send: Send,
        metrics: Metrics,
        access: AccessLog | None,
    ) -> None:
        self._began = perf_counter()
        self._exchange, self._scope, self._receive, self._send = exchange, scope, receive, send
        self._metrics, self._access = metrics, access
        self._gone = self._written = False
        metrics.began()

    async def receive(self) -> Message:
        message = await self._receive()
        if message["type"] == "http.request":
            self._exchange.received += len(message.get("body", b""))
        else:
            self._gone = True
        return message

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._exchange.status = message["status"]
            own = [(b"x-request-id", self._exchange.request_id.encode())]
            if self._metrics.draining:
                own.append(CLOSE)
            message["headers"] = [*message.get("headers", ()), *own]
        elif message["type"] == "http.response.body":
            self._exchange.sent += len(message.get("body", b""))
            if not message.get("more_body", False):
                self.write_down()  # before it is sent: who has an answer can see it counted
        await self._send(message)

    def write_down(self) -> None:
        """Counts the request and writes its line, once."""
        if self._written:
            return
        self._written, it = True, self._exchange
        it.seconds = perf_counter() - self._began
        it.status = GONE if self._gone else it.status or 500
        client = self._scope.get("client")  # by now it is the one in front of a proxy that is trusted
        it.client, it.key = client[0] if client else None, self._scope.get("state", {}).get("key_name")
        self._metrics.ended(it.route, it.method, it.status, it.seconds, it.received, it.sent)
        if self._access:
            self._access.write(it)
