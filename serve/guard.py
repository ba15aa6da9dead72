"""The door: who may come in, how often and how many at once, and what every answer tells a browser to forbid."""

import logging

from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from serve.answer_headers import Header, Origins, with_security
from serve.buckets import Buckets, asker_of
from serve.incoming import Bodies, Incoming
from serve.keys import Keys
from serve.metrics import Metrics
from serve.problems import ProblemError, problem_response
from serve.rate import spend
from serve.settings import Settings
from serve.turns import Turns, busy
from serve.visitors import Proxies

log = logging.getLogger("serve")
# without a key: they tell nothing of the model or data
OPEN = frozenset({"/", "/healthz", "/readyz", "/openapi.json", "/docs"})
OPEN_FOLDER = "/static/"
WITHOUT_BODY = frozenset({"GET", "HEAD", "OPTIONS"})
LOOKED_AT = frozenset({b"authorization", b"x-api-key", b"origin", b"x-forwarded-for", b"access-control-request-method"})
MOST_HEADERS = 100
LEAST_BODY_MEMORY = 32_000_000  # bytes that the bodies of one worker may hold together
BODIES = 4  # of the longest that is allowed, if that is more


class Answer:
    """Passes an answer on with the headers that every answer has."""

    __slots__ = ("_more", "_send", "started")

    def __init__(self, send: Send, more: tuple[Header, ...]) -> None:
        self._send, self._more, self.started = send, more, False

    async def __call__(self, message: Message) -> None:
        """Passes one message on."""
        if message["type"] == "http.response.start":
            self.started = True
            message["headers"] = [*with_security(message.get("headers", ())), *self._more]
        await self._send(message)


class Guard:
    """Stands before the app, and answers for it where a request is not to reach it or the app fails."""

    def __init__(
        self, app: ASGIApp, *, settings: Settings, turns: Turns, metrics: Metrics, buckets: Buckets | None = None
    ) -> None:
        """Reads what the settings say.

        Args:
            app: what is guarded.
            settings: of the service.
            turns: the line of this worker.
            metrics: hears of refusals.
            buckets: shared with the other workers; None for no rate limit.

        Raises:
            ConfigError: if the API keys cannot be read.
        """
        self._app, self._metrics, self._buckets = app, metrics, buckets
        self._keys = Keys(settings.api_keys, settings.api_keys_file)
        self._proxies, self._origins = Proxies(settings.trusted_proxies), Origins(settings.cors_origins)
        most_bytes = max(LEAST_BODY_MEMORY, BODIES * settings.max_bytes)
        self._bodies = Bodies(turns, metrics, seconds=settings.body_seconds, most_bytes=most_bytes)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        connection = scope.setdefault("state", {}).pop("connection", None)
        found = {name: value for name, value in scope["headers"] if name in LOOKED_AT}
        answer = Answer(send, self._origins.headers(found.get(b"origin")) if self._origins else ())
        body = None
        try:
            if self._origins and scope["method"] == "OPTIONS" and b"access-control-request-method" in found:
                response = Response(status_code=204)
                response.raw_headers += self._origins.preflight(found.get(b"origin"))
                await response(scope, receive, send)
                return
            self._check(scope, found)
            if scope["method"] not in WITHOUT_BODY:
                if self._bodies.full:
                    raise busy()
                receive = body = Incoming(receive, self._bodies, connection)
            await self._app(scope, receive, answer)
        except ProblemError as refusal:
            self._metrics.refused(refusal.kind)
            if connection is not None:
                connection.hold_back()
            await _refusal(refusal)(scope, receive, answer)
        except Exception:
            log.exception("%s %s failed", scope["method"], scope["path"][:200].encode("unicode_escape").decode())
            if answer.started:
                raise
            await _failure()(scope, receive, answer)
        finally:
            if body is not None:
                body.end()

    def _check(self, scope: Scope, found: dict[bytes, bytes]) -> None:
        """Lets a request pass.

        Raises:
            ProblemError: if it must not.
        """
        path = scope["path"]
        if len(scope["headers"]) > MOST_HEADERS:
            raise ProblemError("head-too-large", f"A request has at most {MOST_HEADERS} headers. Send fewer.")
        address = self._proxies.address(scope, found.get(b"x-forwarded-for"))
        if path in OPEN or path.startswith(OPEN_FOLDER):
            return
        name = self._key_name(found) if self._keys.wanted else None
        if self._buckets is not None:
            state = scope["state"]
            state["buckets"], state["asker"] = self._buckets, f"key {name}" if name else asker_of(address)
            spend(self._buckets, state["asker"])
        if self._keys.wanted and name is None:
            raise ProblemError(
                "unauthorized",
                "This service answers only requests with a key. Send yours as the header `Authorization: Bearer KEY`"
                " or `X-API-Key: KEY`; whoever runs the service can make one with `tinysight key`.",
                headers={"WWW-Authenticate": 'Bearer realm="tinysight"'},
            )
        scope["state"]["key_name"] = name

    def _key_name(self, found: dict[bytes, bytes]) -> str | None:
        scheme, _, key = found.get(b"authorization", b"").partition(b" ")
        if scheme.lower() != b"bearer":
            key = found.get(b"x-api-key", b"")
        return self._keys.name_of(key.strip()) if key else None


def _refusal(refusal: ProblemError) -> Response:
    return problem_response(refusal.kind, str(refusal), headers=refusal.headers)


def _failure() -> Response:
    return problem_response("internal", "The fault is not in your request; the service's log has it. Try again later.")
