"""What a person sees of runs, in a real browser on MLflow's real pages; the saved views that make it so."""

import json
import subprocess
import sys
from collections.abc import Iterator

import pytest
from browser import Browser, browser
from mlflow_server import mlflow_server
from projects import ROOT, project_environment
from results import make_results

from tinysight.params import Params
from tinysight.paths import Paths
from tinysight.tracking.runs import publish
from tinysight.tracking.store import open_store
from tinysight.tracking.views import ARRANGED, CANDIDATES, RUNS, TRIALS, VIEW, address, arrange

WAIT = """new Promise((done) => { const end = performance.now() + 30000;
  const look = () => { const found = [...document.querySelectorAll('%s')];
    found.length >= %d || performance.now() > end ? done(found.map((one) => one.innerText)) : setTimeout(look, 50);
  }; look(); })"""

UNTIL = """new Promise((done) => { const end = performance.now() + 30000;
  const look = () => %s.every((text) => document.body.innerText.includes(text)) ? done(true)
    : performance.now() > end ? done(false) : setTimeout(look, 50); look(); })"""


def tags(paths: Paths) -> dict[str, str]:
    with open_store(paths, write=False) as store:
        return dict(store.client.get_experiment_by_name("colours").tags)


def test_an_experiment_has_all_views_with_their_columns(finished: tuple[Params, Paths]) -> None:
    publish(*finished)
    for view in (RUNS, CANDIDATES, TRIALS):
        text = tags(finished[1])[VIEW + view]
        state = json.loads(json.loads(text)["state"])
        assert "metrics.`val/expected_accuracy`" in state["selectedColumns"]
        assert len(text) < 5000  # what MLflow's databases hold


def test_the_columns_of_the_views_are_metrics_that_runs_have(finished: tuple[Params, Paths]) -> None:
    published = publish(*finished)
    with open_store(finished[1], write=False) as store:
        data = store.client.get_run(published.candidates["mlp"]).data
    for key, text in tags(finished[1]).items():
        state = json.loads(json.loads(text)["state"]) if key.startswith(VIEW) else {"selectedColumns": []}
        kept = {"metrics": data.metrics, "params": data.params}
        columns = [column.split(".", 1) for column in state["selectedColumns"]]
        assert all(name.strip("`") in kept[kind] for kind, name in columns if kind in kept)


def test_what_a_person_changed_in_a_view_stays(finished: tuple[Params, Paths]) -> None:
    with open_store(finished[1]) as store:
        experiment = store.experiment("colours")
        arrange(store, experiment)
        store.client.set_experiment_tag(experiment, VIEW + RUNS, "mine")
        arrange(store, experiment)
        assert tags(finished[1])[VIEW + RUNS] == "mine"
        store.client.set_experiment_tag(experiment, ARRANGED, "of an older tinysight")
        arrange(store, experiment)
    assert tags(finished[1])[VIEW + RUNS] != "mine"


def test_the_command_says_where_to_look(finished: tuple[Params, Paths]) -> None:
    words = [sys.executable, "-m", "tinysight.tracking.views", "http://127.0.0.1:5000/"]
    done = subprocess.run(words, cwd=finished[1].root, env=project_environment(), capture_output=True, text=True,
                          check=True)  # fmt: skip
    assert f"the best first: {address('http://127.0.0.1:5000', '1', CANDIDATES)}\n" in done.stdout
    assert "python -m tinysight.tracking.views" in (ROOT / "Makefile").read_text()


@pytest.fixture(scope="module")
def looked_at(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Browser, str]]:
    """A browser, and a server with two runs of the pipeline."""
    root = tmp_path_factory.mktemp("looked_at")
    with mlflow_server(root / "server") as url, pytest.MonkeyPatch.context() as patch:
        patch.setenv("MLFLOW_TRACKING_URI", url)
        publish(*make_results(root / "project"))
        publish(*make_results(root / "project", "models.svm.c=[1]", seed=1))
        with browser() as chromium:
            yield chromium, url


@pytest.mark.slow
def test_the_page_of_runs_opens_on_names_that_say_what_changed(looked_at: tuple[Browser, str]) -> None:
    chromium, url = looked_at
    chromium.open(address(url, "1"), width=1700)
    names = chromium.evaluate(WAIT % ('.ag-cell[col-id*="Run Name"]', 2))
    assert [name.splitlines()[-1] for name in names] == [
        "colours · svm · models.svm.c [1.0, 10.0, 100.0]→[1.0]",
        "colours · svm · first run",
    ]
    shown = chromium.evaluate(WAIT % (".ag-header-cell", 5))
    assert [text for text in shown if text.startswith(("val/", "chosen"))][:2] == ["chosen", "val/expected_accuracy"]


@pytest.mark.slow
def test_the_charts_begin_with_what_decides(looked_at: tuple[Browser, str]) -> None:
    chromium, url = looked_at
    chromium.open("about:blank")  # another # of the same page would not be loaded anew
    chromium.open(address(url, "1", CANDIDATES), width=1700)
    chromium.evaluate(WAIT % ('.ag-cell[col-id*="Run Name"]', 6))
    chromium.evaluate("document.querySelector('input[value=CHART]').click()")
    wanted = ("At a glance", "val/expected_accuracy", "epoch/val_loss")
    assert chromium.evaluate(UNTIL % json.dumps(wanted)), chromium.evaluate("document.body.innerText")
    shown = chromium.evaluate("document.body.innerText")
    assert shown.index("At a glance") < shown.index("epoch/val_loss") < shown.rindex("cost")
