"""Pictures are made smaller in the graph, and what follows is exported as it predicts."""

import keras
import numpy as np
import onnxruntime
import pytest

from tinysight.models.onnx_file import convert
from tinysight.models.resizing import resize


@pytest.mark.parametrize(("size", "side"), [(16, 16), (32, 16), (40, 16), (16, 24)])
def test_any_size_becomes_the_wanted_one_and_flat_pictures_stay_flat(size, side):
    resized = resize(keras.Input((size, size, 3)), side)
    assert resized.shape == (None, side, side, 3)


def test_whole_factors_are_averaged_so_that_no_pixel_is_skipped():
    images = keras.Input((32, 32, 1))
    board = np.indices((32, 32)).sum(axis=0)[None, ..., None] % 2
    made = keras.Model(images, resize(images, 16)).predict_on_batch(board.astype(np.float32))
    assert np.allclose(made, 0.5)


def test_a_norm_after_it_is_exported_as_it_predicts_and_still_learns():
    """Keras's Resizing tells later layers that they are in training, unless it is told otherwise."""
    images = keras.Input((16, 16, 3), dtype="uint8", name="image")
    normed = keras.layers.BatchNormalization(name="norm")(resize(keras.layers.Rescaling(1 / 255)(images), 24))
    model = keras.Model(images, keras.layers.GlobalAveragePooling2D()(normed))
    pixels = np.random.default_rng(0).integers(0, 256, (8, 16, 16, 3), dtype=np.uint8)
    session = onnxruntime.InferenceSession(convert(model, 18).SerializeToString())
    exported = session.run(None, {session.get_inputs()[0].name: pixels})[0]
    assert np.allclose(exported, model.predict_on_batch(pixels), atol=1e-5)
    model.compile("sgd", "mse")
    model.train_on_batch(pixels, np.zeros((8, 3)))
    assert np.abs(np.asarray(model.get_layer("norm").moving_mean)).max() > 0
