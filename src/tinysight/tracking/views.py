"""What MLflow's pages open on: saved views of the run table with the columns that matter.

MLflow keeps a view as a tag of its experiment, and its address opens it. The page of the experiment lists them in a
menu, so people can add their own beside these.
"""

import hashlib
import json
import sys
import urllib.parse
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tinysight.config import load_params
from tinysight.errors import TinysightError
from tinysight.paths import Paths
from tinysight.tracking.collisions import tag_experiment
from tinysight.tracking.store import Store, open_store

VIEW = "mlflow.sharedViewState."
RUNS, CANDIDATES, TRIALS = "tinysight", "tinysight-candidates", "tinysight-trials"
ARRANGED = "tinysight.views"  # tag of the experiment: the digest of the views that were written into it
SCORES = ("metrics", ("val/expected_accuracy", "val/accuracy", "test/accuracy", "val/expected_calibration_error"))
LETTER, WIDTHS = 6, {"attributes.`Run Name`": 380}  # pixels
MADE_MS = 1_767_225_600_000  # when a view was made: of no interest, but the page wants to know
SECTION = {"uuid": "tinysight", "name": "At a glance", "display": True, "isReordered": False, "deleted": False}
COSTS = ("metrics", ("cost/p50_ms", "cost/file_bytes", "cost/multiply_adds", "cost/train_seconds"))


def arrange(store: Store, experiment_id: str) -> None:
    """Writes the views into an experiment that has not got them; what people changed in them since then stays."""
    tags = dict(_tags())
    digest = hashlib.sha256(json.dumps(tags, sort_keys=True).encode()).hexdigest()[:16]
    if store.client.get_experiment(experiment_id).tags.get(ARRANGED) == digest:
        return
    for key, value in tags.items():
        tag_experiment(store.client, experiment_id, key, value)
    tag_experiment(store.client, experiment_id, ARRANGED, digest)


def address(server: str, experiment_id: str, view: str = RUNS) -> str:
    """Where a view of an experiment is to be seen."""
    query = urllib.parse.urlencode({"workflowType": "machine_learning", "viewStateShareKey": view})
    return f"{server.rstrip('/')}/#/experiments/{experiment_id}/runs?{query}"


def main(server: str) -> None:
    """Prints where this project's runs are to be seen."""
    paths = Paths(Path.cwd())
    name = load_params(paths.params).register_.name
    with open_store(paths) as store:
        experiment_id = store.experiment(name)
        arrange(store, experiment_id)
    for what, view in (("runs of the pipeline", RUNS), ("all candidates, the best first", CANDIDATES)):
        print(f"{what}: {address(server, experiment_id, view)}")


def _tags() -> Iterator[tuple[str, str]]:
    yield "mlflow.experimentKind", "custom_model_development"  # else the page opens on traces of language models
    runs = [("params", ("chosen",)), SCORES, COSTS, ("attributes", ("Source", "Dataset"))]
    yield VIEW + RUNS, _view("Runs", runs, {"searchFilter": "tags.`tinysight.run` = 'pipeline'"})
    candidates = [("params", ("chosen",)), SCORES, COSTS, ("tags", ("tinysight.experiment",))]
    best_first = {"orderByKey": f"metrics.`{SCORES[1][0]}`", "orderByAsc": False}
    only = {"searchFilter": "tags.`tinysight.run` = 'candidate'"}
    yield VIEW + CANDIDATES, _view("Candidates, the best first", candidates, only | best_first)
    figures = ("val/expected_accuracy", "cost/train_seconds")
    trials = [("metrics", figures), ("tags", ("tinysight.study",))]
    best_first = {"orderByKey": "metrics.`val/expected_accuracy`", "orderByAsc": False}
    only = {"searchFilter": "tags.`tinysight.run` = 'trial'"}
    yield VIEW + TRIALS, _view("Trials of tinysight tune, the best first", trials, only | best_first)


def _view(name: str, columns: list[tuple[str, tuple[str, ...]]], search: dict[str, Any]) -> str:
    """One view, as MLflow's page reads it: its columns from left to right."""
    selected = [f"{kind}.`{column}`" for kind, names in columns for column in names]
    order = ["attributes.`Run Name`", *selected, "attributes.`Created`", "duration"]
    widths = {column: WIDTHS.get(column, 40 + LETTER * len(column.partition(".")[2])) for column in order}
    charts = {"compareRunSections": [SECTION], "compareRunCharts": list(_charts())}
    state = {"selectedColumns": selected, "columnOrder": order, "columnWidths": widths, **charts, **search}
    return json.dumps({"name": name, "createdAt": MADE_MS, "updatedAt": MADE_MS, "state": json.dumps(state)})


def _charts() -> Iterator[dict[str, Any]]:
    """What stands on top where the page draws; it adds all other metrics below."""
    for number, chart in enumerate(_drawn()):
        place = {"uuid": f"tinysight-{number}", "metricSectionId": SECTION["uuid"]}
        yield {**place, "deleted": False, "isGenerated": False, **chart}


def _drawn() -> Iterator[dict[str, Any]]:
    accuracy = SCORES[1][0]
    for metric in SCORES[1][:3]:
        yield {"type": "BAR", "metricKey": metric, "runsCountToCompare": 20}
    axes = {"xaxis": {"key": "cost/multiply_adds", "type": "METRIC"}, "yaxis": {"key": accuracy, "type": "METRIC"}}
    yield {"type": "SCATTER", "runsCountToCompare": 100, **axes}
    for metric in ("epoch/val_accuracy", "epoch/val_loss"):
        yield {"type": "LINE", "metricKey": metric, "selectedMetricKeys": [metric], "runsCountToCompare": 20}


if __name__ == "__main__":
    try:
        main(sys.argv[1])
    except TinysightError as error:
        sys.exit(f"error: {error}")
