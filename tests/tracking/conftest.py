"""A finished pipeline with an empty tracking store of its own, for all tests of runs and registry."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from mlflow_server import mlflow_server
from results import give_store, make_results

from tinysight.params import Params
from tinysight.paths import Paths

FOREIGN = ("MLFLOW_TRACKING_URI", "DVC_EXP_NAME", "TINYSIGHT_NO_PROMOTE")


@pytest.fixture(autouse=True)
def own_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the caller's shell has set must not decide a test."""
    for name in FOREIGN:
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A tracking server with a database and artifacts of its own; yields its URL."""
    with mlflow_server(tmp_path_factory.mktemp("server")) as url:
        yield url


@pytest.fixture
def finished(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Params, Paths]:
    """A work tree in which every stage before register has run; its folder's name holds a space."""
    params, paths = make_results(tmp_path / "my project")
    give_store(paths)
    monkeypatch.chdir(paths.root)
    return params, paths
