"""Shows a pipeline run in MLflow: one parent run, one child a candidate, from files, once."""

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tinysight.data.progress import progress_bar
from tinysight.params import Params
from tinysight.paths import Paths
from tinysight.tracking.announcements import Board, alone
from tinysight.tracking.logged_model import delete_logged_models, log_onnx
from tinysight.tracking.record import CandidateRecord, PipelineRecord, read_pipeline
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
from tinysight.tracking.run_names import ONE_CANDIDATE, PIPELINE, ROLE, RunNames, run_names
from tinysight.tracking.store import Store, open_store, shown
from tinysight.tracking.views import arrange

if TYPE_CHECKING:
    from mlflow.entities import Metric, Run

KEY, CANDIDATE, COMPLETE = "tinysight.publication", "tinysight.candidate", "tinysight.complete"
PARENT = "mlflow.parentRunId"
PUBLISHING = "tinysight.publishing."
PATIENCE_SECONDS = 300.0  # without a sign of life, which comes after each candidate; a slow server takes minutes


@dataclass(frozen=True)
class Publication:
    """Where a pipeline run stands in the tracking store.

    Attributes:
        run_id: the parent run.
        candidates: the child run of each candidate.
        new: False if these files had been published before.
    """

    run_id: str
    candidates: Mapping[str, str]
    new: bool


def publish(params: Params, paths: Paths) -> Publication:
    """Publishes the files of a pipeline run; the same files again make no new run.

    A publication that was killed, or of which somebody deleted runs, is completed: finished children
    stay, under a new parent if theirs is gone; half-made ones are replaced.

    Raises:
        DataError: if the pipeline's files are not all there.
        TrackingError: if the store cannot be used.
    """
    record = read_pipeline(params, paths)
    with open_store(paths) as store:
        return publish_record(store, record, params.register_.name)


def publish_record(store: Store, record: PipelineRecord, experiment: str) -> Publication:
    """Publishes a record into an open store, while nobody else publishes the same files there; see `publish`."""
    experiment_id = store.experiment(experiment)
    published = _published(_find(store, experiment_id, record.key), record)
    if published:
        return published
    with alone(_board(store, experiment_id, record.key)) as still_here:
        return _complete(store, experiment_id, record, still_here)


def _complete(store: Store, experiment_id: str, record: PipelineRecord, still_here: Callable[[], None]) -> Publication:
    runs = _find(store, experiment_id, record.key)
    published = _published(runs, record)
    if published:  # by another, while we waited
        return published
    parent, done = _parent(runs), _done(runs)
    arrange(store, experiment_id)
    names = run_names(store, experiment_id, record)
    tags = {**record.tags, **names.tags(), ROLE: PIPELINE}
    parent = parent or store.client.create_run(experiment_id, run_name=names.pipeline, tags=tags)
    _bring_under(store, parent.info.run_id, [run for run in runs if run.info.run_id in done.values()])
    _delete_half_made(store, runs)
    with progress_bar("Publishing runs to MLflow", len(record.candidates)) as advance:
        for candidate in record.candidates:
            if candidate.name not in done:
                done[candidate.name] = _publish_candidate(store, parent, record, candidate, names)
                still_here()
            advance(1)
    if COMPLETE not in parent.data.tags:
        _complete_parent(store, parent.info.run_id, record, names)
    return Publication(parent.info.run_id, done, new=True)


def _board(store: Store, experiment_id: str, key: str) -> Board:
    """Two machines that publish the same files at once would take each other's half-made runs away."""

    def read() -> Mapping[str, str]:
        tags: dict[str, str] = store.client.get_experiment(experiment_id).tags
        return tags

    return Board(
        read=read,
        write=lambda tag, value: store.client.set_experiment_tag(experiment_id, tag, value),
        remove=lambda tag: store.client.delete_experiment_tag(experiment_id, tag),
        prefix=f"{PUBLISHING}{key[:16]}.",
        patience=PATIENCE_SECONDS,
        busy=f"Others publish these very results in {shown(store.uri)} without an end. Try again when they have ended.",
    )


