"""Headers that every answer gets: what a browser may not do with it, and which other sites may read it."""

from collections.abc import Iterable

Header = tuple[bytes, bytes]

SECURITY: tuple[Header, ...] = (
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
    (b"permissions-policy", b"camera=(), geolocation=(), microphone=()"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cache-control", b"no-store"),
)
METHODS = b"GET, HEAD, POST"
MAY_SEND = b"authorization, content-type, x-api-key, x-request-id"
MAY_READ = b"retry-after, x-request-id"
PREFLIGHT_SECONDS = b"600"


def with_security(headers: Iterable[Header]) -> list[Header]:
    """An answer's headers with those of SECURITY that it does not set itself."""
    given = list(headers)
    names = {name.lower() for name, _ in given}
    given += [header for header in SECURITY if header[0] not in names]
    return given


class Origins:
    """The other sites whose pages may use the service; none by default."""

    def __init__(self, allowed: str) -> None:
        """Reads a list.

        Args:
            allowed: origins such as https://example.org between commas, or * for all.

        Raises:
            ValueError: if one is not an origin.
        """
        texts = [text.strip().rstrip("/").lower() for text in allowed.split(",") if text.strip()]
        for text in texts:
            scheme, _, host = text.partition("://")
            if text != "*" and (scheme not in ("http", "https") or not host or set(host) & set("/ ?#@*")):
                raise ValueError("an origin is written like https://example.org, without a path; or * for all")
        self._allowed = frozenset(text.encode() for text in texts)

    def __bool__(self) -> bool:
        return bool(self._allowed)

    def headers(self, origin: bytes | None) -> tuple[Header, ...]:
        """What an answer to a page of that origin gets."""
        vary = (b"vary", b"Origin")
        if origin is None or not (origin.lower() in self._allowed or b"*" in self._allowed):
            return (vary,)
        return ((b"access-control-allow-origin", origin), (b"access-control-expose-headers", MAY_READ), vary)

    def preflight(self, origin: bytes | None) -> list[Header]:
        """What the answer to a browser's question before a request gets."""
        allowed = self.headers(origin)
        if len(allowed) == 1:
            return [*allowed]
        return [
            *allowed,
            (b"access-control-allow-methods", METHODS),
            (b"access-control-allow-headers", MAY_SEND),
            (b"access-control-max-age", PREFLIGHT_SECONDS),
        ]
