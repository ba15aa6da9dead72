"""How near a point is to each of some landmarks, as one Keras layer, so that a kernel travels inside the model file."""

import keras
import numpy as np
from keras import ops
from numpy.typing import NDArray


@keras.saving.register_keras_serializable("tinysight")
class Rbf(keras.layers.Layer):  # type: ignore[misc] # Keras ships no types
    """exp(-gamma · |x - landmark|²): (N, d) to (N, landmarks), each from 0 to 1."""

    def __init__(self, landmarks: int, **options: object) -> None:
        super().__init__(**options)
        self.landmarks = landmarks

    def build(self, shape: tuple[int | None, ...]) -> None:
        """Makes room for what `place` sets."""
        self.points = self.add_weight((self.landmarks, shape[-1]), name="points", trainable=False)
        self.gamma = self.add_weight((), name="gamma", trainable=False)

    def place(self, points: NDArray[np.float32], gamma: float) -> None:
        """Sets the landmarks, (landmarks, d), and the kernel's width."""
        self.set_weights([points, np.float32(gamma)])

    def call(self, x: keras.KerasTensor) -> keras.KerasTensor:
        """(N, d) to (N, landmarks)."""
        own, theirs = ops.sum(x * x, -1, keepdims=True), ops.sum(self.points * self.points, -1)  # (N, 1), (landmarks,)
        squares = own + theirs - 2.0 * ops.matmul(x, ops.transpose(self.points))
        return ops.exp(-self.gamma * ops.relu(squares))

    def get_config(self) -> dict[str, object]:
        """What the layer is made from when it is loaded."""
        return {**super().get_config(), "landmarks": self.landmarks}
