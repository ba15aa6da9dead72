"""What every candidate's training ends in."""

from dataclasses import dataclass

import keras


@dataclass(frozen=True)
class Epoch:
    """One row of curves.csv."""

    epoch: int
    loss: float
    accuracy: float
    val_loss: float
    val_accuracy: float


@dataclass(frozen=True)
class Fitted:
    """A trained candidate.

    Attributes:
        model: uint8 (N, S, S, 3) to logits (N, classes), float32, saved and loaded without custom code.
        curves: one entry an epoch; empty for a candidate that is solved at once.
        epochs: how many were run.
        rows: how many pictures it was fitted on, copies included.
        earlier_seconds: wall time of what it was spared, since it had been done before: epochs before a kill, features
            that came from the cache. With its own wall time that is what the whole training takes.
    """

    model: keras.Model
    curves: tuple[Epoch, ...]
    epochs: int
    rows: int
    earlier_seconds: float = 0.0
