"""A linear SVM, one class against the rest, by L-BFGS on float32 matrices."""

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

Floats = NDArray[np.float32]
ITERATIONS = 100


def solve(features: Floats, labels: NDArray[np.int64], classes: int, c: float) -> tuple[Floats, Floats]:
    """Minimises ½·|w|² + c·Σ max(0, 1 - margin)² for each class against the rest.

    It is what liblinear solves for LinearSVC, the bias regularised too. All classes are solved together, so that
    a step costs two matrix products.

    Args:
        features: (n, d) float32.
        labels: (n,) int64 below classes.
        classes: how many there are.
        c: the inverse of the regularisation.

    Returns:
        weights (d, classes) and bias (classes,), float32.
    """
    signs = np.where(labels[:, None] == np.arange(classes), np.float32(1), np.float32(-1))  # (n, classes)
    shape = (features.shape[1] + 1, classes)

    def objective(flat: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        weights = flat.reshape(shape)
        scores = features @ weights[:-1].astype(np.float32) + weights[-1].astype(np.float32)  # (n, classes)
        slack = np.maximum(0, 1 - signs * scores)
        slope = -2 * c * signs * slack
        gradient = np.concatenate([features.T @ slope, slope.sum(axis=0, dtype=np.float64)[None]]) + weights
        value = 0.5 * float(np.vdot(flat, flat)) + c * float(np.vdot(slack, slack))
        return value, gradient.ravel()

    start = np.zeros(shape[0] * shape[1])
    found = minimize(objective, start, jac=True, method="L-BFGS-B", options={"maxiter": ITERATIONS, "maxcor": 10})
    weights = found.x.reshape(shape).astype(np.float32)
    return weights[:-1], weights[-1]
