"""A version from MLflow's own database, through a short-lived child, so that MLflow never enters the service."""

import json
import os
import subprocess
import sys
from pathlib import Path

from serve.version import Release
from tinysight.errors import ConfigError, TrackingError

TIMEOUT = 120.0  # seconds; the child may import the whole of MLflow


def pull_version(tracking_uri: str, model_uri: str, target: Path) -> tuple[Release, str | None]:
    """The version that an alias names, copied into a folder by `python -m tinysight.tracking.pull`; since when.

    Args:
        tracking_uri: of the database.
        model_uri: as models:/NAME@ALIAS.
        target: the folder below which NAME/VERSION goes.

    Raises:
        ConfigError: if MLflow is needed for it and not installed here.
        TrackingError: if the child fails; its last line says why.
    """
    words = [sys.executable, "-m", "tinysight.tracking.pull", model_uri, str(target)]
    environment = {**os.environ, "MLFLOW_TRACKING_URI": tracking_uri}
    try:
        done = subprocess.run(words, env=environment, capture_output=True, text=True, check=False, timeout=TIMEOUT)
    except subprocess.TimeoutExpired:
        raise TrackingError(
            f"{model_uri} was not pulled within {TIMEOUT:.0f} s. Look for a lock on the store."
        ) from None
    if done.returncode != 0:
        last = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
        if "No module named" in last:
            raise ConfigError(
                "This sqlite: registry needs MLflow beside the service. Run `mlflow server` where it is installed and"
                " set MLFLOW_TRACKING_URI to its http address, or set TINYSIGHT_MODEL to a bundle's folder."
            )
        raise TrackingError(f"{model_uri} cannot be pulled: {last.removeprefix('error: ')}")
    return _release(done.stdout)


def _release(printed: str) -> tuple[Release, str | None]:
    last = (printed.strip().splitlines() or [""])[-1]
    try:
        answer = json.loads(last)
        release = Release(name=answer["name"], version=str(answer["version"]), folder=Path(answer["folder"]))
        return release, answer.get("promoted_at")
    except (ValueError, KeyError, TypeError):
        raise TrackingError(f"The child that pulls models printed no version. Received: {last[:100]}.") from None
