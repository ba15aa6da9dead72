"""Files keep their names where they can, and no name ever stands for two contents."""

from hashlib import sha256
from pathlib import PurePosixPath

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tinysight.data.raw_names import LONGEST, FreeNames, tail_of
from tinysight.data.sources.disk import may_be_picture
from tinysight.data.sources.source import SourceFile


@pytest.mark.parametrize(
    ("path", "class_name", "folder", "tail"),
    [
        ("cat/more/a.png", "cat", "cat", "more/a.png"),
        ("train/cat/a.png", "cat", "cat", "a.png"),
        ("images/a b.png", "cat", "cat", "a b.png"),
        ("a.png", "a/b", "a_b", "a.png"),
        ("x/a_b/deep/1.png", "a/b", "a_b", "deep/1.png"),
        ("sheet.jpg#2.png", "cat", "cat", "sheet.jpg#2.png"),
        ("../elsewhere/a.png", "cat", "cat", "a.png"),
        ("cat/.hidden/..a.png", "cat", "cat", "_hidden/_a.png"),
        ("cat/a\tb.png", "cat", "cat", "a_b.png"),
        ("cat/photo.txt", "cat", "cat", "photo_txt"),
        ("cat/" + "x" * 300 + ".jpeg", "cat", "cat", "x" * 91 + "-" + sha256(b"x" * 300).hexdigest()[:8] + ".jpeg"),
    ],
)
def test_a_picture_keeps_what_its_class_folder_has_below_it(path: str, class_name: str, folder: str, tail: str) -> None:
    assert tail_of(SourceFile(path, class_name), folder) == tail


@example(["."])
@given(st.lists(st.text(min_size=1, max_size=220).filter(lambda part: "/" not in part), min_size=1, max_size=4))
def test_any_path_becomes_one_that_can_be_written_and_is_listed_again(parts: list[str]) -> None:
    tail = PurePosixPath(tail_of(SourceFile("/".join(parts), "cat"), "cat"))
    assert not tail.is_absolute()
    assert may_be_picture(tail.name)
    for part in tail.parts:
        assert not part.startswith(".")
        assert "\0" not in part
        assert len(part.encode(errors="replace")) <= LONGEST + 20


def test_the_same_content_under_the_same_name_is_known() -> None:
    names = FreeNames({"cat/a.png": "1" * 64, "cat/b-22222222.png": "2" * 64}, ["cat/b.png"])
    assert names.find("cat/a.png", "1" * 64, "x") is None
    assert names.find("cat/b.png", "2" * 64, "x") is None
    assert names.find("cat/a.png", "3" * 64, "x") == "cat/a-33333333.png"


def test_copies_in_one_source_all_get_names() -> None:
    names = FreeNames()
    found = [names.find("cat/a.png", "1" * 64, f"{place}/a.png") for place in "xyzuvw"]
    assert found[:2] == ["cat/a.png", "cat/a-11111111.png"]
    assert len(set(found)) == 6


@given(st.lists(st.tuples(st.sampled_from(["a/1.png", "a/1-0.png", "b/1.png"]), st.sampled_from("01")), max_size=12))
def test_what_is_brought_twice_is_known_the_second_time(wanted: list[tuple[str, str]]) -> None:
    """Whatever comes together, no name is given twice; and all of it is known when it comes again one by one."""
    first = FreeNames()
    entries = [(path, digit * 64, f"{number}/{path}") for number, (path, digit) in enumerate(wanted)]
    names = [first.find(*entry) for entry in entries]
    assert None not in names
    assert len(set(names)) == len(names)
    present = {name: digest for name, (_, digest, _) in zip(names, entries, strict=True) if name}
    assert [FreeNames(present).find(*entry) for entry in entries] == [None] * len(entries)
