"""No kill and no error takes the old pictures away before the new ones are whole, and no finished copy is lost."""

import errno
import os
import signal
from pathlib import Path

import pytest
from pictures import files_below, write_colours

from tinysight.data.import_journal import recover, was_killed
from tinysight.data.raw_folder import placed
from tinysight.data.raw_plan import Plan, plan_new
from tinysight.data.sources.folder import list_folder
from tinysight.data.survey import survey
from tinysight.errors import DataError

RENAMES = 15  # journal, nine pictures, journal, old pictures away, new ones in, journal done, old pictures gone


@pytest.fixture
def raw(tmp_path: Path) -> Path:
    return write_colours(tmp_path / "data" / "raw", "a", "b")


@pytest.fixture
def source(tmp_path: Path) -> Path:
    return write_colours(tmp_path / "new", "c", "d", "e")


def plan_of(source: Path) -> Plan:
    files = list_folder(source)
    return plan_new(files, survey(files).digests)


def place(raw: Path, source: Path) -> None:
    with placed(raw, plan_of(source), link=False):
        pass


def kill_after(count: int, raw: Path, source: Path) -> None:
    """Replaces the pictures and dies when that many files or folders have got their names."""
    child = os.fork()
    if child:
        assert os.WTERMSIG(os.waitpid(child, 0)[1]) == signal.SIGKILL
        return
    replace, renamed = os.replace, []

    def replace_and_die(origin: Path, target: Path) -> None:
        replace(origin, target)
        renamed.append(target)
        if len(renamed) == count:
            os.kill(os.getpid(), signal.SIGKILL)

    os.replace = replace_and_die  # type: ignore[assignment] - the child ends here, one way or the other
    place(raw, source)
    os._exit(0)


def inodes(folder: Path) -> dict[str, int]:
    return {path.relative_to(folder).as_posix(): path.stat().st_ino for path in folder.rglob("*.png")}


@pytest.mark.parametrize("count", range(1, RENAMES + 1))
def test_killed_at_any_moment_it_goes_on_with_what_is_finished(count: int, raw: Path, source: Path) -> None:
    before = files_below(raw)
    kill_after(count, raw, source)
    recover(raw)
    whole = count >= RENAMES - 1
    assert files_below(raw) == (files_below(source) if whole else before)
    assert was_killed(raw) == (not whole)
    finished = inodes(raw if whole else raw.with_name("raw.part"))
    assert len(finished) == min(9, count - 1)
    place(raw, source)
    assert files_below(raw) == files_below(source)
    assert whole or finished.items() <= inodes(raw).items()  # no file was copied again
    assert [path.name for path in raw.parent.iterdir()] == ["raw"]


def test_the_first_import_killed_after_the_exchange_can_be_taken_up_again(tmp_path: Path, source: Path) -> None:
    raw = tmp_path / "data" / "raw"
    kill_after(RENAMES - 3, raw, source)  # one rename fewer: there is no old folder
    assert raw.exists()
    recover(raw)
    assert not raw.exists()
    finished = inodes(raw.with_name("raw.part"))
    place(raw, source)
    assert inodes(raw) == finished


@pytest.mark.parametrize("count", [5, RENAMES - 4])
def test_the_draft_of_another_import_is_thrown_away(count: int, raw: Path, source: Path, tmp_path: Path) -> None:
    kill_after(count, raw, source)
    recover(raw)
    other = write_colours(tmp_path / "other", "c", "x", size=50)
    place(raw, other)
    assert files_below(raw) == files_below(other)


def test_where_the_pictures_changed_after_the_kill_the_user_chooses(raw: Path, source: Path) -> None:
    before, old = files_below(raw), raw.with_name("raw.old.part")
    kill_after(RENAMES - 2, raw, source)
    (raw / "c" / "mine.png").write_bytes(b"by hand")
    with pytest.raises(DataError) as caught:
        recover(raw)
    assert str(caught.value).count(str(old)) >= 2
    assert (files_below(old), len(files_below(raw))) == (before, 10)
    old.rename(old.with_name("elsewhere"))
    recover(raw)
    assert len(files_below(raw)) == 10
    assert not was_killed(raw)


def test_what_dvc_takes_away_for_a_moment_is_no_change(raw: Path, source: Path) -> None:
    kill_after(RENAMES - 2, raw, source)
    (raw / "c" / "0.png").unlink()
    (raw / "c" / ".aZ09_-aZ09_-aZ09_-aZ09.tmp").write_bytes(b"half a pict")
    recover(raw)
    place(raw, source)
    assert files_below(raw) == files_below(source)


def test_stopped_by_the_user_it_keeps_what_is_finished(raw: Path, source: Path) -> None:
    before = files_below(raw)
    with pytest.raises(KeyboardInterrupt), placed(raw, plan_of(source), link=False):
        raise KeyboardInterrupt
    assert files_below(raw) == before
    finished = inodes(raw.with_name("raw.part"))
    place(raw, source)
    assert inodes(raw) == finished


def test_an_error_leaves_nothing_but_the_old_pictures(raw: Path, source: Path) -> None:
    before = files_below(raw.parent)
    with pytest.raises(ZeroDivisionError), placed(raw, plan_of(source), link=False):
        raise ZeroDivisionError
    assert files_below(raw.parent) == before


def test_a_failed_rename_puts_the_old_pictures_back(raw: Path, source: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before, replace = files_below(raw.parent), os.replace

    def fail_for_the_draft(origin: Path, target: Path) -> None:
        if origin.name == "raw.part":
            raise OSError(errno.EIO, "Input/output error")
        replace(origin, target)

    monkeypatch.setattr(os, "replace", fail_for_the_draft)
    with pytest.raises(DataError, match="cannot be brought"):
        place(raw, source)
    assert files_below(raw.parent) == before


def test_a_folder_that_cannot_be_moved_aside_is_left_alone(
    raw: Path, source: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, replace = files_below(raw), os.replace

    def refuse(origin: Path, target: Path) -> None:
        if origin == raw:
            raise OSError(errno.EBUSY, "Device or resource busy")
        replace(origin, target)

    monkeypatch.setattr(os, "replace", refuse)
    with pytest.raises(DataError, match="busy"):
        place(raw, source)
    assert files_below(raw) == before


def test_a_source_that_vanishes_while_it_is_copied_is_an_error(raw: Path, source: Path) -> None:
    before, plan = files_below(raw.parent), plan_of(source)
    (source / "e" / "2.png").unlink()
    with pytest.raises(DataError, match=r"e/2\.png"), placed(raw, plan, link=False):
        pass
    assert files_below(raw.parent) == before
