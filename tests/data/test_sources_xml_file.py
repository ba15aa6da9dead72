"""Label files in XML are read piece by piece; those that could do harm are refused."""

import resource
from pathlib import Path

import pytest

from tinysight.data.sources import xml_file
from tinysight.data.sources.xml_file import read_elements, root_name
from tinysight.errors import DataError

BOMB = '<!DOCTYPE a [<!ENTITY x0 "ha">{}]><a>&x29;</a>'.format(
    "".join(f'<!ENTITY x{n} "&x{n - 1};&x{n - 1};">' for n in range(1, 30))
)
ONE_LONG = f'<!DOCTYPE a [<!ENTITY x "{"ha" * 50_000}">]><a>{"&x;" * 50_000}</a>'
FILE = '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>'
OUTSIDE = '<!DOCTYPE a SYSTEM "http://127.0.0.1:9/a.dtd"><a/>'
PARAMETER = '<!DOCTYPE a [<!ENTITY % x SYSTEM "file:///etc/passwd">%x;]><a/>'


def write(folder: Path, text: str | bytes) -> Path:
    (folder / "a.xml").write_bytes(text.encode() if isinstance(text, str) else text)
    return folder / "a.xml"


def test_elements_come_one_by_one_with_all_that_is_inside(tmp_path: Path) -> None:
    path = write(tmp_path, "<a><b n='1'>one<c/>two</b><d/>three<b n='2'><b n='3'/></b></a>")
    found = list(read_elements(path, "a", "b", "d"))
    assert [(element.tag, element.get("n")) for element in found] == [("b", "1"), ("d", None), ("b", "2")]
    assert "".join(found[0].itertext()) == "onetwo"
    assert [inner.get("n") for inner in found[2]] == ["3"]
    assert [element.tag for element in read_elements(path, "a", "a")] == ["a"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "iso-8859-1"])
def test_encodings_that_xml_names_are_read(encoding: str, tmp_path: Path) -> None:
    declared = encoding.replace("-sig", "")
    text = f'<?xml version="1.0" encoding="{declared}"?><a><b>größe &amp; &#228;</b></a>'
    assert [element.text for element in read_elements(write(tmp_path, text.encode(encoding)), "a", "b")] == [
        "größe & ä"
    ]


@pytest.mark.parametrize("text", [BOMB, ONE_LONG, FILE, OUTSIDE, PARAMETER], ids=["bomb", "long", "file", "url", "%"])
def test_a_definition_is_refused_before_an_entity_can_grow_or_read_a_file(text: str, tmp_path: Path) -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(DataError, match=r"a\.xml cannot be used: it defines a document type \(a\)"):
        list(read_elements(write(tmp_path, text), "a", "a"))
    assert root_name(tmp_path / "a.xml") in ("a", "")
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 50_000  # kB


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "no element found"),
        ("<a>", "no element found"),
        ("<a><b></a>", "mismatched tag"),
        ("<a>&nbsp;</a>", "undefined entity"),
        ("<b/>", "outermost element must be a, and is b"),
        ("<a>" * 101, "more than 100 deep"),
        (b"<a>\xff</a>", "not well-formed"),
        ('<?xml version="1.0" encoding="klingon"?><a/>', "klingon|encoding"),
        (b"\x89PNG\r\n\x1a\n\x00", "not well-formed"),
    ],
)
def test_what_is_no_such_xml_is_named(text: str | bytes, why: str, tmp_path: Path) -> None:
    with pytest.raises(DataError, match=rf"a\.xml cannot be used: .*({why}).*Export the labels again"):
        list(read_elements(write(tmp_path, text), "a", "b"))


def test_a_file_that_is_too_large_or_missing_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(DataError, match="No such file"):
        list(read_elements(tmp_path / "gone.xml", "a"))
    monkeypatch.setattr(xml_file, "LARGEST_XML", 3)
    with pytest.raises(DataError, match="it has 4 bytes; at most 3 are read"):
        list(read_elements(write(tmp_path, "<a/>"), "a"))


def test_of_a_large_file_only_one_element_is_in_memory(tmp_path: Path) -> None:
    with (tmp_path / "a.xml").open("w") as file:
        file.write("<a>")
        for number in range(100_000):
            file.write(f'<b n="{number}"><c>{"x" * 300}</c></b>')
        file.write("</a>")
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert sum(1 for _ in read_elements(tmp_path / "a.xml", "a", "b")) == 100_000
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 10_000  # kB; the file has 37,000


@pytest.mark.parametrize(("text", "root"), [("<!-- hi --><b><c/></b>", "b"), ("no XML", ""), ("", ""), ("<b", "")])
def test_the_outermost_element_is_seen_from_the_beginning(text: str, root: str, tmp_path: Path) -> None:
    assert root_name(write(tmp_path, text)) == root
