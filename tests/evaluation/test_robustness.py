"""Accuracy under the expected warps, and how sure one may be of it."""

from hashlib import sha256

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tinysight.data.augmentation import Warps, warp
from tinysight.evaluation.metrics import wilson_interval
from tinysight.evaluation.robustness import SEED_OFFSET, expected_figures, stated_levels, warp_as_expected
from tinysight.params import ExpectedParams

ROWS = np.arange(4)


def pictures(count: int = 4, side: int = 20):
    return np.random.default_rng(0).integers(0, 256, (count, side, side, 3), dtype=np.uint8)


def moved(images, rows=ROWS, *, shift=0.15, rotation=10.0, seed=0, draw=0):
    return warp_as_expected(images, rows, ExpectedParams(shift=shift, rotation=rotation), seed=seed, draw=draw)


def test_pictures_stay_as_they_are_when_nothing_is_expected():
    images = pictures()
    np.testing.assert_array_equal(moved(images, shift=0.0, rotation=0.0), images)


@pytest.mark.parametrize("options", [{}, {"draw": 1}, {"seed": 3}, {"shift": 0.1, "rotation": 0.0}])
def test_where_only_motion_is_expected_nothing_else_is_done(options):
    """Bit for bit: scores of today are compared with those of versions that knew nothing else."""
    images, found = pictures(), {"seed": 0, "draw": 0, "shift": 0.15, "rotation": 10.0} | options
    warps = Warps(found["shift"], found["rotation"])
    plain = warp(images, ROWS, warps, seed=found["seed"] + SEED_OFFSET, draw=found["draw"])
    assert sha256(moved(images, **options).tobytes()).digest() == sha256(plain.tobytes()).digest()


OTHER_CHANGES = {
    "scale": 0.3, "brightness": 0.2, "contrast": 0.3, "blur": 0.1, "noise": 0.1, "jpeg_quality": 20,
}  # fmt: skip


@pytest.mark.parametrize("name", OTHER_CHANGES)
def test_each_further_key_changes_pictures_by_row_seed_and_draw_alone(name):
    images = pictures()

    def changed(*, rows=ROWS, seed=0, draw=0):
        expected = ExpectedParams(shift=0.1, rotation=5, **{name: OTHER_CHANGES[name]})
        return warp_as_expected(images[rows], rows, expected, seed=seed, draw=draw)

    assert (changed() != moved(images, shift=0.1, rotation=5.0)).any()
    np.testing.assert_array_equal(changed(), changed())
    np.testing.assert_array_equal(changed()[2:], changed(rows=ROWS[2:]))
    assert (changed() != changed(seed=1)).any()
    assert (changed() != changed(draw=1)).any()


def test_more_light_moves_no_picture_and_stays_within_what_is_expected():
    grey = np.full((300, 8, 8, 3), 100, dtype=np.uint8)
    light = warp_as_expected(grey, np.arange(300), ExpectedParams(shift=0, rotation=0, brightness=0.2), seed=0, draw=0)
    change = light[:, 0, 0, 0].astype(float) - 100
    assert -51 <= change.min() < -45
    assert 45 < change.max() <= 51
    assert (light == light[:, :1, :1, :1]).all()


def test_what_is_expected_is_named_as_the_curves_are():
    expected = ExpectedParams(shift=0.0, rotation=10, scale=0.1, contrast=0.3, jpeg_quality=50)
    assert stated_levels(expected) == {"rotation": 10, "scale": 0.1, "contrast": 0.3, "JPEG": 50}
    assert stated_levels(ExpectedParams(shift=0.15, rotation=0)) == {"shift": 0.15}


def test_a_rows_motion_does_not_depend_on_its_batch():
    images = pictures()
    np.testing.assert_array_equal(moved(images)[2:], moved(images[2:], ROWS[2:]))


@pytest.mark.parametrize("other", [{"draw": 1}, {"seed": 1}])
def test_another_draw_or_seed_moves_otherwise(other):
    assert (moved(pictures()) != moved(pictures(), **other)).any()


def test_one_draw_gives_the_binomial_standard_error_and_wilsons_interval():
    correct = np.array([[True] * 80 + [False] * 20])
    figures = expected_figures(correct)
    assert figures.accuracy == 0.8
    assert figures.standard_error == pytest.approx((0.8 * 0.2 / 100) ** 0.5)
    assert figures.interval == pytest.approx(wilson_interval(0.8, 100))


def test_draws_that_repeat_the_same_answers_make_nothing_surer():
    once = np.array([[True] * 80 + [False] * 20])
    assert expected_figures(np.repeat(once, 5, axis=0)) == expected_figures(once)


def test_draws_that_differ_make_it_surer_but_never_more_than_independent_images():
    correct = np.random.default_rng(1).random((4, 500)) < 0.8
    figures = expected_figures(correct)
    assert figures.standard_error == pytest.approx(np.sqrt(0.8 * 0.2 / 2000), rel=0.1)
    assert figures.interval[1] - figures.interval[0] >= np.diff(wilson_interval(figures.accuracy, 2000)) - 1e-12


def test_a_perfect_score_is_never_surer_than_one_picture():
    assert expected_figures(np.ones((2, 30), dtype=bool)).standard_error == pytest.approx(1 / 30)


@given(st.lists(st.lists(st.booleans(), min_size=3, max_size=3), min_size=1, max_size=40))
def test_the_interval_holds_the_accuracy(rows):
    figures = expected_figures(np.array(rows).T)
    assert 0 <= figures.interval[0] <= figures.accuracy <= figures.interval[1] <= 1
    assert figures.standard_error >= 1 / len(rows) - 1e-12
