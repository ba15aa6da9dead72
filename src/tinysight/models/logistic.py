"""The candidate of logistic regression on pixels: what shades alone tell."""

import keras

from tinysight.models.collected import BYTES, chosen_places, collect, train_batches
from tinysight.models.fitted import Fitted
from tinysight.models.resizing import resize
from tinysight.models.softmax_regression import fit_head
from tinysight.models.training_data import TrainingData
from tinysight.params import LogisticParams, TrainParams, tried

MOST_ROWS = 40_000  # more teach so few weights no more


def fit(params: LogisticParams, data: TrainingData, settings: TrainParams) -> Fitted:
    """Solves it on the pixels of train rows and copies; val chooses the penalty."""
    classes = len(data.class_names)
    model = build(params, data.image_size, classes)
    pixels_of = keras.Model(model.input, model.get_layer("features").output)
    places = chosen_places(data, min(MOST_ROWS, BYTES // (8 * pixels_of.output.shape[1])))
    pixels = collect("logistic: pixels", pixels_of, train_batches(data, places), len(places))
    val = collect("", pixels_of, data.val_batches(), len(data.val_rows))
    kernel, bias = fit_head(pixels, data, places, val, tried(params.penalty), settings.balance)
    model.get_layer("logits").set_weights([kernel, bias])
    return Fitted(model, (), 0, len(places))


def build(params: LogisticParams, image_size: int, classes: int) -> keras.Model:
    """The graph with weights still to be found: uint8 (N, S, S, 3) to logits (N, classes)."""
    images = keras.Input((image_size, image_size, 3), dtype="uint8", name="image")
    x = keras.layers.Rescaling(1 / 255, name="rescale")(images)
    x = keras.layers.Flatten(name="features")(resize(x, min(params.side, image_size)))
    return keras.Model(images, keras.layers.Dense(classes, name="logits")(x), name="logistic")
