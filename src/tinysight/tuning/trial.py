"""One trial: trains the candidate with other values and asks it for the val pictures, moved as the user expects."""

import gc
import time
import traceback
from collections.abc import Callable, Sequence
from dataclasses import astuple, fields
from pathlib import Path

import keras
import numpy as np

from tinysight.errors import TinysightError
from tinysight.evaluation import metrics
from tinysight.evaluation.robustness import warp_as_expected
from tinysight.models.fitted import Epoch
from tinysight.models.networks import logits_of
from tinysight.models.status import failure
from tinysight.models.training import fit_candidate
from tinysight.models.training_data import Rows, TrainingData
from tinysight.params import CandidateParams, Params
from tinysight.parts import in_parts
from tinysight.tuning.outcome import Outcome, packed

GiveUp = Callable[[int, float], bool | None]  # epoch from 1 on and val accuracy: whether to go no further


class Watcher(keras.callbacks.Callback):  # type: ignore[misc] # Keras ships no types
    """Ends a training that is worse than others were after as many epochs.

    Attributes:
        gave_up: whether it did.
    """

    def __init__(self, give_up: GiveUp) -> None:
        super().__init__()
        self._give_up, self.gave_up = give_up, False

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        """Asks after each epoch; after the last one there is nothing to save any more."""
        worse = self._give_up(epoch + 1, float((logs or {})["val_accuracy"]))
        if worse and epoch + 1 < self.params["epochs"]:
            self.gave_up = self.model.stop_training = True


def run_trial(params: Params, section: CandidateParams, data: TrainingData, cache: Path, give_up: GiveUp) -> Outcome:
    """Trains and judges on val; what goes wrong is the trial's outcome and stops nothing else.

    Args:
        params: all of params.yaml.
        section: the candidate with the values to try.
        data: what it learns from.
        cache: .tinysight/cache.
        give_up: asked after each epoch of a network.
    """
    watcher, started = Watcher(give_up), time.perf_counter()
    try:
        fitted = fit_candidate(section, data, params.train, params.seed, cache, watchers=[watcher])
        seconds = round(time.perf_counter() - started + fitted.earlier_seconds, 2)
        answered = _answers(fitted.model, data, params)
    except Exception as error:  # whatever it is, the other trials go on
        if not isinstance(error, TinysightError):
            traceback.print_exception(error)
        return Outcome(end="failed", reason=failure(error).reason, seconds=round(time.perf_counter() - started, 2))
    finally:
        keras.utils.clear_session()  # else each trial's graph stays in memory
        gc.collect()
    matrix = metrics.confusion_matrix(data.val_labels, answered, len(data.class_names))
    share = metrics.accuracy(matrix)
    return Outcome(
        end="stopped" if watcher.gave_up else "whole",
        accuracy=share,
        interval=metrics.wilson_interval(share, len(answered)),
        macro_f1=metrics.macro_f1(matrix),
        seconds=seconds,
        curves=_columns(fitted.curves),
        right=packed(answered == data.val_labels),
    )


def _answers(model: keras.Model, data: TrainingData, params: Params) -> Rows:
    """(v,) labels: the verdict goes by moved pictures, so these decide here too."""
    answers = []
    for rows in in_parts(data.val_rows, data.at_once()):
        moved = warp_as_expected(data.pixels[rows], rows, params.evaluate.expected, seed=params.seed, draw=0)
        answers.append(logits_of(model, moved).argmax(axis=1))
    return np.concatenate(answers)


def _columns(curves: Sequence[Epoch]) -> dict[str, list[float]]:
    rows = [astuple(epoch) for epoch in curves]
    return {field.name: [row[place] for row in rows] for place, field in enumerate(fields(Epoch))} if rows else {}
