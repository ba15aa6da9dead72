"""Records of a service: captures and feedback come back as they were written, soon found by their id."""

import os
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest

from tinysight.errors import DataError
from tinysight.record_file import RecordFile, record_files
from tinysight.records import (
    Capture,
    Feedback,
    find_capture,
    new_id,
    read_captures,
    read_feedback,
    to_header,
    write_captures,
    write_feedback,
)

NOW = 1_700_000_000.0


def capture(picture: bytes = b"picture", when: float = NOW, **other: object) -> Capture:
    known = Capture(
        prediction_id=new_id(when), when=when, class_name="red", best_class="red", confidence=0.9,
        probabilities={"red": 0.9, "blue": 0.1}, model="colours", model_version="3", reason="sample", rate=0.1,
        digest=sha256(picture).hexdigest(),
    )  # fmt: skip
    return replace(known, **other)  # type: ignore[arg-type]


def test_captures_come_back_with_their_pictures(tmp_path: Path) -> None:
    two = [capture(b"one"), capture(b"two", NOW + 1, class_name=None, reason="unknown")]
    write_captures(tmp_path, [(two[0], b"one"), (two[1], b"two")])
    found = list(read_captures(tmp_path))
    assert found == two
    assert [one.picture() for one in found] == [b"one", b"two"]
    assert [one.unknown for one in found] == [False, True]


def test_older_captures_are_passed_over(tmp_path: Path) -> None:
    both = [capture(when=NOW), capture(when=NOW + 100)]
    write_captures(tmp_path, [(one, b"picture") for one in both])
    assert list(read_captures(tmp_path, since=NOW + 50)) == both[1:]
    os.utime(record_files(tmp_path / "captures")[0], (NOW, NOW))
    assert list(read_captures(tmp_path, since=NOW + 50)) == []


def test_a_capture_that_lies_in_two_files_comes_once(tmp_path: Path) -> None:
    one = capture()
    write_captures(tmp_path, [(one, b"picture")])
    write_captures(tmp_path, [(one, b"picture")])
    assert list(read_captures(tmp_path)) == [one]


def test_a_capture_is_found_by_its_id_wherever_it_lies(tmp_path: Path) -> None:
    old, new = capture(when=NOW - 10_000), capture(when=NOW)
    for one in (old, new):
        write_captures(tmp_path, [(one, b"picture")])
    (tmp_path / "captures").rename(tmp_path / "kept")
    write_captures(tmp_path, [(capture(), b"picture")])
    assert find_capture(tmp_path, old.prediction_id) == old
    assert find_capture(tmp_path, new.prediction_id) == new
    assert find_capture(tmp_path, new_id(NOW)) is None


@pytest.mark.parametrize("name", ["", "../../etc/passwd", "zz" * 16, "ab", "0" * 10_000, "é" * 32])
def test_an_id_that_is_none_is_not_found(tmp_path: Path, name: str) -> None:
    write_captures(tmp_path, [(capture(), b"picture")])
    assert find_capture(tmp_path, name) is None


def test_a_picture_that_is_gone_or_damaged_is_an_error(tmp_path: Path) -> None:
    one = capture()
    with pytest.raises(DataError, match=one.prediction_id):
        one.picture()
    write_captures(tmp_path, [(one, b"another")])
    (found,) = read_captures(tmp_path)
    with pytest.raises(DataError, match="damaged or gone"):
        found.picture()


def test_feedback_comes_back_in_the_order_that_it_was_given(tmp_path: Path) -> None:
    first = Feedback(prediction_id=new_id(), when=NOW, class_name=None, model_version="3")
    second = Feedback(prediction_id=new_id(), when=NOW + 1, class_name="blau, grün", model_version="3", who="shop")
    write_feedback(tmp_path, [second])
    write_feedback(tmp_path, [first])
    assert read_feedback(tmp_path) == [first, second]
    assert read_feedback(tmp_path / "missing") == []


def test_records_of_a_later_version_are_read_as_far_as_they_are_known(tmp_path: Path) -> None:
    one, notes = capture(), list[str]()
    file = RecordFile(tmp_path / "captures", 10_000)
    file.append(to_header(one).replace(b'{"', b'{"colour":"new","', 1), b"picture")
    file.append(b'{"prediction_id":"x"}')
    file.append(b"[]")
    file.close()
    assert list(read_captures(tmp_path, note=notes.append)) == [one]
    assert len(notes) == 2


def test_ids_are_of_their_second_and_never_the_same() -> None:
    ids = {new_id(NOW) for _ in range(1000)}
    assert len(ids) == 1000
    assert {one[:8] for one in ids} == {f"{int(NOW):08x}"}
    assert {len(one) for one in ids} == {32}
