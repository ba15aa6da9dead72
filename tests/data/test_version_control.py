"""Pictures go under DVC also where another DVC is still at work; what DVC says in the end is passed on."""

import subprocess
import sys
import time
from pathlib import Path

import pytest

from tinysight.data.version_control import check_checkout, dvc_add
from tinysight.errors import DataError

HOLD = """
import sys, time
from dvc.repo import Repo
with Repo(sys.argv[1]).lock:
    print("held", flush=True)
    time.sleep(6)
"""


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    for words in (["git", "init", "-q"], [sys.executable, "-m", "dvc", "init", "-q"]):
        subprocess.run(words, cwd=tmp_path, check=True)
    (tmp_path / "raw").mkdir()
    (tmp_path / "raw" / "a").write_text("a")
    return tmp_path


def test_it_waits_for_another_dvc_to_end(checkout: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", HOLD, checkout], stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout
        assert other.stdout.readline() == "held\n"
        started = time.monotonic()
        dvc_add(checkout, checkout / "raw")
    assert time.monotonic() - started > 3, "the lock was not held"
    assert (checkout / "raw.dvc").is_file()


def test_a_failure_is_told_in_dvcs_words(checkout: Path) -> None:
    with pytest.raises(DataError, match=r"`dvc add gone` failed: ERROR: .*gone.*import again"):
        dvc_add(checkout, checkout / "gone")


def test_a_folder_without_dvc_is_said_before_anything_is_done(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="git init"):
        check_checkout(tmp_path)
