"""The candidate of dense layers on pixels."""

import keras

from tinysight.models.networks import Recipe, constant_rate
from tinysight.models.resizing import resize
from tinysight.params import MlpParams


def build(params: MlpParams, image_size: int, classes: int) -> keras.Model:
    """The untrained network: uint8 (N, S, S, 3) to logits (N, classes)."""
    images = keras.Input((image_size, image_size, 3), dtype="uint8", name="image")
    x = keras.layers.Rescaling(1 / 127.5, -1, name="rescale")(images)
    x = resize(x, params.side)
    x = keras.layers.Flatten(name="flatten")(x)  # (N, side * side * 3)
    for number, units in enumerate(params.hidden, 1):
        x = keras.layers.Dense(units, activation="relu", name=f"dense_{number}")(x)
        x = keras.layers.Dropout(params.dropout, name=f"dropout_{number}")(x)
    return keras.Model(images, keras.layers.Dense(classes, name="logits")(x), name="mlp")


def recipe(params: MlpParams) -> Recipe:
    """Adam with a constant rate, stopped when val no longer improves."""
    return constant_rate(params.learning_rate)
