"""Calls that fail only because another pipeline wrote the same row of MLflow's database at the same moment."""

import random
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from mlflow import MlflowClient

T = TypeVar("T")
TRIES = 6
SIGNS = ("IntegrityError", "UNIQUE constraint", "UniqueViolation", "Duplicate entry", "Giving up after")


def again_on_collision(call: Callable[[], T]) -> T:
    """Calls again after a moment where two writers met; any other error is raised as it is.

    Args:
        call: one that leaves nothing behind when it fails.
    """
    from mlflow.exceptions import MlflowException

    for _ in range(TRIES - 1):
        try:
            return call()
        except MlflowException as error:
            if not any(sign in str(error) for sign in SIGNS):
                raise
        time.sleep(random.uniform(0.05, 0.5))  # noqa: S311 - only keeps two writers from trying in step
    return call()


def tag_version(client: "MlflowClient", name: str, version: str, tag: str, value: str) -> None:
    """Sets a tag of a model version, which another pipeline that registers the same file may set at the same moment."""
    again_on_collision(lambda: client.set_model_version_tag(name, version, tag, value))


def tag_experiment(client: "MlflowClient", experiment_id: str, tag: str, value: str) -> None:
    """Sets a tag of an experiment that all pipelines of a project share."""
    again_on_collision(lambda: client.set_experiment_tag(experiment_id, tag, value))
