"""Accuracy under the expected warps, and how sure one may be of it."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tinysight.evaluation.metrics import wilson_interval
from tinysight.evaluation.robustness import expected_figures, warp_as_expected
from tinysight.params import ExpectedParams

ROWS = np.arange(4)


def pictures(count: int = 4, side: int = 20):
    return np.random.default_rng(0).integers(0, 256, (count, side, side, 3), dtype=np.uint8)


def moved(images, rows=ROWS, *, shift=0.15, rotation=10.0, seed=0, draw=0):
    return warp_as_expected(images, rows, ExpectedParams(shift=shift, rotation=rotation), seed=seed, draw=draw)


def test_pictures_stay_as_they_are_when_nothing_is_expected():
    images = pictures()
    np.testing.assert_array_equal(moved(images, shift=0.0, rotation=0.0), images)


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
