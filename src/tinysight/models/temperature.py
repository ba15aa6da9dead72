"""How sure the answers should be: one number that the logits are divided by, fitted on val."""

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar
from scipy.special import logsumexp, softmax

LOWEST, HIGHEST = 0.02, 50.0

Logits = NDArray[np.float32]
Labels = NDArray[np.int64]


def fit_temperature(logits: Logits, labels: Labels) -> float:
    """The temperature with the least negative log likelihood of the val rows.

    One mistake more than were made is reckoned with: without it a model that is right on every val
    row would be made infinitely sure. The order of the classes never changes.

    Args:
        logits: (n, classes).
        labels: (n,) int64.

    Returns:
        a number between LOWEST and HIGHEST; over 1 makes the answers less sure.
    """
    found = minimize_scalar(
        lambda exponent: _loss(logits.astype(np.float64) / np.exp(exponent), labels),
        bounds=(np.log(LOWEST), np.log(HIGHEST)),
        method="bounded",
        options={"xatol": 1e-6},
    )
    return float(np.exp(found.x))


def probabilities(logits: Logits, temperature: float) -> NDArray[np.float64]:
    """(n, classes) probabilities at a temperature; each row sums to 1."""
    return np.asarray(softmax(logits.astype(np.float64) / temperature, axis=1))


def _loss(scaled: NDArray[np.float64], labels: Labels) -> float:
    logs = scaled - logsumexp(scaled, axis=1, keepdims=True)  # (n, classes)
    right = float(logs[np.arange(len(labels)), labels].sum())
    return -(right + float(logs.mean()))  # the second term: one row more, spread over all classes
