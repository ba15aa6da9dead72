import pytest
from hypothesis import given
from hypothesis import strategies as st

from serve.form import MAX_PART_HEADERS, MAX_PARTS, FormReader, Part
from serve.problems import ProblemError

BOUNDARY = b"cut"
PIECES = st.lists(st.integers(1, 40), min_size=1)


def part(headers: bytes, content: bytes) -> bytes:
    return b"--cut\r\n" + headers + b"\r\n\r\n" + content + b"\r\n"


def form(*parts: bytes) -> bytes:
    return b"".join(parts) + b"--cut--\r\n"


def named(name: bytes, content: bytes) -> bytes:
    return part(b'Content-Disposition: form-data; name="' + name + b'"', content)


def read(body: bytes, sizes: list[int] | None = None, *, max_content: int = 10_000) -> list[Part]:
    """The fields of a body that comes in pieces of some sizes, over and over; whole without sizes."""
    reader, parts, at = FormReader(BOUNDARY, max_content=max_content), [], 0
    while at < len(body):
        size = sizes[len(parts) % len(sizes)] if sizes else len(body)
        parts += reader.feed(body[at : at + size])
        at += size
    reader.finish()
    return parts


def contents(body: bytes, sizes: list[int] | None = None) -> list[tuple[bytes, bytes | None]]:
    return [(part.name, part.content) for part in read(body, sizes)]


@given(st.lists(st.tuples(st.sampled_from([b"file", b"top", b"x"]), st.binary()), min_size=1, max_size=5), PIECES)
def test_fields_come_back_in_their_order_however_the_body_is_cut(
    fields: list[tuple[bytes, bytes]], sizes: list[int]
) -> None:
    fields = [(name, content) for name, content in fields if b"--cut" not in content]
    if fields:
        assert contents(form(*(named(*field) for field in fields)), sizes) == fields


@given(st.lists(st.sampled_from([b"\r\n", b"--", b"cut", b"\r\n--cu", b"--cut", b"\r\n--cuT", b"x"])), PIECES)
def test_what_looks_like_a_boundary_is_content(pieces: list[bytes], sizes: list[int]) -> None:
    data = b"".join(pieces)
    if b"\r\n--cut" not in b"\r\n" + data:
        assert contents(form(named(b"file", data)), sizes) == [(b"file", data)]


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
    assert contents(form(part(headers, b"data"))) == [(b"file", b"data")]


@pytest.mark.parametrize(
    ("sent", "file"),
    [
        (b'; filename="a.jpg"', "a.jpg"),
        (b'; filename="a\\"b.jpg"', 'a"b.jpg'),
        ('; filename="größe.jpg"'.encode(), "größe.jpg"),
        (b'; filename="\xff.jpg"', "\ufffd.jpg"),
        (b'; filename=""', ""),
        (b"; filename=plain.png", "plain.png"),
        (b"", None),
    ],
)
def test_a_file_has_the_name_that_was_sent(sent: bytes, file: str | None) -> None:
    assert read(form(part(b'Content-Disposition: form-data; name="file"' + sent, b"x")))[0].file == file


def test_a_file_may_hold_line_breaks_dashes_and_half_boundaries() -> None:
    data = b"\r\n\r\n--cu\r\n--\r\n\n--cut\r"
    assert contents(form(named(b"file", data))) == [(b"file", data)]


@given(PIECES)
def test_text_before_and_after_the_form_is_passed_over(sizes: list[int]) -> None:
    body = b"preamble\r\n" + form(named(b"file", b"data")) + b"epilogue\r\n--cut\r\n"
    assert contents(body, sizes) == [(b"file", b"data")]


@given(st.integers(0, 300), PIECES)
def test_a_field_that_is_too_long_has_no_content_and_the_next_one_has(size: int, sizes: list[int]) -> None:
    body = form(named(b"long", bytes(size)), named(b"file", b"data"))
    content = bytes(size) if size <= 100 else None
    found = [(part.name, part.content) for part in read(body, sizes, max_content=100)]
    assert found == [(b"long", content), (b"file", b"data")]


def test_what_is_too_long_is_not_kept() -> None:
    reader = FormReader(BOUNDARY, max_content=1000)
    for piece in (b"preamble\r\n", part(b"", b"")[:-2], *[bytes(1000)] * 100):
        assert reader.feed(piece) == []
        assert len(reader._text) < 3000
    assert reader.feed(b"\r\n--cut--") == [Part(b"", None, None)]


@pytest.mark.parametrize("end", range(1, 60, 7))
def test_a_form_that_is_cut_short_is_refused(end: int) -> None:
    body = form(named(b"file", b"data"))
    with pytest.raises(ProblemError, match="cut short") as caught:
        read(body[: -end - 4])
    assert caught.value.kind == "bad-request"


@pytest.mark.parametrize("body", [b"", b"text", b"--other\r\n\r\n", b"\r\n", b"--cu"])
def test_a_body_without_its_boundary_is_refused(body: bytes) -> None:
    with pytest.raises(ProblemError, match="boundary"):
        read(body)


def test_more_fields_than_anyone_needs_are_refused() -> None:
    assert len(read(form(*[named(b"x", b"")] * MAX_PARTS))) == MAX_PARTS
    with pytest.raises(ProblemError, match=str(MAX_PARTS)):
        read(form(*[named(b"x", b"")] * (MAX_PARTS + 1)))


def test_over_long_headers_are_refused_before_they_are_all_there() -> None:
    with pytest.raises(ProblemError, match="headers"):
        FormReader(BOUNDARY, max_content=10).feed(b"--cut\r\n" + b"x" * MAX_PART_HEADERS)


@given(st.binary(), PIECES)
def test_whatever_is_sent_is_a_form_or_a_bad_request(body: bytes, sizes: list[int]) -> None:
    kinds = []
    try:
        read(b"--cut\r\n" + body + b"\r\n--cut--", sizes)
    except ProblemError as error:
        kinds.append(error.kind)
    assert kinds in ([], ["bad-request"])
