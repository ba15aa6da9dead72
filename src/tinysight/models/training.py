"""From a candidate's parameters to the trained candidate, whatever its kind."""

from collections.abc import Callable, Sequence
from importlib import import_module
from inspect import signature
from pathlib import Path
from typing import Any

import keras

from tinysight.models.fitted import Fitted
from tinysight.models.networks import Network, fit_network
from tinysight.models.training_data import TrainingData
from tinysight.params import ModelParams, TrainParams


def fit_candidate(
    params: ModelParams,
    data: TrainingData,
    settings: TrainParams,
    seed: int,
    cache: Path,
    checkpoint: Path | None = None,
    watchers: Sequence[keras.callbacks.Callback] = (),
) -> Fitted:
    """Trains one candidate by what the file of its kind defines.

    That is either `build(params, image_size, classes)` and `recipe(params, steps)`: a network, trained here. Or it is
    `fit(params, data, ...)`, which trains in its own way. Each names as arguments what it needs of all that is known.

    Args:
        params: its own section of params.yaml.
        data: what it learns from.
        settings: how long networks train.
        seed: of the weights and the order of batches.
        cache: .tinysight/cache, for what pretrained networks see.
        checkpoint: the folder of this very training, from which a network goes on; None starts anew.
        watchers: what else is told of each epoch of a network.

    Raises:
        ModelError: if the training runs away.
    """
    kind = import_module(f"tinysight.models.{params.kind}")
    known = {"params": params, "data": data, "settings": settings, "seed": seed, "cache": cache,
             "checkpoint": checkpoint}  # fmt: skip
    if hasattr(kind, "fit"):
        fitted: Fitted = _call(kind.fit, known)
        return fitted
    known |= {"image_size": data.image_size, "classes": len(data.class_names)}
    network = Network(
        lambda: _call(kind.build, known),
        lambda steps: _call(kind.recipe, {**known, "steps": steps}),
        bfloat16=params.bfloat16,
    )
    return fit_network(network, data, settings, seed, checkpoint, watchers)


def is_network(params: ModelParams) -> bool:
    """Whether a candidate is trained in epochs, which can be watched."""
    return not hasattr(import_module(f"tinysight.models.{params.kind}"), "fit")


def _call(function: Callable[..., Any], known: dict[str, Any]) -> Any:
    """Calls it with what its arguments name, so that a candidate is not handed what it has no use for."""
    return function(**{name: known[name] for name in signature(function).parameters})
