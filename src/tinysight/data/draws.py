"""Random numbers that belong to a row: the same in every batch, order and process."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

Words = NDArray[np.uint64]

_STEP = np.uint64(0x9E3779B97F4A7C15)


def uniforms(rows: ArrayLike, *, seed: int, draw: int, count: int) -> NDArray[np.float64]:
    """Draws `count` numbers in [0, 1) for each row, from nothing but (seed, row, draw, place).

    A counter hashed with splitmix64's finaliser: a generator object for each row would cost more
    than warping its picture. Source: Steele, Lea, Flood, Fast Splittable Pseudorandom Number
    Generators (2014).

    Args:
        rows: (N,) non-negative integers.
        seed: of the whole pipeline.
        draw: which of the row's draws.
        count: how many numbers one draw needs.

    Returns:
        (N, count) float64.
    """
    state = _absorb(np.zeros(1, np.uint64), _words(seed))
    state = _absorb(state, _words(draw))
    state = _absorb(state, _words(rows))[:, None]  # (N, 1) uint64
    state = _absorb(state, _words(np.arange(count))[None, :])  # (N, count) uint64
    return (state >> np.uint64(11)).astype(np.float64) * 2.0**-53


def _words(values: ArrayLike) -> Words:
    return np.atleast_1d(np.asarray(values)).astype(np.uint64)  # arrays wrap around silently, scalars warn


def _absorb(state: Words, words: Words) -> Words:
    mixed = (state ^ words) + _STEP
    mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return mixed ^ (mixed >> np.uint64(31))
