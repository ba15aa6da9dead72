"""The same roads against a real `mlflow server` whose artifacts go through its proxy."""

from pathlib import Path
from typing import Any

import pytest
from projects import free_port
from results import BAD, give_store, make_results

from tinysight.bundle import check_golden
from tinysight.errors import TrackingError
from tinysight.params import Params
from tinysight.paths import Paths
from tinysight.predictor import Predictor
from tinysight.tracking.pull import pull
from tinysight.tracking.record import CandidateRecord
from tinysight.tracking.registry import list_versions, promote
from tinysight.tracking.release import release
from tinysight.tracking.runs import publish
from tinysight.tracking.store import Store
from tinysight.tracking.sync import sync

pytestmark = pytest.mark.slow


@pytest.fixture
def remote(
    tmp_path: Path, server: str, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> tuple[Params, Paths]:
    """A project that tracks on the server, under a name that no other test uses."""
    name = f"register.name={request.node.name[:30]}"
    params, paths = make_results(tmp_path / "project", name)
    monkeypatch.chdir(paths.root)
    monkeypatch.setenv("MLFLOW_TRACKING_URI", server)
    return params, paths


def test_a_release_through_a_server_is_the_one_of_the_default_store(
    remote: tuple[Params, Paths], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    params, paths = remote
    on_server = release(params, paths)
    (there,) = list_versions(paths)
    bundle = pull(f"models:/{params.register_.name}@production", tmp_path / "pulled")
    check_golden(bundle, Predictor(bundle.model))
    assert not paths.state.joinpath("mlflow.db").exists()
    monkeypatch.delenv("MLFLOW_TRACKING_URI")
    give_store(paths)
    assert release(params, paths) == on_server
    (here,) = list_versions(paths)
    assert here.sha256 == there.sha256 == bundle.sha256["model.onnx"]
    assert dict(pull(f"models:/{params.register_.name}@production", tmp_path / "local").sha256) == dict(bundle.sha256)


def test_a_better_version_takes_over_and_a_person_takes_it_back(remote: tuple[Params, Paths]) -> None:
    params, paths = remote
    name = f"register.name={params.register_.name}"
    release(*make_results(paths.root, name, noise=BAD))
    decision = release(*make_results(paths.root, name))
    assert (decision.outcome, decision.version, decision.champion) == ("promoted", "2", "1")
    assert promote(paths, "1", why="back").endswith("instead of 2.")
    assert [version.aliases for version in list_versions(paths)] == [(), ("production",)]


def test_publish_and_sync_do_nothing_twice(remote: tuple[Params, Paths]) -> None:
    first, second = publish(*remote), publish(*remote)
    assert (second.run_id, second.new) == (first.run_id, False)
    assert "promoted" in sync(*remote)
    assert sync(*remote).endswith("is production; the runs are published.")


def test_a_server_that_forgets_is_filled_again(remote: tuple[Params, Paths]) -> None:
    """As after a restore from an old backup: runs and model are gone, the files are here."""
    from tinysight.tracking.store import open_store

    params, paths = remote
    release(params, paths)
    with open_store(paths) as store:
        store.client.delete_registered_model(params.register_.name)
        for run in store.client.search_runs([store.experiment(params.register_.name)]):
            store.client.delete_run(run.info.run_id)
    assert sync(params, paths).endswith("promoted. It is the first version.")
    assert publish(params, paths).new is False


def test_a_server_that_stops_in_the_middle_is_one_line(
    remote: tuple[Params, Paths], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was half published is completed later."""
    from mlflow.utils.rest_utils import MlflowHostCreds

    from tinysight.tracking import runs

    real, nowhere = runs.log_onnx, MlflowHostCreds(f"http://127.0.0.1:{free_port()}")
    with monkeypatch.context() as patch:

        def gone(store: Store, run: Any, candidate: CandidateRecord) -> str:
            patch.setattr(store.client._tracking_client.store, "get_host_creds", lambda: nowhere)
            return real(store, run, candidate)

        patch.setattr(runs, "log_onnx", gone)
        with pytest.raises(TrackingError, match="results are on disk") as caught:
            publish(*remote)
    assert "\n" not in str(caught.value)
    assert publish(*remote).new
    assert not publish(*remote).new
