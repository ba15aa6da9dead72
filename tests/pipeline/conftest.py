"""Projects whose pipeline has run, for tests of what comes after."""

import fcntl
import os
import shutil
from pathlib import Path

import pytest
from pipelines import import_mixed, keep_models, shorten
from projects import commit, make_project, run_in


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project on own pictures with three rungs, run once from import to register. Tests only read it.

    It is made once for all processes of tests; each of them works on its own copy.
    """
    shared = tmp_path_factory.getbasetemp()
    if os.environ.get("PYTEST_XDIST_WORKER"):
        shared = shared.parent  # of the folders of all processes
    made = shared / "built"
    with (shared / "built.lock").open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        if not (made / "whole").exists():
            _build(made)
            (made / "whole").touch()
    copy = tmp_path_factory.mktemp("built") / "project"
    _copy(made / "project", copy)
    return copy


def _build(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    project = make_project(folder / "project")
    shorten(project)
    keep_models(project, "majority", "svm", "small_cnn")
    import_mixed(project, folder / "shapes")
    run_in(project, "dvc", "repro")
    commit(project, "first model")


@pytest.fixture
def finished(built: Path, tmp_path: Path) -> Path:
    """A copy of the built project that a test may change, with its cache and its registry."""
    copy = tmp_path / "project"
    _copy(built, copy)
    return copy


def _copy(project: Path, copy: Path) -> None:
    """MLflow writes absolute artifact paths into its database: the copy starts with an empty store."""
    shutil.copytree(project, copy, symlinks=True)
    shutil.rmtree(copy / ".tinysight")
    run_in(copy, "tinysight", "registry", "sync")
