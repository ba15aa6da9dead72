"""Convolutions learn by steps that are as long in all directions; everything else learns by AdamW."""

import keras
import numpy as np
import pytest

from tinysight.models.muon import LENGTH, ConvolutionMuon

SHAPE = (3, 3, 8, 16)  # as a matrix (72, 16)


@pytest.fixture
def kernel() -> keras.Variable:
    return keras.Variable(np.zeros(SHAPE, dtype=np.float32), name="kernel")


def step(variable: keras.Variable, gradient: np.ndarray, weight_decay: float = 0.0) -> np.ndarray:
    """What one step with rate 1 adds."""
    before = np.asarray(variable)
    optimizer = ConvolutionMuon(1.0, weight_decay)
    optimizer.build([variable])
    optimizer.apply([keras.ops.convert_to_tensor(gradient)], [variable])
    return np.asarray(variable) - before


def test_a_step_goes_against_the_gradient_and_is_as_long_in_all_directions(kernel):
    """The gradient's singular values span two decades; those of the step are near one, times its scale."""
    draw = np.random.default_rng(0)
    left, _ = np.linalg.qr(draw.normal(size=(72, 16)))
    right, _ = np.linalg.qr(draw.normal(size=(16, 16)))
    gradient = (left * np.logspace(0, -2, 16)) @ right.T
    moved = step(kernel, gradient.reshape(SHAPE).astype(np.float32)).reshape(72, 16)
    lengths = np.linalg.svd(moved, compute_uv=False) / (LENGTH * np.sqrt(72))
    assert lengths.max() < 1.3
    assert np.sort(lengths)[4:].min() > 0.5  # five rounds bring all but the smallest to about one
    assert np.sum(moved * gradient) < 0
    np.testing.assert_allclose(
        np.abs(left.T @ moved @ right).sum(), np.linalg.svd(moved, compute_uv=False).sum(), rtol=0.2
    )


def test_a_step_is_about_as_long_as_one_of_adam(kernel):
    gradient = np.random.default_rng(0).normal(size=SHAPE).astype(np.float32)
    assert np.sqrt(np.mean(step(kernel, gradient) ** 2)) == pytest.approx(LENGTH, rel=0.3)


@pytest.mark.parametrize("shape", [(16,), (16, 3), (5, 5, 3, 16)])
def test_all_else_and_kernels_that_see_the_picture_itself_learn_by_adamw(shape):
    gradient = np.random.default_rng(0).normal(size=shape).astype(np.float32)
    moved = step(keras.Variable(np.zeros(shape, dtype=np.float32)), gradient)
    np.testing.assert_allclose(moved, -np.sign(gradient), atol=0.01)  # the first step of Adam


def test_weights_decay_beside_the_step():
    variable = keras.Variable(np.ones(SHAPE, dtype=np.float32), name="kernel")
    moved = step(variable, np.zeros(SHAPE, dtype=np.float32), weight_decay=0.25)
    np.testing.assert_allclose(moved, -0.25, rtol=1e-5)
