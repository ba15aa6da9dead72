"""Shows a network's epochs elsewhere than in MLflow, by the callbacks that those places bring themselves."""

import os
from collections.abc import Mapping
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from tinysight.errors import ConfigError
from tinysight.params import LoggerParams
from tinysight.paths import Paths

if TYPE_CHECKING:
    import keras


def check_loggers(params: LoggerParams) -> None:
    """Looks for the packages of the loggers that are asked for.

    Raises:
        ConfigError: if one is missing.
    """
    for name in _wanted(params):
        if find_spec(name) is None:
            raise ConfigError(
                f"conf/logger asks for {name}, whose package is not installed."
                f" Install it: pip install 'tinysight[{name}]'. Or go without: logger=none."
            )


def loggers(
    params: LoggerParams, paths: Paths, project: str, run: str, told: Mapping[str, Any]
) -> "list[keras.callbacks.Callback]":
    """Keras callbacks for one training; none by default.

    Args:
        params: which ones.
        paths: whose state folder they write into.
        project: under which they keep the run.
        run: its name; the same training that goes on has the same one.
        told: the settings to show beside the run.
    """
    import keras  # here, so that checking needs no TensorFlow

    callbacks = []
    if params.tensorboard:
        callbacks.append(keras.callbacks.TensorBoard(str(paths.logs("tensorboard") / project / run), write_graph=False))
    if params.wandb:
        callbacks += _wandb(paths, project, run, told)
    return callbacks


def _wanted(params: LoggerParams) -> list[str]:
    return [name for name, asked in params.model_dump().items() if asked]


def _wandb(paths: Paths, project: str, run: str, told: Mapping[str, Any]) -> "list[keras.callbacks.Callback]":
    """Offline unless WANDB_MODE says otherwise: nothing leaves this machine unasked, no report of an error either."""
    os.environ.setdefault("WANDB_ERROR_REPORTING", "false")
    import keras
    import wandb
    from wandb.integration.keras import WandbMetricsLogger

    paths.state.mkdir(parents=True, exist_ok=True)
    wandb.init(
        project=project, name=run, config=dict(told), dir=paths.state, mode=os.environ.get("WANDB_MODE", "offline"),
        settings=wandb.Settings(silent=True, console="off"),
    )  # fmt: skip
    return [WandbMetricsLogger(), keras.callbacks.LambdaCallback(on_train_end=lambda _: wandb.finish())]
