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
    the angle and needs no arc tangent, which ONNX lacks. Cells are means of `cell` × `cell` pixels,
    blocks are 2 × 2 cells that overlap by one, normalised, clipped and normalised again.
    """

    def __init__(self, cell: int, bins: int, **options: object) -> None:
        super().__init__(**options)
        self.cell, self.bins = cell, bins

    def call(self, images: keras.KerasTensor) -> keras.KerasTensor:
        """(N, S, S, channels) to (N, blocks * blocks * 4 * bins)."""
        cells = self._cells(self._votes(ops.mean(ops.cast(images, "float32"), axis=-1)))  # (N, C, C, bins)
        corners = [cells[:, :-1, :-1], cells[:, :-1, 1:], cells[:, 1:, :-1], cells[:, 1:, 1:]]
        blocks = _normalise(ops.concatenate(corners, axis=-1))  # (N, C-1, C-1, 4 * bins)
        blocks = _normalise(ops.minimum(blocks, CLIP))
        return ops.reshape(blocks, (-1, math.prod(blocks.shape[1:])))

    def _votes(self, grey: keras.KerasTensor) -> keras.KerasTensor:
        """(N, S, S) to (N, S, S, bins): how much each pixel votes for each direction."""
        wide = ops.concatenate([grey[:, :, :1], grey, grey[:, :, -1:]], axis=2)  # the border is repeated
        tall = ops.concatenate([grey[:, :1], grey, grey[:, -1:]], axis=1)
        across = ops.expand_dims(wide[:, :, 2:] - wide[:, :, :-2], -1)  # (N, S, S, 1)
        down = ops.expand_dims(tall[:, 2:] - tall[:, :-2], -1)
        angles = np.arange(self.bins) * np.pi / self.bins
        projections = ops.abs(across * _constant(np.cos(angles)) + down * _constant(np.sin(angles)))
        length = ops.sqrt(across * across + down * down)
        reach = math.cos(math.pi / self.bins)
        return ops.relu(projections - length * reach) * (1 / (1 - reach))

    def _cells(self, votes: keras.KerasTensor) -> keras.KerasTensor:
        """(N, S, S, bins) to (N, C, C, bins): the mean of each cell; pixels beyond the last whole cell are left out."""
        count = votes.shape[1] // self.cell
        votes = votes[:, : count * self.cell, : count * self.cell]
        for axis in (1, 2):  # one after the other: fewer dimensions than both at once
            votes = ops.mean(ops.reshape(votes, _folded(votes.shape, axis, self.cell)), axis=axis + 1)
        return votes

    def get_config(self) -> dict[str, object]:
        """What the layer is made from when it is loaded."""
        return {**super().get_config(), "cell": self.cell, "bins": self.bins}


def _constant(values: np.ndarray) -> keras.KerasTensor:
    return ops.convert_to_tensor(values.astype(np.float32))


def _folded(shape: tuple[int | None, ...], axis: int, cell: int) -> list[int]:
    """A shape with one axis folded into cells: (-1, S, ...) to (-1, S // cell, cell, ...)."""
    known = [-1, *(size or -1 for size in shape[1:])]
    return [*known[:axis], known[axis] // cell, cell, *known[axis + 1 :]]


def _normalise(blocks: keras.KerasTensor) -> keras.KerasTensor:
    squares = ops.sum(blocks * blocks, axis=-1, keepdims=True)
    return blocks / ops.sqrt(squares + FLOOR**2)
