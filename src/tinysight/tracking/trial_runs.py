"""Shows a study in MLflow: one parent run, one child a trial, with the names that the pipeline's runs have."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from tinysight.data.dataset import DatasetInfo, read_info
from tinysight.params import CandidateParams, Params
from tinysight.paths import Paths
from tinysight.tracking.record import OF_THE_RUN, experiment_name, flat, prefixed, tags_of
from tinysight.tracking.run_contents import (
    LONGEST_NOTE,
    NOTE,
    as_metrics,
    create_trained,
    log_dataset,
    log_files,
    log_values,
    say_failed,
)
from tinysight.tracking.run_names import ROLE
from tinysight.tracking.runs import COMPLETE, KEY, PARENT
from tinysight.tracking.store import Store, open_store
from tinysight.tracking.views import arrange

if TYPE_CHECKING:
    from mlflow.entities import Metric, Run

STUDY, TRIAL = "tinysight.study", "tinysight.trial"
TUNING, ONE_TRIAL = "tuning", "trial"  # what the tag ROLE says of them


@dataclass(frozen=True)
class TrialRecord:
    """One trial.

    Attributes:
        number: 0 is the candidate as it is.
        name: of its run.
        section: the candidate with the trial's values.
        metrics: by MLflow's name; empty where it failed.
        curves: by column of curves.csv, one figure an epoch.
        status: as MLflow says it; KILLED where it was stopped early.
        reason: why it failed.
    """

    number: int
    name: str
    section: CandidateParams
    metrics: Mapping[str, float]
    curves: Mapping[str, Sequence[float]]
    status: Literal["FINISHED", "KILLED", "FAILED"]
    reason: str


@dataclass(frozen=True)
class StudyRecord:
    """A study as far as it has come.

    Attributes:
        key: of all that decides its outcomes.
        candidate: its name.
        params: the whole configuration.
        trials: those that count.
        metrics: the best figures so far.
        note: what was found, in Markdown; empty before its end.
        files: figures, table and experiment, at its end.
    """

    key: str
    candidate: str
    params: Params
    trials: Sequence[TrialRecord]
    metrics: Mapping[str, float]
    note: str
    files: Sequence[Path]

    @property
    def name(self) -> str:
        """What the study is called."""
        return f"{self.candidate} {self.key[:7]}"


def publish_study(paths: Paths, record: StudyRecord) -> str:
    """Publishes what the store lacks of a study; a trial whose publication was killed is published anew.

    Returns:
        the id of the parent run.

    Raises:
        TrackingError: if the store cannot be used.
    """
    info = read_info(paths.dataset)
    tags = {
        **tags_of(record.params, paths, record.key, info.digest, experiment_name()),
        "mlflow.source.name": f"tinysight tune {record.candidate}",
        "tinysight.kind": record.params.models[record.candidate].kind,
        STUDY: record.name,
    }
    with open_store(paths) as store:
        experiment_id = store.experiment(record.params.register_.name)
        arrange(store, experiment_id)
        runs = list(store.client.search_runs([experiment_id], f"tags.`{KEY}` = '{record.key}'", max_results=5_000))
        parent = next((run for run in runs if TRIAL not in run.data.tags), None)
        if parent is None:
            named = f"tune {record.candidate} · {record.key[:7]}"
            parent = store.client.create_run(experiment_id, run_name=named, tags={**tags, ROLE: TUNING})
        there = _whole_trials(store, runs, parent.info.run_id)
        for trial in record.trials:
            if trial.number + 1 not in there:
                _publish_trial(store, parent, record, trial, tags, info)
        _complete(store, parent.info.run_id, record, info)
        return str(parent.info.run_id)


def _whole_trials(store: Store, runs: "Sequence[Run]", parent: str) -> set[int]:
    """Which trials have a whole run below the parent; half ones are deleted, those of a deleted parent moved."""
    there = set()
    for run in runs:
        tags = run.data.tags
        if TRIAL in tags and COMPLETE not in tags:
            store.client.delete_run(run.info.run_id)
        elif TRIAL in tags:
            there.add(int(tags[TRIAL]))
            if tags.get(PARENT) != parent:
                store.client.set_tag(run.info.run_id, PARENT, parent)
    return there


def _publish_trial(
    store: Store, parent: "Run", record: StudyRecord, trial: TrialRecord, tags: Mapping[str, str], info: DatasetInfo
) -> None:
    own = {**tags, PARENT: parent.info.run_id, TRIAL: str(trial.number + 1), ROLE: ONE_TRIAL}
    run_id = create_trained(store, parent, trial.name, own, trial.metrics).info.run_id
    log_dataset(store, run_id, info)
    params = {**flat(record.params, without=OF_THE_RUN), **prefixed("model", trial.section.model_dump(mode="json"))}
    log_values(store, run_id, params, [*as_metrics(trial.metrics), *_epochs(trial.curves)])
    if trial.reason:
        say_failed(store, run_id, trial.reason)
    store.client.set_terminated(run_id, trial.status)
    store.client.set_tag(run_id, COMPLETE, "true")  # last: what lacks it is made again


def _complete(store: Store, run_id: str, record: StudyRecord, info: DatasetInfo) -> None:
    """The parent says what is known so far; with its note it is complete."""
    metrics = as_metrics({**record.metrics, "trials": float(len(record.trials))})
    log_values(store, run_id, {}, metrics)
    if not record.note:
        return
    log_dataset(store, run_id, info)
    sections = flat(record.params, without=OF_THE_RUN)
    section = record.params.models[record.candidate].model_dump(mode="json")
    log_values(store, run_id, {**sections, **prefixed("model", section)}, [])
    log_files(store, run_id, record.files)
    store.client.set_tag(run_id, NOTE, record.note[:LONGEST_NOTE])
    store.client.set_terminated(run_id, "FINISHED")
    store.client.set_tag(run_id, COMPLETE, "true")


def _epochs(curves: Mapping[str, Sequence[float]]) -> "list[Metric]":
    """Each column by its epoch, as the runs of the pipeline have them."""
    from mlflow.entities import Metric

    now, columns = int(time.time() * 1000), {name: values for name, values in curves.items() if name != "epoch"}
    return [
        Metric(f"epoch/{name}", value, now, int(epoch))
        for name, values in columns.items()
        for epoch, value in zip(curves["epoch"], values, strict=True)
    ]
