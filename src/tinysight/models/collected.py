"""What a graph makes of many pictures, a batch at a time, in one array that fits into memory."""

from collections.abc import Iterable, Iterator

import keras
import numpy as np
from numpy.typing import NDArray

from tinysight.data.progress import progress_bar
from tinysight.imaging import Pixels
from tinysight.models.training_data import LEARNED_PIXELS, TrainingData
from tinysight.parts import in_parts

BYTES = 1_000_000_000  # what the features of all pictures may take in memory
BATCH = 512


def collect(what: str, model: keras.Model, batches: Iterable[Pixels], rows: int, ones: int = 0) -> NDArray[np.float32]:
    """(rows, features + ones): what the model makes of each picture, and columns of ones.

    Args:
        what: the words beside the progress bar.
        model: uint8 (N, S, S, 3) to (N, features).
        batches: of pictures, as many as rows in all.
        rows: how many.
        ones: how many columns of ones follow, for biases.
    """
    features = np.ones((rows, model.output.shape[1] + ones), dtype=np.float32)
    start = 0
    with progress_bar(what, rows) as advance:
        for images in batches:
            made = np.asarray(model.predict_on_batch(images))
            features[start : start + len(made), : made.shape[1]] = made
            start += len(made)
            advance(len(made))
    return features


def train_batches(data: TrainingData, places: NDArray[np.int64]) -> Iterator[Pixels]:
    """The pictures at some places, in order."""
    return (data.images(part) for part in in_parts(places, data.at_once(BATCH, LEARNED_PIXELS)))


def chosen_places(data: TrainingData, most: int) -> NDArray[np.int64]:
    """At most so many places, in order: train rows before copies, each drawn at random where not all fit.

    Rows stand class by class in a folder's data set, so that the first ones would be of the first classes.
    """
    if len(data) <= most:
        return np.arange(len(data))
    random, originals = np.random.default_rng(0), len(data.train_rows)
    drawn = [random.permutation(originals), originals + random.permutation(len(data) - originals)]
    return np.sort(np.concatenate(drawn)[:most])
