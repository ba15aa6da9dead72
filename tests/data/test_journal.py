"""What was read comes back after a kill; a line that was cut off does no harm."""

from pathlib import Path

import pytest

from tinysight.data.facts import Facts
from tinysight.data.journal import KEPT_BACK, Reading, journal, read_journal

GOOD = Reading("ab" * 32, "", Facts(640, 480, "JPEG", "RGB", 6, 51_234), 4_000_000_000)


def test_readings_come_back_with_their_rows_whatever_their_order(tmp_path: Path) -> None:
    with journal(tmp_path / "journal", {7: GOOD}) as written:
        written.add(3, GOOD)
    assert read_journal(tmp_path / "journal") == {7: GOOD, 3: GOOD}


def test_broken_files_are_not_written_down(tmp_path: Path) -> None:
    with journal(tmp_path / "journal", {}) as written:
        written.add(0, Reading("ab", "The picture is broken."))
    assert read_journal(tmp_path / "journal") == {}


def test_without_a_journal_nothing_is_known(tmp_path: Path) -> None:
    assert read_journal(tmp_path / "journal") == {}


def test_what_is_on_the_disk_is_never_far_behind(tmp_path: Path) -> None:
    with journal(tmp_path / "journal", {}) as written:
        for row in range(KEPT_BACK):
            written.add(row, GOOD)
        assert len(read_journal(tmp_path / "journal")) == KEPT_BACK


@pytest.mark.parametrize("tail", ["[", "[2]", "{}", "null", '[2, "ab", 3, 640, 480', "\x00\x00\xff"])
def test_what_is_no_whole_reading_ends_the_journal(tail: str, tmp_path: Path) -> None:
    path = tmp_path / "journal"
    with journal(path, {0: GOOD, 1: GOOD}):
        pass
    path.write_bytes(path.read_bytes() + tail.encode("latin-1"))
    assert read_journal(path) == {0: GOOD, 1: GOOD}
    with journal(path, read_journal(path)) as written:
        written.add(2, GOOD)
    assert read_journal(path) == dict.fromkeys(range(3), GOOD)
