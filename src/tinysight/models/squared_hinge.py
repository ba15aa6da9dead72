"""A linear SVM, each class against the rest."""

import numpy as np
from numpy.typing import NDArray

from tinysight.models.descent import Doubles, Floats, Steps, descend, gram

ITERATIONS = 25


def solve(
    features: Floats,
    labels: NDArray[np.int64],
    classes: int,
    c: float,
    products: Doubles | None = None,
    reach: Floats | float = 1.0,
) -> Floats:
    """Minimises ½·|w|² + c·Σ max(0, reach - margin)² for each class against the rest.

    Rows that count m times as much are given as √m times their features, with √m as their reach.

    It is what liblinear solves for LinearSVC. All classes are solved together, so that a step costs two matrix
    products; the first is to the ridge solution, where every row is inside the margin.

    Args:
        features: (n, d) float32; a column of ones gives a bias.
        labels: (n,) int64 below classes.
        classes: how many there are.
        c: the inverse of the regularisation.
        products: gram(features), where it is known already.
        reach: (n,) the margin from which on each row costs nothing.

    Returns:
        (d, classes) weights.
    """
    signs = np.where(labels[:, None] == np.arange(classes), np.float32(1), np.float32(-1))  # (n, classes)
    wanted = np.broadcast_to(np.asarray(reach, dtype=np.float32), len(labels))[:, None]
    hessian = 2 * c * (gram(features) if products is None else products)
    hessian.flat[:: len(hessian) + 1] += 1
    steps = Steps.of_hessian(hessian)
    ridge = steps.slope(2 * c * (features.T @ (wanted * signs)).astype(np.float64))  # (d, classes)

    def loss(scores: Floats) -> tuple[float, Floats]:
        slack = np.maximum(0, wanted - signs * scores)  # (n, classes)
        return c * float(np.vdot(slack, slack)), np.float32(-2 * c) * signs * slack

    return descend(features, loss, steps, ridge, ITERATIONS)
