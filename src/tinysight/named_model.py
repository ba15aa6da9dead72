"""The model that a command was told to use, as a file or folder of this machine."""

import os
from collections.abc import Callable
from pathlib import Path

from tinysight.paths import Paths


def named_model(model: str, project: Callable[[], Paths]) -> Path:
    """Where the named model lies; a registered one is pulled first.

    Args:
        model: a file or folder, or models:/NAME@ALIAS; empty for TINYSIGHT_MODEL, else for the production version of
            the project's registry.
        project: finds the checkout, which only registered models need.

    Raises:
        TinysightError: if there is no project where one is needed, or the version cannot be had.
    """
    model = model or os.environ.get("TINYSIGHT_MODEL", "")
    if model and not model.startswith("models:/"):
        return Path(model)
    from tinysight.config import load_params
    from tinysight.tracking.pull import pull

    paths = project()
    uri = model or f"models:/{load_params(paths.params).register_.name}@production"
    return pull(uri, paths.cache / "models").folder
