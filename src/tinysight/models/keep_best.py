"""Keeps the weights that were best on val, and ends a training that gets no better."""

from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

Weights = list[NDArray[Any]]


class KeepBest(keras.callbacks.Callback):  # type: ignore[misc] # Keras ships no types
    """As keras.callbacks.EarlyStopping does it, but what it knows can be saved and given back.

    Attributes:
        patience: how many epochs without a better val loss end the training.
        least: the least val loss so far.
        waited: epochs since then.
        weights: the model's weights then; None before the first epoch.
        last: its weights after the last epoch, once the training is over.
    """

    def __init__(self, patience: int) -> None:
        """Knows nothing yet.

        Args:
            patience: how many epochs without a better val loss end the training.
        """
        super().__init__()
        self.patience = patience
        self.least, self.waited = float("inf"), 0
        self.weights: Weights | None = None
        self.last: Weights = []

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:  # noqa: ARG002 # Keras names it
        """Compares; a loss that is no number is never better."""
        loss = (logs or {})["val_loss"]
        self.waited += 1
        if self.weights is None or loss < self.least:
            self.least, self.waited = float(loss), 0
            self.weights = [np.asarray(one) for one in self.model.get_weights()]
        self.model.stop_training = self.model.stop_training or self.waited >= self.patience

    def on_train_end(self, logs: Any = None) -> None:  # noqa: ARG002
        """Puts the best weights back."""
        self.last = self.model.get_weights()
        if self.weights is not None:
            self.model.set_weights(self.weights)
