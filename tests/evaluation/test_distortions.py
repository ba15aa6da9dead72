"""Each kind of distortion does what its level says, and the same to a row each time."""

import numpy as np
import pytest

from tinysight.evaluation.distortions import DISTORTIONS, Distortion, distort

ROWS = np.arange(6)


def kind(name: str) -> Distortion:
    return next(one for one in DISTORTIONS if one.name == name)


def dots(side: int = 40):
    """A light disc in the middle of dark pictures."""
    down, across = np.mgrid[:side, :side] - (side - 1) / 2
    images = np.zeros((len(ROWS), side, side, 3), dtype=np.uint8)
    images[:, down**2 + across**2 < (side / 8) ** 2] = 200
    return images


def at(name: str, level: float, images=None, rows=ROWS, seed: int = 0):
    return distort(dots() if images is None else images, rows, kind(name), level, seed=seed)


def centres(images):
    """(N, 2) the mean place of the light."""
    light = images.mean(axis=-1)
    places = np.stack(np.mgrid[: light.shape[1], : light.shape[2]], axis=-1)
    return (light[..., None] * places).sum(axis=(1, 2)) / light.sum(axis=(1, 2))[:, None]


@pytest.mark.parametrize("distortion", DISTORTIONS, ids=lambda one: one.name)
def test_the_first_level_does_nothing_and_each_further_one_does_more(distortion):
    images = np.random.default_rng(0).integers(40, 200, (6, 48, 48, 3), dtype=np.uint8)
    spoiled = [distort(images, ROWS, distortion, level, seed=0) for level in distortion.levels]
    assert all(one.shape == images.shape and one.dtype == np.uint8 for one in spoiled)
    changes = [float(np.abs(one.astype(float) - images).mean()) for one in spoiled]
    assert changes[0] == 0
    assert changes[1] > 0
    assert changes[-1] > changes[1]


@pytest.mark.parametrize("distortion", DISTORTIONS, ids=lambda one: one.name)
def test_a_row_is_spoiled_alike_whatever_its_batch(distortion):
    images, level = dots(), distortion.levels[-1]
    whole = distort(images, ROWS, distortion, level, seed=0)
    part = distort(images[4:], ROWS[4:], distortion, level, seed=0)
    np.testing.assert_array_equal(whole[4:], part)


def test_a_shift_goes_exactly_as_far_as_it_says_each_row_its_own_way():
    moved = centres(at("shift", 0.2)) - centres(dots())
    np.testing.assert_allclose(np.linalg.norm(moved, axis=1), 0.2 * 40, atol=0.3)
    assert len({tuple(np.sign(way)) for way in moved.round(1)}) > 1


def test_a_scale_makes_some_larger_and_some_smaller():
    light = at("scale", 0.3).astype(float).sum(axis=(1, 2, 3)) / dots()[0].sum()
    assert {round(float(value), 1) for value in light} <= {0.5, 1.7}
    assert light.min() < 1 < light.max()


def test_brightness_counts_in_shares_of_full_brightness():
    changed = at("brightness", 0.1, np.full((6, 8, 8, 3), 100, dtype=np.uint8))
    assert set(np.unique(changed)) <= {74, 75, 125, 126}


def test_noise_has_the_spread_that_it_says():
    noisy = at("noise", 0.1, np.full((6, 40, 40, 3), 128, dtype=np.uint8)).astype(float)
    assert noisy.std() == pytest.approx(25.5, rel=0.05)
    assert (noisy[0] != noisy[1]).any()


def test_another_seed_spoils_otherwise():
    assert (at("shift", 0.2) != at("shift", 0.2, seed=1)).any()
