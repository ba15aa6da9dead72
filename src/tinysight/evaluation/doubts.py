"""The pictures of which a model is least sure."""

from dataclasses import dataclass
from pathlib import Path
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from tinysight.errors import DataError

PREDICTIONS = "predictions.npz"
JUDGED = ("val", "test")  # what a model has learned from, it is sure of anyway


@dataclass(frozen=True)
class Doubt:
    """A model's answer to one picture.

    Attributes:
        row: which picture of the ImageSet.
        best: the label of the class that it takes it for.
        confidence: how sure it is of that, 0 to 1.
        probabilities: (classes,) float32.
    """

    row: int
    best: int
    confidence: float
    probabilities: NDArray[np.float32]


def find_doubts(scores: Path, most: int) -> list[Doubt]:
    """The answers on val and test that are least sure, the least sure first.

    Args:
        scores: a candidate's folder.
        most: how many at most.

    Raises:
        DataError: if evaluate has not written its predictions.
    """
    try:
        with np.load(scores / PREDICTIONS) as found:
            rows = np.concatenate([found[f"{side}_rows"] for side in JUDGED])
            probabilities = np.concatenate([found[side] for side in JUDGED])
    except (OSError, EOFError, ValueError, KeyError, BadZipFile) as error:
        raise DataError(f"{scores / PREDICTIONS} cannot be read: {error}. Run `dvc repro`.") from None
    confidence = probabilities.max(axis=1)
    chosen = np.lexsort((rows, confidence))[:most]
    return [Doubt(int(rows[i]), int(probabilities[i].argmax()), float(confidence[i]), probabilities[i]) for i in chosen]