def _published(runs: "Sequence[Run]", record: PipelineRecord) -> Publication | None:
    """What stands in the store already; None unless it is whole."""
    parent, done = _parent(runs), _done(runs)
    if parent is None or COMPLETE not in parent.data.tags or any(one.name not in done for one in record.candidates):
        return None
    return Publication(parent.info.run_id, done, new=False)


def _parent(runs: "Iterable[Run]") -> "Run | None":
    return next((run for run in runs if CANDIDATE not in run.data.tags), None)


def _done(runs: "Iterable[Run]") -> dict[str, str]:
    """The finished child of each candidate."""
    return {run.data.tags[CANDIDATE]: run.info.run_id
            for run in runs if CANDIDATE in run.data.tags and COMPLETE in run.data.tags}  # fmt: skip


def _delete_half_made(store: Store, runs: "Iterable[Run]") -> None:
    for run in runs:
        if CANDIDATE in run.data.tags and COMPLETE not in run.data.tags:
            delete_logged_models(store, run.info.experiment_id, run.info.run_id)
            store.client.delete_run(run.info.run_id)


def _find(store: Store, experiment_id: str, key: str) -> "list[Run]":
    """All runs of a publication, the oldest first."""
    return list(
        store.client.search_runs(
            [experiment_id], f"tags.`{KEY}` = '{key}'", order_by=["attributes.start_time ASC"], max_results=1000
        )
    )


def _bring_under(store: Store, parent: str, children: "Iterable[Run]") -> None:
    """MLflow shows a child of a deleted run nowhere."""
    for run in children:
        if run.data.tags.get(PARENT) != parent:
            store.client.set_tag(run.info.run_id, PARENT, parent)


def _publish_candidate(
    store: Store, parent: "Run", record: PipelineRecord, candidate: CandidateRecord, names: RunNames
) -> str:
    tags = {**record.tags, PARENT: parent.info.run_id, CANDIDATE: candidate.name, "tinysight.kind": candidate.kind}
    named = names.candidate(candidate.name)
    run = create_trained(store, parent, named, {**tags, ROLE: ONE_CANDIDATE}, candidate.metrics)
    run_id: str = run.info.run_id
    log_dataset(store, run_id, record.dataset)
    model_id = None if candidate.model is None else log_onnx(store, run, candidate)
    chosen = {"chosen": "yes" if candidate.name == record.chosen else "no"}
    log_values(store, run_id, {**candidate.params, **chosen}, _metrics(candidate, model_id))
    log_files(store, run_id, candidate.files)
    if candidate.status.failed:
        say_failed(store, run_id, candidate.status.reason)
    store.client.set_terminated(run_id, "FAILED" if candidate.status.failed else "FINISHED")
    store.client.set_tag(run_id, COMPLETE, "true")  # last: what lacks it is made again
    return run_id


def _complete_parent(store: Store, run_id: str, record: PipelineRecord, names: RunNames) -> None:
    log_dataset(store, run_id, record.dataset)
    chosen = next((c for c in record.candidates if c.name == record.chosen), None)
    figures = [*(_metrics(chosen) if chosen else []), *as_metrics(record.metrics)]
    log_values(store, run_id, {**record.params, "chosen": record.chosen or "none"}, figures)
    log_files(store, run_id, record.files)
    log_files(store, run_id, record.data_report, "data")
    changed = names.note()
    store.client.set_tag(run_id, NOTE, f"{record.verdict[: LONGEST_NOTE - len(changed)]}\n\n{changed}")
    store.client.set_terminated(run_id, "FINISHED")
    store.client.set_tag(run_id, COMPLETE, "true")


def _metrics(candidate: CandidateRecord, model_id: str | None = None) -> "list[Metric]":
    from mlflow.entities import Metric

    now = int(time.time() * 1000)
    curves = [Metric(point.metric, point.value, now, point.epoch) for point in candidate.curves]
    return as_metrics(candidate.metrics, model_id) + curves
