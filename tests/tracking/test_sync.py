import subprocess
import sys
from pathlib import Path

import pytest
from projects import project_environment
from results import give_store, make_results

from tinysight.errors import DataError
from tinysight.params import Params
from tinysight.paths import Paths
from tinysight.tracking.belonging import OLDER
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


def test_one_run_that_is_missing_is_seen_and_published_again(finished: tuple[Params, Paths]) -> None:
    from tinysight.tracking.runs import publish
    from tinysight.tracking.store import open_store

    sync(*finished)
    svm = publish(*finished).candidates["svm"]
    with open_store(finished[1]) as store:
        store.client.delete_run(svm)
    assert sync(*finished) == "colours 1 is production; the runs are published."
    assert runs_in(finished[1]) == 4


def test_without_results_it_says_what_to_run(finished: tuple[Params, Paths]) -> None:
    finished[1].verdict.unlink()
    with pytest.raises(DataError, match="dvc repro"):
        sync(*finished)


def runs_in(paths: Paths) -> int:
    from tinysight.tracking.store import open_store

    with open_store(paths, write=False) as store:
        return len(store.client.search_runs([store.experiment("colours")]))


OTHER_PARAMS = ["models.svm.c=1.0", "split={train: 0.6, val: 0.2, test: 0.2}", "dataset.name=flowers", "seed=7"]


@pytest.mark.parametrize("change", OTHER_PARAMS)
def test_results_of_other_params_are_not_published_and_production_stays(
    finished: tuple[Params, Paths], tmp_path: Path, change: str
) -> None:
    """`make params`, and `make serve` before `dvc repro`."""
    sync(*finished)
    today, _ = make_results(tmp_path / "elsewhere", change, "register.name=colours")
    assert sync(today, finished[1]) == f"colours 1 is production. {OLDER}"
    assert runs_in(finished[1]) == 4


def test_a_rung_that_was_added_or_taken_away_leaves_production(finished: tuple[Params, Paths], tmp_path: Path) -> None:
    sync(*finished)
    models = {**finished[0].models, "another": finished[0].models["svm"]}
    more = finished[0].model_copy(update={"models": models})
    less, _ = make_results(tmp_path / "less", "~model@models.svm", chosen="mlp")
    assert sync(more, finished[1]) == sync(less, finished[1]) == f"colours 1 is production. {OLDER}"


def test_results_of_other_params_release_nothing_first(finished: tuple[Params, Paths], tmp_path: Path) -> None:
    today, _ = make_results(tmp_path / "elsewhere", "train.epochs=3")
    with pytest.raises(DataError, match=r"older than params\.yaml: run `dvc repro`"):
        sync(today, finished[1])
    finished[1].store.unlink()
    with pytest.raises(DataError, match=r"older than params\.yaml"):
        sync(today, finished[1])
    assert not finished[1].store.exists()


def test_results_that_are_gone_leave_production(finished: tuple[Params, Paths]) -> None:
    sync(*finished)
    (finished[1].export("svm") / "model.onnx").unlink()
    assert "model.onnx is missing" in sync(*finished)
    finished[1].verdict.unlink()
    assert sync(*finished).startswith("colours 1 is production.")
