"""What every answer tells a browser."""

import pytest

from serve.answer_headers import SECURITY, Origins, with_security

SITE = b"https://shop.example"


def test_what_an_answer_says_itself_is_left_as_it_is() -> None:
    own = [(b"Content-Security-Policy", b"default-src 'self'"), (b"cache-control", b"no-cache")]
    headers = with_security(own)
    assert headers[:2] == own
    assert [name.lower() for name, _ in headers].count(b"content-security-policy") == 1
    assert {name for name, _ in SECURITY} <= {name.lower() for name, _ in headers}


def test_no_site_may_read_answers_unless_it_is_named() -> None:
    assert not Origins("")
    origins = Origins("https://Shop.example/, http://localhost:3000")
    assert (b"access-control-allow-origin", SITE) in origins.headers(SITE)
    assert (b"access-control-allow-origin", b"http://localhost:3000") in origins.headers(b"http://localhost:3000")
    for other in (b"https://shop.example.evil.example", b"http://shop.example", b"null", None):
        assert origins.headers(other) == ((b"vary", b"Origin"),)
        assert origins.preflight(other) == [(b"vary", b"Origin")]


def test_a_preflight_names_methods_and_the_headers_of_a_key() -> None:
    answer = dict(Origins("*").preflight(SITE))
    assert answer[b"access-control-allow-origin"] == SITE
    assert b"POST" in answer[b"access-control-allow-methods"]
    assert {b"authorization", b"x-api-key"} <= set(answer[b"access-control-allow-headers"].split(b", "))
    assert b"access-control-allow-credentials" not in answer


@pytest.mark.parametrize(
    "origin", ["shop.example", "https://shop.example/page", "ftp://a", "https://*.example", "null"]
)
def test_what_is_no_origin_is_refused(origin: str) -> None:
    with pytest.raises(ValueError, match=r"https://example\.org"):
        Origins(origin)
