"""Shows a pipeline run in MLflow: one parent run, one child a candidate, from files, once."""

import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from tinysight.data.dataset import DatasetInfo
from tinysight.data.progress import progress_bar
from tinysight.params import Params
from tinysight.paths import Paths
from tinysight.tracking.collisions import again_on_collision
from tinysight.tracking.logged_model import delete_logged_models, log_onnx
from tinysight.tracking.record import CandidateRecord, PipelineRecord, read_pipeline
from tinysight.tracking.run_names import ONE_CANDIDATE, PIPELINE, ROLE, RunNames, run_names
from tinysight.tracking.store import Store, open_store
from tinysight.tracking.views import arrange

if TYPE_CHECKING:
    from mlflow.entities import Metric, Run

KEY, CANDIDATE, COMPLETE = "tinysight.publication", "tinysight.candidate", "tinysight.complete"
NOTE, PARENT = "mlflow.note.content", "mlflow.parentRunId"
LONGEST_NOTE = 7_900  # MLflow cuts tags at 8,000 characters
BATCH = 900  # metrics in one call; MLflow allows 1,000


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
    """Publishes a record into an open store; see `publish`."""
    experiment_id = store.experiment(experiment)
    runs = _find(store, experiment_id, record.key)
    parent = next((run for run in runs if CANDIDATE not in run.data.tags), None)
    done = _children(run for run in runs if COMPLETE in run.data.tags)
    whole = parent is not None and COMPLETE in parent.data.tags
    if parent is not None and whole and all(candidate.name in done for candidate in record.candidates):
        return Publication(parent.info.run_id, done, new=False)
    arrange(store, experiment_id)
    names = run_names(store, experiment_id, record)
    tags = {**record.tags, **names.tags(), ROLE: PIPELINE}
    parent = parent or store.client.create_run(experiment_id, run_name=names.pipeline, tags=tags)
    _bring_under(store, parent.info.run_id, [run for run in runs if run.info.run_id in done.values()])
    for run in runs:
        if CANDIDATE in run.data.tags and COMPLETE not in run.data.tags:
            delete_logged_models(store, experiment_id, run.info.run_id)
            store.client.delete_run(run.info.run_id)
    with progress_bar("Publishing runs to MLflow", len(record.candidates)) as advance:
        for candidate in record.candidates:
            if candidate.name not in done:
                done[candidate.name] = _publish_candidate(store, parent, record, candidate, names)
            advance(1)
    if not whole:
        _complete_parent(store, parent.info.run_id, record, names)
    return Publication(parent.info.run_id, done, new=True)


def _find(store: Store, experiment_id: str, key: str) -> "list[Run]":
    """All runs of a publication, the oldest first."""
    return list(
        store.client.search_runs(
            [experiment_id], f"tags.`{KEY}` = '{key}'", order_by=["attributes.start_time ASC"], max_results=1000
        )
    )


def _children(runs: "Iterable[Run]") -> dict[str, str]:
    return {run.data.tags[CANDIDATE]: run.info.run_id for run in runs if CANDIDATE in run.data.tags}


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


def create_trained(
    store: Store, parent: "Run", name: str, tags: Mapping[str, str], metrics: Mapping[str, float]
) -> "Run":
    """A run that began as long ago as its training took: MLflow shows that as its duration."""
    trained_ms = int(1000 * metrics.get("cost/train_seconds", 0))
    began = int(time.time() * 1000) - trained_ms
    return store.client.create_run(parent.info.experiment_id, began, run_name=name, tags=dict(tags))


def say_failed(store: Store, run_id: str, reason: str) -> None:
    """Why a candidate or a trial has no figures, for searches and for the run's page."""
    store.client.set_tag(run_id, "tinysight.reason", reason)
    store.client.set_tag(run_id, NOTE, f"Failed: {reason}"[:LONGEST_NOTE])


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


def as_metrics(values: Mapping[str, float], model_id: str | None = None) -> "list[Metric]":
    """Figures without steps, by MLflow's name."""
    from mlflow.entities import Metric

    now = int(time.time() * 1000)
    return [Metric(name, readable(value), now, 0, model_id=model_id) for name, value in values.items()]


def readable(value: float) -> float:
    """Five figures, since MLflow's tables show all that there are; counts stay whole, and files hold the rest."""
    return value if float(value).is_integer() else float(f"{value:.5g}")


def log_values(store: Store, run_id: str, params: Mapping[str, str], metrics: "Sequence[Metric]") -> None:
    """Params and metrics of a run, in as many calls as MLflow wants."""
    from mlflow.entities import Param

    entries = [Param(name, value) for name, value in params.items()]
    for start in range(0, len(entries), 100):
        store.client.log_batch(run_id, params=entries[start : start + 100])
    for start in range(0, len(metrics), BATCH):
        store.client.log_batch(run_id, metrics=metrics[start : start + BATCH])


def log_files(store: Store, run_id: str, files: Iterable[Path], folder: str | None = None) -> None:
    """Files of a run: pictures as its figures, others into a folder or to the top."""
    for path in files:
        store.client.log_artifact(run_id, str(path), "figures" if path.suffix == ".png" else folder)


def log_dataset(store: Store, run_id: str, info: DatasetInfo) -> None:
    """Names the data set; MLflow keeps at most 36 characters of its digest."""
    from mlflow.entities import Dataset, DatasetInput

    dataset = Dataset(info.name, info.digest[:36], "local", f'{{"digest": "{info.digest}"}}')
    again_on_collision(lambda: store.client.log_inputs(run_id, [DatasetInput(dataset, tags=[])]))
