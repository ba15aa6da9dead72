"""The candidate that every tutorial builds: two convolutions, two pools, one dense layer."""

import keras

from tinysight.models.networks import Recipe, constant_rate
from tinysight.params import TutorialCnnParams

SMALLEST_UNPADDED = 10  # pixels: below it two unpadded convolutions and pools leave nothing


def build(params: TutorialCnnParams, image_size: int, classes: int) -> keras.Model:
    """The untrained network: uint8 (N, S, S, 3) to logits (N, classes)."""
    images = keras.Input((image_size, image_size, 3), dtype="uint8", name="image")
    x = keras.layers.Rescaling(1 / 255, name="rescale")(images)
    padding = "valid" if image_size >= SMALLEST_UNPADDED else "same"
    for number, filters in enumerate((32, 64), 1):
        x = keras.layers.Conv2D(filters, 3, activation="relu", padding=padding, name=f"conv_{number}")(x)
        x = keras.layers.MaxPooling2D(name=f"pool_{number}")(x)
    x = keras.layers.Flatten(name="flatten")(x)  # (N, S/4 * S/4 * 64)
    x = keras.layers.Dense(64, activation="relu", name="dense")(x)
    x = keras.layers.Dropout(params.dropout, name="dropout")(x)
    return keras.Model(images, keras.layers.Dense(classes, name="logits")(x), name="tutorial_cnn")


def recipe(params: TutorialCnnParams) -> Recipe:
    """Adam with a constant rate, stopped when val no longer improves."""
    return constant_rate(params.learning_rate)
