"""A linear SVM, each class against the rest, by preconditioned L-BFGS on float32 matrices."""

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import cho_factor, cho_solve, solve_triangular
from scipy.optimize import minimize

ITERATIONS = 25
ROWS_AT_ONCE = 8192

Floats = NDArray[np.float32]
Doubles = NDArray[np.float64]


def solve(features: Floats, labels: NDArray[np.int64], classes: int, c: float) -> Floats:
    """Minimises ½·|w|² + c·Σ max(0, 1 - margin)² for each class against the rest.

    It is what liblinear solves for LinearSVC. All classes are solved together, so that a step costs two matrix
    products. Steps are taken where the Hessian with every row inside the margin is the identity, from the ridge
    solution on: tens of steps do what takes hundreds on raw HOG features, whose scales are far apart.

    Args:
        features: (n, d) float32; a column of ones gives a bias.
        labels: (n,) int64 below classes.
        classes: how many there are.
        c: the inverse of the regularisation.

    Returns:
        (d, classes) weights.
    """
    signs = np.where(labels[:, None] == np.arange(classes), np.float32(1), np.float32(-1))  # (n, classes)
    hessian = np.identity(features.shape[1]) + 2 * c * _gram(features)
    factor = cho_factor(hessian, lower=True, overwrite_a=True)
    ridge = cho_solve(factor, 2 * c * (features.T @ signs).astype(np.float64))  # (d, classes)
    lower = np.tril(factor[0])

    def objective(flat: Doubles) -> tuple[float, Doubles]:
        weights = solve_triangular(lower, flat.reshape(ridge.shape), lower=True, trans="T", check_finite=False)
        slack = np.maximum(0, 1 - signs * (features @ weights.astype(np.float32)))  # (n, classes)
        slope = features.T @ (signs * slack)  # (d, classes)
        value = 0.5 * np.vdot(weights, weights) + c * np.vdot(slack, slack)
        gradient = solve_triangular(lower, weights - 2 * c * slope, lower=True, check_finite=False)
        return float(value), gradient.ravel()

    found = minimize(
        objective, (lower.T @ ridge).ravel(), jac=True, method="L-BFGS-B", options={"maxiter": ITERATIONS, "ftol": 1e-6}
    )
    weights = solve_triangular(lower, found.x.reshape(ridge.shape), lower=True, trans="T")
    return np.asarray(weights, dtype=np.float32)


def _gram(features: Floats) -> Doubles:
    """(d, d): the sum of each row's outer product, added up in float64."""
    total = np.zeros((features.shape[1], features.shape[1]))
    for start in range(0, len(features), ROWS_AT_ONCE):
        rows = features[start : start + ROWS_AT_ONCE]
        total += rows.T @ rows
    return total
