"""A trained candidate on disk: the Keras file, its curves and its facts."""

import json
import os
from collections.abc import Sequence
from dataclasses import asdict, astuple, dataclass, fields
from pathlib import Path

import keras

from tinysight.errors import DataError
from tinysight.models import hog, majority, rbf, roots
from tinysight.models.fitted import Epoch
from tinysight.whole_file import write_table, write_whole

MODEL, CURVES, FACTS = "model.keras", "curves.csv", "train.json"
# importing their files is what lets Keras load them
CUSTOM_LAYERS = (hog.Hog, majority.ClassFrequencies, rbf.Rbf, roots.Roots)


@dataclass(frozen=True)
class TrainFacts:
    """What train.json holds.

    Attributes:
        kind: of the candidate.
        train_seconds: wall time of the fit, with the epochs before a kill and what the features in the cache took.
        epochs: how many were run.
        rows: pictures it was fitted on, copies included.
        val_accuracy: share of val rows that it names rightly.
    """

    kind: str
    train_seconds: float
    epochs: int
    rows: int
    val_accuracy: float


def save_model(folder: Path, model: keras.Model) -> None:
    """Writes model.keras whole."""
    draft = folder / ("part." + MODEL)  # Keras insists on the ending
    model.save(draft)
    os.replace(draft, folder / MODEL)


def load_model(folder: Path) -> keras.Model:
    """Reads model.keras.

    Raises:
        DataError: if it is missing or broken.
    """
    try:
        return keras.saving.load_model(folder / MODEL, compile=False)
    except (OSError, ValueError, KeyError, TypeError) as error:
        reason = " ".join(str(error).split())
        raise DataError(f"{folder / MODEL} cannot be read: {reason}. Run `dvc repro` to train it again.") from None


def write_curves(folder: Path, curves: Sequence[Epoch]) -> None:
    """Writes curves.csv: only a header for a candidate without epochs."""
    write_table(folder / CURVES, [field.name for field in fields(Epoch)], (astuple(epoch) for epoch in curves))


def write_facts(folder: Path, facts: TrainFacts) -> None:
    """Writes train.json."""
    write_whole(folder / FACTS, json.dumps(asdict(facts), indent=1) + "\n")
