import subprocess
import sys
from pathlib import Path

import pytest
from projects import project_environment
from results import give_store, make_results

from tinysight.errors import DataError
from tinysight.params import Params
from tinysight.paths import Paths
from tinysight.tracking.registry import list_versions, promote
from tinysight.tracking.release import release
from tinysight.tracking.sync import sync


def test_an_empty_store_is_filled_from_the_files(finished: tuple[Params, Paths]) -> None:
    assert sync(*finished) == "colours 1: promoted. It is the first version."
    (version,) = list_versions(finished[1])
    assert version.aliases == ("production",)


def test_a_store_that_holds_everything_is_seen_without_mlflow(finished: tuple[Params, Paths]) -> None:
    """`make serve` calls it each time."""
    sync(*finished)
    code = (
        "import sys; from pathlib import Path; from tinysight.config import load_params;"
        " from tinysight.paths import Paths; from tinysight.tracking.sync import sync;"
        " print(sync(load_params(Path('params.yaml')), Paths(Path.cwd()))); assert 'mlflow' not in sys.modules"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=finished[1].root, text=True, capture_output=True,
                          check=True, env=project_environment())  # fmt: skip
    assert done.stdout == "colours 1 is production; the registry holds this project's results.\n"


def test_another_store_gets_the_same_model(
    finished: tuple[Params, Paths], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    params, paths = finished
    sync(params, paths)
    (here,) = list_versions(paths)
    other = Paths(tmp_path / "other")
    give_store(other)
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{other.store}")
    sync(params, paths)
    (there,) = list_versions(paths)
    assert there.sha256 == here.sha256
    assert there.aliases == here.aliases
    assert there.source != here.source


def test_what_an_experiment_left_in_the_folder_is_not_released(
    finished: tuple[Params, Paths], monkeypatch: pytest.MonkeyPatch
) -> None:
    """`make serve` after `dvc exp run` goes on with production; releasing takes a command that says so."""
    params, paths = finished
    sync(params, paths)
    params, paths = make_results(paths.root, seed=1)
    monkeypatch.setenv("DVC_EXP_NAME", "wide-cnn")
    release(params, paths)
    monkeypatch.delenv("DVC_EXP_NAME")
    assert "dvc repro -f -s register" in sync(params, paths)
    (version,) = list_versions(paths)
    assert version.aliases == ("production",)


def test_a_persons_promotion_stays(finished: tuple[Params, Paths]) -> None:
    params, paths = finished
    sync(params, paths)
    params, paths = make_results(paths.root, seed=1)
    release(params, paths)
    promote(paths, "2", why="by hand")
    params, paths = make_results(paths.root)
    assert sync(params, paths).startswith("colours 2 is production")


def test_runs_that_are_missing_are_published_again(finished: tuple[Params, Paths]) -> None:
    from tinysight.tracking.store import open_store

    sync(*finished)
    with open_store(finished[1]) as store:
        experiment = store.experiment("colours")
        for run in store.client.search_runs([experiment]):
            store.client.delete_run(run.info.run_id)
    assert sync(*finished) == "colours 1 is production; the runs are published."
    with open_store(finished[1], write=False) as store:
        assert len(store.client.search_runs([experiment])) == 4


def test_without_results_it_says_what_to_run(finished: tuple[Params, Paths]) -> None:
    finished[1].verdict.unlink()
    with pytest.raises(DataError, match="dvc repro"):
        sync(*finished)
