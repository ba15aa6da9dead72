"""What of the pictures can still be fetched, asked of DVC's own files."""

from pathlib import Path

import pytest
from projects import commit, run_in

from tinysight.tracking.pictures_kept import Pointer, default_remote, pointer_of, remote_holds


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """An empty git repository."""
    root = tmp_path / "project"
    (root / ".dvc").mkdir(parents=True)
    run_in(root, "git", "init", "-q")
    for key in ("name", "email"):
        run_in(root, "git", "config", f"user.{key}", "ada@example.org")
    return root


def test_a_remote_holds_what_was_pushed_and_all_of_it(project: Path) -> None:
    """As DVC itself writes pointer, configuration and remote."""
    for name in ("a", "b"):
        (project / "data" / "raw" / name).mkdir(parents=True)
        (project / "data" / "raw" / name / "1.png").write_text(name)
    (project / ".dvc").rmdir()
    run_in(project, "dvc", "init", "-q")
    run_in(project, "dvc", "remote", "add", "-d", "beside", "../storage")
    run_in(project, "dvc", "add", "-q", "data/raw")
    commit(project, "pictures")
    pointer = pointer_of(project, "HEAD", "data/raw")
    assert pointer is not None
    assert remote_holds(project, pointer) == (False, "beside")
    run_in(project, "dvc", "push", "-q")
    assert remote_holds(project, pointer) == (True, "beside")
    files = sorted((project.parent / "storage").rglob("*"), key=lambda path: path.stat().st_size)
    next(path for path in files if path.is_file()).unlink()
    assert remote_holds(project, pointer) == (False, "beside")


def test_a_pointer_may_stand_for_a_folder_above_and_is_looked_for_in_the_commit(project: Path) -> None:
    pointer = project / "data" / "raw.dvc"
    pointer.parent.mkdir()
    pointer.write_text("outs:\n- md5: ab12.dir\n  path: raw\n")
    commit(project, "pictures")
    pointer.write_text("outs: []\n")
    kept = Pointer("data/raw.dvc", "ab12.dir")
    assert pointer_of(project, "HEAD", "data/raw") == pointer_of(project, "HEAD", "data/raw/a/set.zip") == kept
    assert pointer_of(project, "HEAD", "conf/dataset/digits.yaml") is None
    assert pointer_of(project, "", "data/raw") is None
    commit(project, "broken")
    assert pointer_of(project, "HEAD", "data/raw") == Pointer("data/raw.dvc", "")


def test_of_a_remote_elsewhere_nothing_is_known(project: Path) -> None:
    """What a person has set for this checkout alone goes before what the project says."""
    (project / ".dvc" / "config").write_text("[core]\n    remote = local\n['remote \"local\"']\n    url = ../../near\n")
    assert remote_holds(project, Pointer("data/raw.dvc", "ab12.dir")) == (False, "local")
    assert remote_holds(project, Pointer("data/raw.dvc", "")) == (None, "local")
    (project / ".dvc" / "config.local").write_text(
        "[core]\n    remote = team\n['remote \"team\"']\n    url = s3://a/b\n"
    )
    assert default_remote(project) == ("team", "s3://a/b")
    assert remote_holds(project, Pointer("data/raw.dvc", "ab12.dir")) == (None, "team")


def test_a_project_without_a_remote_or_with_a_broken_configuration_has_none(tmp_path: Path) -> None:
    assert default_remote(tmp_path) == ("", "")
    (tmp_path / ".dvc").mkdir()
    (tmp_path / ".dvc" / "config").write_text("no section")
    assert default_remote(tmp_path) == ("", "")
    assert remote_holds(tmp_path, Pointer("data/raw.dvc", "ab12")) == (None, "of DVC")
