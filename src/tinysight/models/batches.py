"""Batches for Keras, read from mapped files as they are needed."""

import math

import keras
import numpy as np

from tinysight.imaging import Pixels
from tinysight.models.training_data import Rows, TrainingData

# with one, Keras has tf.data tune how far it reads ahead, and each end of a training waits for the tuner's sleep: up to
# a minute in which nothing is done
READERS = 2


class TrainBatches(keras.utils.PyDataset):  # type: ignore[misc] # Keras ships no types
    """Train rows and copies in the wanted proportion, in an order that follows from seed and epoch.

    An epoch of fewer steps than would show every place shows the first of its order.
    """

    def __init__(self, data: TrainingData, batch_size: int, seed: int, clean: float, steps: int) -> None:
        super().__init__(workers=READERS)
        self._data, self._batch_size, self._seed, self._clean, self._epoch = data, batch_size, seed, clean, 0
        self._steps = steps
        self._labels = data.train_labels
        self._draw()

    def __len__(self) -> int:
        return self._steps

    def __getitem__(self, index: int) -> tuple[Pixels, Rows]:
        places = self._order[index * self._batch_size : (index + 1) * self._batch_size]
        return self._data.images(places, self._epoch), self._labels[places]

    def on_epoch_end(self) -> None:
        """Keras calls it between epochs."""
        self._epoch += 1
        self._draw()

    def begin(self, epoch: int) -> None:
        """Draws the order of an epoch, for a training that goes on."""
        self._epoch = epoch
        self._draw()

    def _draw(self) -> None:
        self._order = self._data.epoch(self._clean, np.random.default_rng([self._seed, self._epoch]))


class ValBatches(keras.utils.PyDataset):  # type: ignore[misc]
    """The val rows in order."""

    def __init__(self, data: TrainingData) -> None:
        super().__init__(workers=READERS)
        self._data, self._size = data, data.at_once()

    def __len__(self) -> int:
        return math.ceil(len(self._data.val_rows) / self._size)

    def __getitem__(self, index: int) -> tuple[Pixels, Rows]:
        rows = self._data.val_rows[index * self._size : (index + 1) * self._size]
        return self._data.pixels[rows], self._data.labels[rows]
