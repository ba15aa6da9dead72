"""What a training needs to go on after its process was killed: everything, after each epoch, in one file."""

import json
import shutil
import time
import zipfile
from pathlib import Path
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from tinysight.models.keep_best import KeepBest
from tinysight.whole_file import whole

STATE = "state.npz"
KEPT_SECONDS = 30 * 86_400.0  # what nobody went on with for so long is removed

Curves = dict[str, list[float]]


class Checkpoint(keras.callbacks.Callback):  # type: ignore[misc] # Keras ships no types
    """Saves weights, optimizer, random states, best weights and curves after each epoch, and gives them back.

    It must stand after KeepBest among the callbacks, so that it saves what that one knows.

    Attributes:
        curves: by the metric's name, one figure for each epoch that is over.
        earlier_seconds: wall time of the epochs that earlier processes trained; 0 where a file does not say.
    """

    def __init__(self, folder: Path | None, best: KeepBest) -> None:
        """Reads nothing yet.

        Args:
            folder: of this very training: its name follows from all that decides the result. None saves nothing.
            best: saved and given back together with the model.
        """
        super().__init__()
        self._folder, self._best = folder, best
        self.curves: Curves = {}
        self.earlier_seconds, self._began = 0.0, time.perf_counter()

    @property
    def epochs(self) -> int:
        """How many are over."""
        return max(map(len, self.curves.values()), default=0)

    def restore(self, model: keras.Model) -> None:
        """Brings a compiled, untrained model to where its training was; a file that is broken is as none.

        Args:
            model: built and compiled as the one that was saved.
        """
        if self._folder is None:
            return
        try:
            with (self._folder / STATE).open("rb") as content, np.load(content, allow_pickle=False) as file:
                saved = {name: file[name] for name in file.files}
            self._give_back(model, saved)
        except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
            self.curves = {}

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:  # noqa: ARG002 # Keras names it
        """Saves, under a name of its own until it is whole."""
        for name, value in (logs or {}).items():
            self.curves.setdefault(name, []).append(float(value))
        if self._folder is None:
            return
        self._folder.mkdir(parents=True, exist_ok=True)
        parts = {"own": _variables(self.model), "best": self._best.weights or []}
        arrays = {f"{part}_{place}": np.asarray(one) for part, ones in parts.items() for place, one in enumerate(ones)}
        seconds = self.earlier_seconds + time.perf_counter() - self._began
        best = {"least": self._best.least, "waited": self._best.waited}
        story = {"curves": self.curves, "seconds": seconds, **best}
        with whole(self._folder / STATE) as draft, draft.open("wb") as file:
            np.savez(file, allow_pickle=False, story=np.array(json.dumps(story)), **arrays)

    def _give_back(self, model: keras.Model, saved: dict[str, NDArray[Any]]) -> None:
        story = json.loads(str(saved["story"]))
        own, best = _variables(model), [saved[f"best_{place}"] for place in range(len(model.weights))]
        values = [saved[f"own_{place}"] for place in range(sum(name.startswith("own_") for name in saved))]
        if [one.shape for one in own] != [value.shape for value in values]:
            raise ValueError("of another model")
        for one, value in zip(own, values, strict=True):
            one.assign(value)
        self._best.least, self._best.waited, self._best.weights = story["least"], story["waited"], best
        self.curves, self.earlier_seconds = story["curves"], story.get("seconds", 0.0)


def remove_checkpoints(folder: Path, *, now: float | None = None) -> None:
    """Removes one training's checkpoint, which is over, and those beside it that are too old.

    Args:
        folder: as it was given to Checkpoint.
        now: seconds since 1970.
    """
    now = time.time() if now is None else now
    shutil.rmtree(folder, ignore_errors=True)
    for other in folder.parent.glob("*"):
        if now - other.stat().st_mtime > KEPT_SECONDS:
            shutil.rmtree(other, ignore_errors=True)


def _variables(model: keras.Model) -> list[Any]:
    """All that a step of training changes: weights, the optimizer's moments and step, the seeds of dropout.

    Keras counts the seeds among a model's variables and not among its weights, those of networks inside it too.
    """
    model.optimizer.build(model.trainable_variables)
    weights = model.weights
    known = set(map(id, weights))
    seeds = [one for one in model.variables if id(one) not in known]
    return [*weights, *model.optimizer.variables, *seeds]
