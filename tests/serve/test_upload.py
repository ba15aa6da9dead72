import pytest
from hypothesis import given
from hypothesis import strategies as st

from serve.problems import ProblemError
from serve.upload import MAX_PARTS, parse_form

BOUNDARY = b"cut"


def part(headers: bytes, content: bytes) -> bytes:
    return b"--cut\r\n" + headers + b"\r\n\r\n" + content + b"\r\n"


def form(*parts: bytes) -> bytes:
    return b"".join(parts) + b"--cut--\r\n"


def named(name: bytes, content: bytes) -> bytes:
    return part(b'Content-Disposition: form-data; name="' + name + b'"', content)


@given(st.lists(st.tuples(st.sampled_from([b"file", b"top", b"x"]), st.binary()), min_size=1, max_size=5))
def test_fields_come_back_in_their_order(fields: list[tuple[bytes, bytes]]) -> None:
    fields = [(name, content) for name, content in fields if b"--cut" not in content]
    if fields:
        assert parse_form(form(*(named(*field) for field in fields)), BOUNDARY) == fields


@pytest.mark.parametrize(
    "headers",
    [
        b'Content-Disposition: form-data; name="file"; filename="a;name=x.jpg"',
        b'content-disposition: form-data; filename="a\\"; name=\\"x"; name="file"',
        b"Content-Type: image/jpeg\r\nContent-Disposition: form-data;name=file",
        b"Content-Disposition: form-data; filename*=UTF-8''n%C3%A4me; NAME=\"file\"",
    ],
)
def test_the_field_is_found_however_its_header_is_written(headers: bytes) -> None:
    assert parse_form(form(part(headers, b"data")), BOUNDARY) == [(b"file", b"data")]


def test_a_file_may_hold_line_breaks_dashes_and_half_boundaries() -> None:
    data = b"\r\n\r\n--cu\r\n--\r\n\n--cut\r"
    assert parse_form(form(named(b"file", data)), BOUNDARY) == [(b"file", data)]


def test_text_before_and_after_the_form_is_passed_over() -> None:
    body = b"preamble\r\n" + form(named(b"file", b"data")) + b"epilogue"
    assert parse_form(body, BOUNDARY) == [(b"file", b"data")]


@pytest.mark.parametrize("end", range(1, 60, 7))
def test_a_form_that_is_cut_short_is_refused(end: int) -> None:
    body = form(named(b"file", b"data"))
    with pytest.raises(ProblemError) as caught:
        parse_form(body[: -end - 4], BOUNDARY)
    assert caught.value.kind == "bad-request"


@pytest.mark.parametrize("body", [b"", b"text", b"--other\r\n\r\n", b"\r\n", b"--cu"])
def test_a_body_without_its_boundary_is_refused(body: bytes) -> None:
    with pytest.raises(ProblemError, match="boundary"):
        parse_form(body, BOUNDARY)


def test_more_fields_than_anyone_needs_are_refused() -> None:
    with pytest.raises(ProblemError, match=str(MAX_PARTS)):
        parse_form(form(*[named(b"x", b"")] * (MAX_PARTS + 1)), BOUNDARY)


@given(st.binary())
def test_whatever_is_sent_is_a_form_or_a_bad_request(body: bytes) -> None:
    kinds = []
    try:
        parse_form(b"--cut\r\n" + body + b"\r\n--cut--", BOUNDARY)
    except ProblemError as error:
        kinds.append(error.kind)
    assert kinds in ([], ["bad-request"])
