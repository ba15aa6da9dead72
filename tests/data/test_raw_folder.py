"""No kill and no error takes the old pictures away before the new ones are whole."""

import errno
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from pictures import files_below, write_colours

from tinysight.data.importing import import_folder
from tinysight.data.raw_folder import placed, recover
from tinysight.data.sources.folder import list_folder
from tinysight.errors import DataError
from tinysight.paths import Paths

KILLED = """
import os, signal, sys
from pathlib import Path
from tinysight.data import raw_folder
from tinysight.data.sources.folder import list_folder

raw, source, moment = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3]
replace = os.replace

def replace_and_die(origin, target):
    replace(origin, target)
    if Path(target).name == moment:
        os.kill(os.getpid(), signal.SIGKILL)

os.replace = replace_and_die
with raw_folder.placed(raw, source, list_folder(source), link=False, existing="replace"):
    pass
"""


@pytest.fixture
def raw(tmp_path: Path) -> Path:
    return write_colours(tmp_path / "data" / "raw", "a", "b")


@pytest.fixture
def source(tmp_path: Path) -> Path:
    return write_colours(tmp_path / "new", "c", "d", "e")


def kill_after(moment: str, raw: Path, source: Path) -> None:
    """Replaces the pictures and dies when a folder has got this name."""
    done = subprocess.run([sys.executable, "-c", KILLED, str(raw), str(source), moment], check=False)
    assert done.returncode == -signal.SIGKILL


def place(raw: Path, source: Path) -> None:
    with placed(raw, source, list_folder(source), link=False, existing="replace"):
        pass


def test_a_kill_between_the_two_renames_loses_nothing(raw: Path, source: Path) -> None:
    before = files_below(raw)
    kill_after("raw.old.part", raw, source)
    assert not raw.exists()
    recover(raw)
    assert files_below(raw) == before
    place(raw, source)
    assert files_below(raw) == files_below(source)
    assert [path.name for path in raw.parent.iterdir()] == ["raw"]


def test_after_a_kill_with_both_in_place_the_user_chooses(raw: Path, source: Path) -> None:
    before, old = files_below(raw), raw.with_name("raw.old.part")
    kill_after("raw", raw, source)
    with pytest.raises(DataError) as caught:
        recover(raw)
    assert str(caught.value).count(str(old)) >= 2
    assert f"{raw} the new ones. Keep one: remove" in str(caught.value)
    assert (files_below(old), files_below(raw)) == (before, files_below(source))


def test_a_kill_while_the_old_pictures_are_thrown_away_leaves_no_question(raw: Path, source: Path) -> None:
    kill_after("raw.part", raw, source)
    recover(raw)
    assert files_below(raw) == files_below(source)


def test_a_failed_rename_puts_the_old_pictures_back(raw: Path, source: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before, replace = files_below(raw), os.replace

    def fail_for_the_draft(origin: Path, target: Path) -> None:
        if origin.name == "raw.part":
            raise OSError(errno.EIO, "Input/output error")
        replace(origin, target)

    monkeypatch.setattr(os, "replace", fail_for_the_draft)
    with pytest.raises(DataError, match="cannot be brought"):
        place(raw, source)
    assert files_below(raw) == before


def test_a_folder_that_cannot_be_moved_aside_is_left_alone(
    raw: Path, source: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = files_below(raw)

    def refuse(origin: Path, target: Path) -> None:
        raise OSError(errno.EBUSY, "Device or resource busy")

    monkeypatch.setattr(os, "replace", refuse)
    with pytest.raises(DataError, match="busy"):
        place(raw, source)
    assert files_below(raw) == before


def test_the_next_import_brings_the_old_pictures_back_before_anything_else(project: Path, source: Path) -> None:
    paths = Paths(project)
    write_colours(paths.raw, "a", "b")
    before = files_below(paths.raw)
    paths.raw.rename(paths.raw.with_name("raw.old.part"))
    with pytest.raises(DataError, match="holds pictures already"):
        import_folder(source, paths)
    assert files_below(paths.raw) == before
    shutil.copytree(paths.raw, paths.raw.with_name("raw.old.part"))
    with pytest.raises(DataError, match="An import was killed"):
        import_folder(source, paths, replace=True)
    assert files_below(paths.raw) == files_below(paths.raw.with_name("raw.old.part")) == before
