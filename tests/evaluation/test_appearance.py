"""Outlines and colours say what is in a picture, and the outlines are those of models/hog.py."""

import keras
import numpy as np
import pytest

from tinysight.evaluation import appearance as room
from tinysight.evaluation.appearance import BINS, CELL, SIDE, appearance, outlines
from tinysight.models.hog import Hog


def _noise(count, side):
    return np.random.default_rng(1).integers(0, 256, (count, side, side, 3), dtype=np.uint8)


def test_outlines_are_what_the_layer_in_keras_computes():
    pixels = _noise(3, SIDE)
    layer = np.asarray(Hog(CELL, BINS)(keras.ops.convert_to_tensor(pixels.astype(np.float32) / 255)))
    assert np.abs(outlines(pixels) - layer).max() < 1e-4


@pytest.mark.parametrize("side", [8, 28, 64, 100])
def test_pictures_of_any_size_give_as_many_numbers(side):
    forms, colours = appearance(_noise(3, side), np.arange(3))
    assert forms.shape == (3, 1764)
    assert colours.shape == (3, 192)
    assert forms.dtype == colours.dtype == np.float32


def test_a_flat_picture_has_no_outlines_and_its_own_colour():
    pixels = np.full((1, 40, 40, 3), (255, 0, 51), dtype=np.uint8)
    forms, colours = appearance(pixels, np.array([0]))
    assert np.abs(forms).max() == 0
    assert np.allclose(colours.reshape(-1, 3), (1, 0, 0.2))


def test_rows_are_chosen_and_batches_make_no_difference(monkeypatch):
    pixels = _noise(7, 32)
    whole = appearance(pixels, np.arange(7))
    monkeypatch.setattr(room, "BATCH", 2)
    for one, other in zip(whole, appearance(pixels, np.array([6, 0, 3])), strict=True):
        assert np.array_equal(one[[6, 0, 3]], other)
