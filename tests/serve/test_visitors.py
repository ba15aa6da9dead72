"""The address that a request comes from."""

from typing import Any

import pytest

from serve.visitors import Proxies


def address(trusted: str, peer: str | None, forwarded: bytes | None) -> tuple[str, Any]:
    scope: dict[str, Any] = {"client": (peer, 5000) if peer else None}
    return Proxies(trusted).address(scope, forwarded), scope["client"]


@pytest.mark.parametrize(
    ("trusted", "peer", "forwarded", "expected"),
    [
        ("", "192.0.2.1", None, "192.0.2.1"),
        ("", "192.0.2.1", b"198.51.100.9", "192.0.2.1"),  # believed of nobody
        ("10.0.0.1", "192.0.2.1", b"198.51.100.9", "192.0.2.1"),  # nor of a client
        ("10.0.0.1", "10.0.0.1", b"198.51.100.9", "198.51.100.9"),
        ("10.0.0.1", "10.0.0.1", b"203.0.113.5, 198.51.100.9", "198.51.100.9"),  # the client wrote the first
        ("10.0.0.0/8, ::1", "10.0.0.1", b"198.51.100.9, 10.2.2.2", "198.51.100.9"),  # two proxies
        ("10.0.0.0/8", "10.0.0.1", b"10.3.3.3, 10.2.2.2", "10.3.3.3"),
        ("10.0.0.1", "10.0.0.1", b"198.51.100.9, rubbish", "10.0.0.1"),
        ("10.0.0.1", "10.0.0.1", b"[2001:db8::1]", "2001:db8::1"),
        ("10.0.0.1", "10.0.0.1", b"", "10.0.0.1"),
        ("10.0.0.1", None, b"198.51.100.9", ""),
    ],
)
def test_the_nearest_address_that_is_no_trusted_proxy_is_the_clients(
    trusted: str, peer: str | None, forwarded: bytes | None, expected: str
) -> None:
    assert address(trusted, peer, forwarded)[0] == expected


def test_the_log_gets_the_same_address() -> None:
    assert address("10.0.0.1", "10.0.0.1", b"198.51.100.9")[1] == ("198.51.100.9", 0)
    assert address("", "10.0.0.1", b"198.51.100.9")[1] == ("10.0.0.1", 5000)


def test_what_is_no_network_is_refused() -> None:
    with pytest.raises(ValueError, match=r"proxy\.example"):
        Proxies("10.0.0.1, proxy.example")
