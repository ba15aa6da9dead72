"""Histograms of oriented gradients as one Keras layer, so that they travel inside the model file."""

import math

import keras
import numpy as np
from keras import ops

CLIP = 0.2  # of a block's length: no single edge may outweigh the rest (Dalal and Triggs, 2005)
FLOOR = 1e-2  # of a block's length, so that flat parts of a picture are not blown up into noise


@keras.saving.register_keras_serializable("tinysight")
class Hog(keras.layers.Layer):  # type: ignore[misc] # Keras ships no types
    """Unsigned HOG of square pictures: (N, S, S, channels) in 0..1 to (N, features) float32.

    A gradient votes for the bins whose direction is nearer than one bin's width, by how much its
    projection on that direction exceeds its projection at one bin's width. This is a tent in the cosine of
    the angle and needs no arc tangent, which ONNX lacks. Cells are sums of `cell` × `cell` pixels,
    blocks are 2 × 2 cells that overlap by one, normalised, clipped and normalised again.
    """

    def __init__(self, cell: int, bins: int, **options: object) -> None:
        super().__init__(**options)
        self.cell, self.bins = cell, bins

    def call(self, images: keras.KerasTensor) -> keras.KerasTensor:
        """(N, S, S, channels) to (N, blocks * blocks * 4 * bins)."""
        votes = self._votes(ops.mean(ops.cast(images, "float32"), axis=-1))  # (N, S, S, bins)
        cells = ops.average_pool(votes, self.cell, padding="valid")  # (N, C, C, bins)
        corners = [cells[:, :-1, :-1], cells[:, :-1, 1:], cells[:, 1:, :-1], cells[:, 1:, 1:]]
        blocks = _normalise(ops.concatenate(corners, axis=-1))  # (N, C-1, C-1, 4 * bins)
        blocks = _normalise(ops.minimum(blocks, CLIP))
        return ops.reshape(blocks, (-1, math.prod(blocks.shape[1:])))

    def _votes(self, grey: keras.KerasTensor) -> keras.KerasTensor:
        """(N, S, S) to (N, S, S, bins): how much each pixel votes for each direction."""
        padded = ops.pad(grey, ((0, 0), (1, 1), (1, 1)), mode="symmetric")
        across = padded[:, 1:-1, 2:] - padded[:, 1:-1, :-2]
        down = padded[:, 2:, 1:-1] - padded[:, :-2, 1:-1]
        gradient = ops.stack([across, down], axis=-1)  # (N, S, S, 2)
        length = ops.sqrt(ops.sum(gradient * gradient, axis=-1, keepdims=True))
        angles = np.arange(self.bins) * np.pi / self.bins
        directions = np.stack([np.cos(angles), np.sin(angles)]).astype(np.float32)  # (2, bins)
        reach = math.cos(math.pi / self.bins)
        return ops.relu(ops.abs(ops.matmul(gradient, directions)) - length * reach) / (1 - reach)

    def get_config(self) -> dict[str, object]:
        """What the layer is made from when it is loaded."""
        return {**super().get_config(), "cell": self.cell, "bins": self.bins}


def _normalise(blocks: keras.KerasTensor) -> keras.KerasTensor:
    squares = ops.sum(blocks * blocks, axis=-1, keepdims=True)
    return blocks / ops.sqrt(squares + FLOOR**2)
