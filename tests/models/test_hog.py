"""The HOG layer computes what a plain loop over pixels, cells and blocks computes."""

import math

import keras
import numpy as np
import pytest
from numpy.typing import NDArray

from tinysight.models.hog import CLIP, FLOOR, Hog


def reference(image: NDArray[np.float32], cell: int, bins: int) -> NDArray[np.float64]:
    """(S, S, channels) to (features,), one pixel and one block after the other."""
    grey = np.pad(image.mean(axis=-1).astype(np.float64), 1, mode="symmetric")
    side = len(image)
    cells = np.zeros((side // cell, side // cell, bins))
    for y in range(len(cells) * cell):
        for x in range(len(cells) * cell):
            across, down = grey[y + 1, x + 2] - grey[y + 1, x], grey[y + 2, x + 1] - grey[y, x + 1]
            cells[y // cell, x // cell] += votes(across, down, bins) / cell**2
    blocks = [
        normalise(np.minimum(normalise(cells[y : y + 2, x : x + 2].ravel()), CLIP))
        for y in range(len(cells) - 1)
        for x in range(len(cells) - 1)
    ]
    return np.concatenate(blocks)


def votes(across: float, down: float, bins: int) -> NDArray[np.float64]:
    """A tent in the cosine of the angle to each bin's direction, without a sign."""
    length, angle = math.hypot(across, down), math.atan2(down, across)
    nearness = np.abs(np.cos(angle - np.arange(bins) * math.pi / bins))
    reach = math.cos(math.pi / bins)
    return length * np.maximum(0, nearness - reach) / (1 - reach)


def normalise(block: NDArray[np.float64]) -> NDArray[np.float64]:
    return block / math.sqrt((block**2).sum() + FLOOR**2)


@pytest.mark.parametrize(("side", "cell", "bins"), [(16, 4, 9), (18, 4, 6), (12, 3, 8)])
def test_the_layer_agrees_with_loops_over_pixels(side: int, cell: int, bins: int):
    images = np.random.default_rng(side).random((3, side, side, 3), dtype=np.float32)
    found = np.asarray(Hog(cell, bins)(images))
    expected = np.stack([reference(image, cell, bins) for image in images])
    np.testing.assert_allclose(found, expected, atol=2e-5)


def test_a_flat_picture_has_no_features():
    assert not np.asarray(Hog(4, 9)(np.full((1, 16, 16, 3), 0.7, dtype=np.float32))).any()


def test_brightness_does_not_matter_and_a_quarter_turn_does():
    picture = np.zeros((1, 16, 16, 3), dtype=np.float32)
    picture[:, :8] = 0.5
    layer = Hog(4, 8)
    plain, brighter, turned = (np.asarray(layer(p)) for p in (picture, picture + 0.3, np.rot90(picture, axes=(1, 2))))
    np.testing.assert_allclose(plain, brighter, atol=1e-4)
    assert np.abs(plain - turned).max() > 0.3


def test_an_edge_votes_for_its_own_direction():
    picture = np.tile(np.linspace(0, 1, 16, dtype=np.float32)[None, None, :, None], (1, 16, 1, 1))
    cells = np.asarray(Hog(4, 8)(picture)).reshape(-1, 4, 8)
    assert (cells.argmax(axis=-1) == 0).all()


def test_it_is_made_again_from_its_config():
    layer = keras.saving.deserialize_keras_object(keras.saving.serialize_keras_object(Hog(3, 7)))
    assert (layer.cell, layer.bins) == (3, 7)
