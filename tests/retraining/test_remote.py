"""What goes to a remote comes back from it; over S3 it does so in tests/pipeline/test_retrain.py."""

import subprocess
import sys
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

import pytest
from projects import commit, run_in
from ssh_server import ssh_server

from tinysight.errors import DataError
from tinysight.retraining.journal import Journal
from tinysight.retraining.remote import default_remote, pull, push

pytestmark = pytest.mark.slow
STAGE = "stages:\n  copy: {cmd: cp data/raw/a.txt made.txt, deps: [data/raw], outs: [made.txt]}\n"


@pytest.fixture
def work(tmp_path: Path) -> Path:
    """A git and DVC repository with one picture's worth of data and one result."""
    work = tmp_path / "work"
    (work / "data" / "raw").mkdir(parents=True)
    (work / "data" / "raw" / "a.txt").write_text("a picture")
    (work / "dvc.yaml").write_text(STAGE)
    for words in (["git", "init", "-q", "-b", "main"], ["dvc", "init", "-q"], ["dvc", "add", "-q", "data/raw"],
                  ["dvc", "repro", "-q"]):  # fmt: skip
        run_in(work, *words)
    for what in ("name", "email"):
        run_in(work, "git", "config", f"user.{what}", "tester@example.invalid")
    return work


def there_and_back(work: Path, config: Mapping[str, str], url: str) -> None:
    """Pushes, and pulls into a clone, which then has nothing to do."""
    run_in(work, "dvc", "remote", "add", "--default", "team", url)
    for name, value in config.items():
        run_in(work, "dvc", "remote", "modify", "team", name, value)
    commit(work, "a remote")
    clone = work.parent / "clone"
    with closing(Journal(work.parent / "log", quiet=True)) as journal:
        assert push(work, journal) == ""
        run_in(work, "git", "clone", "-q", str(work), str(clone))
        assert pull(clone, journal) == []
    assert (clone / "data" / "raw" / "a.txt").read_text() == (clone / "made.txt").read_text() == "a picture"
    assert "Running stage" not in run_in(clone, "dvc", "repro").stdout
    assert any((clone / ".dvc" / "cache" / "runs").iterdir())


def test_over_ssh(work: Path, tmp_path: Path) -> None:
    with ssh_server(tmp_path / "ssh") as (port, key):
        config = {"port": str(port), "user": "somebody", "keyfile": str(key)}
        there_and_back(work, config, f"ssh://127.0.0.1{tmp_path}/storage")


def test_the_packages_for_google_are_here_too() -> None:
    done = subprocess.run([sys.executable, "-m", "dvc", "version"], capture_output=True, text=True, check=True)
    assert all(f"{scheme} (" in done.stdout for scheme in ("gs", "s3", "ssh"))


def test_without_a_remote_nothing_is_pulled_or_pushed_and_that_is_said(work: Path, tmp_path: Path) -> None:
    assert default_remote(work) == ""
    with closing(Journal(tmp_path / "log", quiet=True)) as journal:
        assert "nothing was pulled" in pull(work, journal)[0]
        assert push(work, journal) == ""


def test_pictures_that_nobody_added_yet_are_named_and_never_removed(work: Path, tmp_path: Path) -> None:
    """DVC itself advises `--force` here, which would delete them."""
    run_in(work, "dvc", "remote", "add", "--default", "team", str(tmp_path / "storage"))
    (work / "data" / "raw" / "new.txt").write_text("a new picture")
    with closing(Journal(tmp_path / "log", quiet=True)) as journal, pytest.raises(DataError) as caught:
        pull(work, journal)
    assert "data/raw/new.txt. Run `dvc add data/raw`, or remove it" in str(caught.value)
    assert "force" not in str(caught.value)
    assert (work / "data" / "raw" / "new.txt").exists()


def test_a_remote_that_is_away_costs_a_note_where_the_pictures_are_here_and_an_error_where_not(
    work: Path, tmp_path: Path
) -> None:
    run_in(work, "dvc", "remote", "add", "--default", "team", "http://127.0.0.1:9/dvc")
    commit(work, "a remote")
    clone = tmp_path / "clone"
    run_in(work, "git", "clone", "-q", str(work), str(clone))
    with closing(Journal(tmp_path / "log", quiet=True)) as journal:
        with pytest.raises(DataError, match=r"The pictures cannot be had: .*`dvc push` from where the pictures are"):
            pull(clone, journal)
        assert "The results were not pushed: " in push(work, journal)
