"""ONNX Runtime gives the logits and features that Keras gives, of the same rows in the same order."""

import keras
import numpy as np
from shapes import shape_data

from tinysight.models import small_cnn
from tinysight.models.distance import with_features
from tinysight.models.graph_outputs import GraphOutputs
from tinysight.models.networks import logits_of, predict_logits
from tinysight.models.onnx_file import convert
from tinysight.params import SmallCnnParams

SMALL = SmallCnnParams(
    kind="small_cnn", width=4, dropout=0.0, learning_rate=0.01, weight_decay=0.0, label_smoothing=0.0
)


def test_they_are_those_of_keras():
    keras.utils.set_random_seed(0)
    model, data = small_cnn.build(SMALL, 16, 3), shape_data(train=90, val=70, copies=20)  # more than one batch each
    model = with_features(model)
    asked = GraphOutputs(convert(model, 17))
    sample, labels = asked.sample(data)
    assert sample.shape == (110, 3 + 6 * SMALL.width)
    np.testing.assert_allclose(sample, logits_of(model, data.images(np.arange(110))), atol=1e-4)
    np.testing.assert_array_equal(labels, data.train_labels)
    np.testing.assert_allclose(asked.val(data), predict_logits(model, data), atol=1e-4)
