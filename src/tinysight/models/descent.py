"""Linear models by L-BFGS, in steps along which every direction is about equally steep."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import LinAlgError, cholesky, solve_triangular
from scipy.optimize import minimize
from threadpoolctl import threadpool_limits

from tinysight.errors import ModelError
from tinysight.parts import in_parts

ROWS_AT_ONCE = 8192

Floats = NDArray[np.float32]
Doubles = NDArray[np.float64]
Loss = Callable[[Floats], tuple[float, Floats]]  # scores (n, classes) to the loss and its slope, (n, classes)
Change = Callable[[Doubles], Doubles]


@dataclass(frozen=True)
class Steps:
    """Other coordinates of the weights (d, classes), in which the Hessian is near the identity.

    Attributes:
        weights: from the other coordinates to weights.
        slope: from a slope along weights to one along the other coordinates.
    """

    weights: Change
    slope: Change

    @classmethod
    def of_hessian(cls, hessian: Doubles) -> Self:
        """From all of a (d, d) Hessian, or one above it; it is overwritten.

        Raises:
            ModelError: if it is too flat somewhere for the accuracy of numbers.
        """
        try:
            with threadpool_limits(1):
                lower = cholesky(hessian, lower=True, overwrite_a=True, check_finite=False)
        except LinAlgError:
            raise ModelError(
                "There is too little regularisation to find the weights: some directions are all but flat."
                " Lower c or raise gamma or penalty in conf/model, then run `tinysight params` and `tinysight retry`."
            ) from None
        return cls(
            lambda steps: solve_triangular(lower, steps, lower=True, trans="T", check_finite=False),
            lambda slope: solve_triangular(lower, slope, lower=True, check_finite=False),
        )

    @classmethod
    def of_diagonal(cls, diagonal: Doubles) -> Self:
        """From the (d,) diagonal of a Hessian that has little beside it."""
        factors = (1 / np.sqrt(diagonal))[:, None]
        return cls(lambda steps: factors * steps, lambda slope: factors * slope)


def eigen(products: Doubles) -> tuple[Doubles, Doubles]:
    """Eigenvalues, rising, and eigenvectors (d, d) of a symmetric matrix."""
    with threadpool_limits(1):
        values, vectors = np.linalg.eigh(products)
    return values, vectors


def gram(features: Floats) -> Doubles:
    """(d, d): the sum of each row's outer product, added up in float64."""
    total = np.zeros((features.shape[1], features.shape[1]))
    with threadpool_limits(None if len(features) > ROWS_AT_ONCE else 1):
        for rows in in_parts(features, ROWS_AT_ONCE):
            total += rows.T @ rows
    return total


def descend(features: Floats, loss: Loss, steps: Steps, start: Doubles, iterations: int) -> Floats:
    """Minimises ½·|w|² + loss(features @ w).

    In the coordinates of `steps` tens of iterations do what takes hundreds on raw features, whose scales are far apart.

    Args:
        features: (n, d) float32.
        loss: of scores, with its slope.
        steps: made from the Hessian.
        start: (d, classes), in the coordinates of `steps`.
        iterations: at most so many.

    Returns:
        (d, classes) weights.
    """

    def objective(flat: Doubles) -> tuple[float, Doubles]:
        weights = steps.weights(flat.reshape(start.shape))
        value, slope = loss(features @ weights.astype(np.float32))
        gradient = steps.slope(weights + features.T @ slope)
        return value + 0.5 * float(np.vdot(weights, weights)), gradient.ravel()

    with threadpool_limits(1):  # on busy cores two threads that wait for each other took eight times as long
        found = minimize(
            objective, start.ravel(), jac=True, method="L-BFGS-B", options={"maxiter": iterations, "ftol": 1e-6}
        )
    return steps.weights(found.x.reshape(start.shape)).astype(np.float32)
