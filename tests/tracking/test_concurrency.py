"""Pipelines in work trees of their own that register at the same moment leave one consistent registry."""

import subprocess
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest
from mlflow import MlflowClient
from mlflow_server import mlflow_server
from projects import project_environment
from results import give_store, make_results

from tinysight.bundle import check_golden, open_bundle
from tinysight.paths import Paths
from tinysight.predictor import Predictor
from tinysight.tracking.history import history
from tinysight.tracking.pull import pull
from tinysight.tracking.registry import list_versions
from tinysight.tracking.store import Store
from tinysight.tracking.views import ARRANGED, arrange

pytestmark = pytest.mark.slow


@pytest.fixture(params=["sqlite", "server"])
def shared(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A registry that several work trees use: one SQLite file, or one server where they have no lock in common."""
    (tmp_path / "shared").mkdir()
    if request.param == "sqlite":
        place = Paths(tmp_path / "shared")
        give_store(place)
        yield f"sqlite:///{place.store}"
        return
    with mlflow_server(tmp_path / "shared") as url:
        yield url


def register_at_once(projects: Sequence[Paths], uri: str) -> list[str]:
    """Starts the stage in every work tree at the same moment; returns what each said, all having ended well."""
    environment = project_environment(MLFLOW_TRACKING_URI=uri)
    running = [subprocess.Popen([sys.executable, "-m", "tinysight.stages", "register"], cwd=paths.root, text=True,
                                env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
               for paths in projects]  # fmt: skip
    said = [process.communicate(timeout=300)[0] for process in running]
    assert [process.returncode for process in running] == [0] * len(running), said
    return said


def test_no_version_is_lost_and_every_alias_stands_on_a_whole_one(
    shared: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    projects = [make_results(tmp_path / str(seed), seed=seed)[1] for seed in (1, 2, 3)]
    said = register_at_once(projects, shared)
    monkeypatch.setenv("MLFLOW_TRACKING_URI", shared)
    monkeypatch.chdir(projects[0].root)
    versions = list_versions(projects[0])
    assert len({version.sha256 for version in versions}) == len(versions) == 3
    assert sorted(version.release for version in versions) == ["challenger", "challenger", "promoted"]
    assert {alias for version in versions for alias in version.aliases} == {"production", "challenger"}
    assert sum("promoted" in line for line in "".join(said).splitlines()) == 1
    for version in versions:
        bundle = pull(f"models:/colours/{version.version}", tmp_path / "pulled")
        check_golden(open_bundle(bundle.folder), Predictor(bundle.model))
        assert bundle.sha256["model.onnx"] == version.sha256
    moves = history(projects[0])
    assert {move.state for move in moves} == {"done"}
    assert [move.number for move in moves] == list(range(1, 4))
    assert [(move.before, move.alias) for move in moves if move.alias == "production"] == [("", "production")]


def test_the_same_file_from_two_work_trees_is_one_version(
    shared: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    projects = [make_results(tmp_path / name)[1] for name in ("one", "other")]
    register_at_once(projects, shared)
    monkeypatch.setenv("MLFLOW_TRACKING_URI", shared)
    (version,) = list_versions(projects[0])
    assert version.aliases == ("production",)
    assert version.complete


def arrange_at_once(url: str, experiment: str, writers: int) -> None:
    """Has so many clients of a server write the views of an experiment at the same moment."""
    together = Barrier(writers)

    def write(_: int) -> None:
        store = Store(url, MlflowClient(url), None)
        together.wait()
        arrange(store, experiment)

    with ThreadPoolExecutor(writers) as pool:
        list(pool.map(write, range(writers)))


def test_views_that_many_write_into_a_new_experiment_at_once_all_stand(tmp_path: Path) -> None:
    with mlflow_server(tmp_path / "server") as url:
        client = MlflowClient(url)
        for name in map(str, range(8)):  # without another try after a collision, about one writer in four fails
            experiment = client.create_experiment(name)
            arrange_at_once(url, experiment, writers=6)
            assert ARRANGED in client.get_experiment(experiment).tags
