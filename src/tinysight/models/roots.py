"""Square roots of features as one Keras layer: what is there counts more than how much of it."""

import keras
import numpy as np
from keras import ops
from numpy.typing import NDArray

SOFT = 0.01  # about zero the root is nearly straight, so that rounding is not blown up


@keras.saving.register_keras_serializable("tinysight")
class Roots(keras.layers.Layer):  # type: ignore[misc] # Keras ships no types
    """x / sqrt(|x| + SOFT): near the root of |x|, with the sign of x.

    Pooled features are many small numbers and a few large ones. Their roots gave one to two points more on clip art.
    """

    def call(self, x: keras.KerasTensor) -> keras.KerasTensor:
        """Any shape to the same shape."""
        return x / ops.sqrt(ops.abs(x) + SOFT)


def roots(x: NDArray[np.float32]) -> NDArray[np.float32]:
    """What the layer computes."""
    return np.asarray(x / np.sqrt(np.abs(x) + np.float32(SOFT)), dtype=np.float32)
