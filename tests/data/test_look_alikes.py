"""The pictures worth comparing closely are found without comparing each with each."""

import numpy as np
from tiny_datasets import noise

from tinysight.data.look_alikes import find_look_alikes


def test_the_nearest_pictures_are_paired_and_others_are_not() -> None:
    pixels = np.repeat(np.repeat(noise(40, 4), 4, axis=1), 4, axis=2)  # 40 coarse patterns
    brighter = (pixels * 0.8 + 40).astype(np.uint8)
    copies, pairs = find_look_alikes(np.concatenate([pixels, brighter]))
    assert copies == []
    assert pairs == [(row, row + 40) for row in range(40)]


def test_exact_copies_are_told_apart_from_look_alikes() -> None:
    pixels = noise(6, 16)
    copies, pairs = find_look_alikes(np.concatenate([pixels, pixels[2:4], pixels[2:3]]))
    assert copies == [(2, 6), (3, 7), (2, 8)]
    assert pairs == []


def test_the_number_of_pairs_does_not_grow_with_the_square() -> None:
    """A crowd of 400 that all look alike: each has a few neighbours, not 399."""
    crowd = np.clip(noise(1, 16) + np.random.default_rng(1).normal(0, 3, (400, 16, 16, 3)), 0, 255).astype(np.uint8)
    _, pairs = find_look_alikes(crowd)
    assert 400 < len(pairs) <= 400 * 16
