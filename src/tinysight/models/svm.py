"""The candidate of HOG features and a linear SVM, as one graph from pixels to scores."""

import keras
import numpy as np
from numpy.typing import NDArray

from tinysight.data.progress import progress_bar
from tinysight.models.fitted import Fitted
from tinysight.models.hog import Hog
from tinysight.models.resizing import resize
from tinysight.models.squared_hinge import solve
from tinysight.models.training_data import TrainingData
from tinysight.params import SvmParams

FEATURE_BYTES = 1_000_000_000  # what the features of all pictures may take in memory
BATCH = 512


def fit(params: SvmParams, data: TrainingData) -> Fitted:
    """Computes the features once for each picture and solves the SVM.

    Where they would not fit into FEATURE_BYTES, some are left out: copies first, and each class alike.
    """
    model = build(params, data.image_size, len(data.class_names))
    features_of = keras.Model(model.input, model.get_layer("features").output)
    places = chosen_places(data, FEATURE_BYTES // (4 * (features_of.output.shape[1] + 1)))
    features = _features(features_of, data, places)
    weights = solve(features, data.train_labels[places], len(data.class_names), params.c)
    model.get_layer("logits").set_weights([weights[:-1], weights[-1]])
    return Fitted(model, (), 0, len(places))


def chosen_places(data: TrainingData, most: int) -> NDArray[np.int64]:
    """At most so many places, in order: train rows before copies, each drawn at random where not all fit.

    Rows stand class by class in a folder's data set, so that the first ones would be of the first classes.
    """
    if len(data) <= most:
        return np.arange(len(data))
    random, originals = np.random.default_rng(0), len(data.train_rows)
    drawn = [random.permutation(originals), originals + random.permutation(len(data) - originals)]
    return np.sort(np.concatenate(drawn)[:most])


def build(params: SvmParams, image_size: int, classes: int) -> keras.Model:
    """The graph with weights still to be found: uint8 (N, S, S, 3) to scores (N, classes).

    Fine cells see edges, cells twice as large still see them when a picture is shifted, and the mean
    colour of each fine cell tells apart what has the same shape.
    """
    images = keras.Input((image_size, image_size, 3), dtype="uint8", name="image")
    x = keras.layers.Rescaling(1 / 255, name="rescale")(images)
    x = resize(x, params.side)
    fine = Hog(params.cell, params.bins, name="fine")(x)
    coarse = Hog(2 * params.cell, params.bins, name="coarse")(x)
    colours = keras.layers.Flatten(name="colours")(keras.layers.AveragePooling2D(params.cell, name="cells")(x))
    features = keras.layers.Concatenate(name="features")([fine, coarse, colours])
    return keras.Model(images, keras.layers.Dense(classes, name="logits")(features), name="svm")


def _features(model: keras.Model, data: TrainingData, places: NDArray[np.int64]) -> NDArray[np.float32]:
    """(len(places), features + 1), with a column of ones for the bias."""
    features = np.ones((len(places), model.output.shape[1] + 1), dtype=np.float32)
    with progress_bar("svm: features", len(places)) as advance:
        for start in range(0, len(places), BATCH):
            some = places[start : start + BATCH]
            features[start : start + len(some), :-1] = model.predict_on_batch(data.images(some))
            advance(len(some))
    return features
