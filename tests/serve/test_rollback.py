"""`tinysight registry rollback` under a service that follows the registry."""

from pathlib import Path

import pytest
from onnx_models import solid_png
from registries import all_serve
from results import BAD, give_store, make_results
from serving import eventually, running
from steady_load import SteadyLoad

from tinysight.cli import main
from tinysight.tracking.pull import pull
from tinysight.tracking.registry import promote
from tinysight.tracking.release import release


@pytest.mark.slow
def test_the_version_before_is_served_again_and_no_request_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    params, paths = make_results(tmp_path / "project", noise=BAD)
    give_store(paths)
    paths.conf.mkdir()
    monkeypatch.chdir(paths.root)
    uri = f"sqlite:///{paths.store}"
    monkeypatch.setenv("MLFLOW_TRACKING_URI", uri)
    release(params, paths)
    release(*make_results(paths.root, seed=1))
    promote(paths, "2", force=True)
    bundles = {number: pull(f"models:/colours/{number}", tmp_path / "pulled").folder for number in ("1", "2")}
    own = {"MLFLOW_TRACKING_URI": uri, "TINYSIGHT_WORKERS": "2", "TINYSIGHT_POLL_SECONDS": "1",
           "TINYSIGHT_CACHE_DIR": str(tmp_path / "cache")}  # fmt: skip
    with running("models:/colours@production", tmp_path, **own) as service:
        assert eventually(lambda: all_serve(service, "2"))
        with SteadyLoad(service.url, solid_png((200, 0, 0)), bundles, clients=2, every=0.1) as load:
            assert eventually(lambda: load.answered("2"))
            assert main(["registry", "rollback", "--why", "a test"]) == 0
            assert eventually(lambda: all_serve(service, "1") and load.answered("1"))
        assert load.wrong == []
