"""Projects whose pipeline has run, for tests of what comes after."""

import shutil
from pathlib import Path

import pytest
from pipelines import import_mixed, keep_models, shorten
from projects import commit, make_project, run_in


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project on own pictures with three rungs, run once from import to register. Tests only read it."""
    folder = tmp_path_factory.mktemp("built")
    project = make_project(folder / "project")
    shorten(project)
    keep_models(project, "majority", "svm", "small_cnn")
    import_mixed(project, folder / "shapes")
    run_in(project, "dvc", "repro")
    commit(project, "first model")
    return project


@pytest.fixture
def finished(built: Path, tmp_path: Path) -> Path:
    """A copy of the built project that a test may change, with its cache and its registry."""
    copy = tmp_path / "project"
    shutil.copytree(built, copy, symlinks=True)
    _move_store(copy, built)
    return copy


def _move_store(copy: Path, original: Path) -> None:
    """MLflow writes absolute artifact paths into its database: the copy starts with an empty store."""
    shutil.rmtree(copy / ".tinysight")
    run_in(copy, "tinysight", "registry", "sync")
