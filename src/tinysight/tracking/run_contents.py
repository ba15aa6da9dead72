"""What a run holds: its beginning, figures, files and data set, in the calls and sizes that MLflow takes."""

import time
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from tinysight.data.dataset import DatasetInfo
from tinysight.parts import in_parts
from tinysight.tracking.collisions import again_on_collision
from tinysight.tracking.store import Store

if TYPE_CHECKING:
    from mlflow.entities import Metric, Run

NOTE = "mlflow.note.content"
LONGEST_NOTE = 7_900  # MLflow cuts tags at 8,000 characters
BATCH = 900  # metrics in one call; MLflow allows 1,000


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
    for some in in_parts(entries, 100):
        store.client.log_batch(run_id, params=some)
    for part in in_parts(metrics, BATCH):
        store.client.log_batch(run_id, metrics=part)


def log_files(store: Store, run_id: str, files: Iterable[Path], folder: str | None = None) -> None:
    """Files of a run: pictures as its figures, others into a folder or to the top."""
    for path in files:
        store.client.log_artifact(run_id, str(path), "figures" if path.suffix == ".png" else folder)


def log_dataset(store: Store, run_id: str, info: DatasetInfo) -> None:
    """Names the data set; MLflow keeps at most 36 characters of its digest."""
    from mlflow.entities import Dataset, DatasetInput

    dataset = Dataset(info.name, info.digest[:36], "local", f'{{"digest": "{info.digest}"}}')
    again_on_collision(lambda: store.client.log_inputs(run_id, [DatasetInput(dataset, tags=[])]))
