"""The layer computes the kernel that the SVM was solved with."""

import keras
import numpy as np
from sklearn.metrics.pairwise import rbf_kernel

from tinysight.models.rbf import Rbf
from tinysight.models.svm import kernel_values, median_square


def points(rows: int, seed: int):
    return np.random.default_rng(seed).normal(size=(rows, 6)).astype(np.float32)


def test_layer_solver_and_scikit_learn_agree():
    x, landmarks = points(20, 0), points(7, 1)
    inputs = keras.Input((6,))
    layer = Rbf(7)
    model = keras.Model(inputs, layer(inputs))
    layer.place(landmarks, 0.3)
    expected = rbf_kernel(x, landmarks, gamma=0.3)
    np.testing.assert_allclose(np.asarray(model(x)), expected, atol=1e-5)
    values = kernel_values(x, landmarks, 0.3)
    np.testing.assert_allclose(values[:, :-1], expected, atol=1e-5)
    assert (values[:, -1] == 1).all()


def test_the_median_square_is_that_of_pairs_and_never_zero():
    x = points(50, 2)
    pairs = [((a - b) ** 2).sum() for i, a in enumerate(x) for b in x[:i]]
    np.testing.assert_allclose(median_square(x), np.median(pairs), rtol=1e-4)
    assert median_square(np.ones((5, 3), np.float32)) > 0
    assert median_square(x[:1]) == 1
