"""The unknown threshold keeps what the user stated, as far as his val rows can show it."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tinysight.models.threshold import fit_threshold


def confident(confidence, right):
    """Probabilities of two classes with these largest values, and labels that make them right or wrong."""
    top = np.asarray(confidence, dtype=np.float64)
    return np.column_stack([top, 1 - top]), np.where(right, 0, 1)


def rising(rows: int, wrong: int):
    """Rows of rising confidence, the lowest of them wrong."""
    return confident(np.linspace(0.6, 0.99, rows), np.arange(rows) >= wrong)


def test_it_leaves_out_the_doubtful_until_the_rest_is_precise():
    found = fit_threshold(*rising(1000, wrong=200), precision=0.99, answered=0.98)
    assert found.precision == pytest.approx(0.99, abs=0.002)
    assert found.answered == pytest.approx(0.808, abs=0.002)


def test_a_precise_model_still_leaves_the_oddest_unanswered():
    found = fit_threshold(*rising(1000, wrong=0), precision=0.99, answered=0.98)
    assert found.answered == pytest.approx(0.98)
    assert found.precision == 1


def test_too_few_rows_get_the_best_that_they_support():
    found = fit_threshold(*rising(20, wrong=12), precision=0.99, answered=0.98)
    assert found.answered == 0.5
    assert found.precision == 0.8
    assert not found.reached


def test_an_unreachable_precision_comes_as_near_as_it_can():
    confidence = np.linspace(0.6, 0.99, 1000)
    found = fit_threshold(*confident(confidence, np.arange(1000) % 10 > 0), precision=0.99, answered=0.98)
    assert found.precision >= 0.9
    assert found.answered >= 0.1
    assert not found.reached


@pytest.mark.parametrize("seed", range(10))
def test_wrong_labels_that_no_threshold_helps_against_do_not_silence_the_model(seed):
    """It is as right in its surest answers as in all of them: the best of a thousand thresholds is best by luck."""
    right = np.random.default_rng(seed).random(5000) >= 0.03
    found = fit_threshold(*confident(np.linspace(0.6, 0.99, 5000), right), precision=0.995, answered=0.98)
    assert not found.reached
    assert found.answered > 0.5


def test_where_the_doubtful_are_worse_the_best_still_leaves_them_out():
    """Half of the doubtful fifth are wrong, and one in fifty of the others."""
    row = np.arange(1000)
    right = np.where(row < 200, row % 2 == 0, row % 50 > 0)
    found = fit_threshold(*confident(np.linspace(0.6, 0.99, 1000), right), precision=0.995, answered=0.98)
    assert not found.reached
    assert found.answered < 0.85


def test_what_is_left_out_as_odd_was_right_and_the_surest_are_wrong():
    """To answer all is right in 99 %; without the oddest 2 % it is not, and no stricter threshold makes up for that."""
    found = fit_threshold(
        *confident(np.linspace(0.6, 0.99, 1000), np.arange(1000) < 990), precision=0.99, answered=0.98
    )
    assert found.answered == pytest.approx(0.98)
    assert found.precision == pytest.approx(970 / 980)
    assert not found.reached


def test_where_the_oddest_were_right_the_next_stricter_one_makes_up_for_it():
    wrong = [30, *range(991, 1000)]
    right = ~np.isin(np.arange(1000), wrong)
    found = fit_threshold(*confident(np.linspace(0.6, 0.99, 1000), right), precision=0.99, answered=0.98)
    assert found.reached
    assert found.answered == pytest.approx(0.969)
    assert found.precision == pytest.approx(960 / 969)


def test_few_right_answers_do_not_show_a_high_precision():
    assert not fit_threshold(*rising(60, wrong=0), precision=0.99, answered=0.98).reached
    assert fit_threshold(*rising(60, wrong=0), precision=0.9, answered=0.98).reached


@pytest.mark.parametrize("least", [0.101, 0.13, 0.6, 0.9999])
def test_few_val_rows_are_all_answered_and_a_stranger_to_them_is_not(least):
    """98 % of 30 rows are all of them: that is no reason to answer whatever is shown."""
    top = np.linspace(least, 0.99995, 30)
    probabilities = np.column_stack([top, *[(1 - top) / 9] * 9])
    found = fit_threshold(probabilities, np.zeros(30, dtype=np.int64), precision=0.99, answered=0.98)
    assert (found.answered, found.precision, found.reached) == (1, 1, False)
    stranger = 0.1000001  # as sure as its distance leaves it, of ten classes
    assert stranger < found.value < least
    assert found.value == pytest.approx(least - 0.02) or least < 0.14  # no farther than an 8-bit file may be off


def test_a_least_confidence_that_many_share_is_answered_and_what_is_below_it_is_not():
    found = fit_threshold(*confident([0.6] * 50 + [0.9] * 950, np.ones(1000, bool)), precision=0.99, answered=0.98)
    assert (found.answered, found.reached) == (1, True)
    assert found.value == pytest.approx(0.58)


def test_where_a_val_row_is_as_unsure_as_can_be_nothing_is_unknown():
    unsure = confident([0.5, *np.linspace(0.9, 0.99, 29)], np.ones(30, bool))
    found = fit_threshold(*unsure, precision=0.99, answered=0.98)
    assert (found.value, found.answered) == (0, 1)


def test_a_model_that_is_always_equally_sure_answers_always():
    found = fit_threshold(*confident(np.full(50, 0.55), np.arange(50) % 3 == 0), precision=0.99, answered=0.98)
    assert (found.value, found.answered) == (0, 1)


def test_differences_that_only_rounding_makes_are_none():
    noisy = 0.75 + np.random.default_rng(0).uniform(-1e-7, 1e-7, 200)
    assert fit_threshold(*confident(noisy, np.ones(200, bool)), precision=0.9, answered=0.98).value == 0


@settings(max_examples=200)
@given(
    st.lists(st.tuples(st.floats(0.5, 1), st.booleans()), min_size=1, max_size=300),
    st.sampled_from([0.5, 0.9, 0.99]),
    st.sampled_from([0.5, 0.9, 0.98]),
)
def test_what_it_says_about_val_is_what_applying_it_gives(rows, precision, answered):
    probabilities, labels = confident([r[0] for r in rows], [r[1] for r in rows])
    found = fit_threshold(probabilities, labels, precision=precision, answered=answered)
    given_rows = probabilities.max(axis=1) >= found.value
    right = (probabilities.argmax(axis=1) == labels)[given_rows]
    assert 0 <= found.value <= 1
    assert given_rows.any()
    assert found.answered == pytest.approx(given_rows.mean())
    assert found.precision == pytest.approx(right.mean())
    least = min(math.ceil(1 / (1 - precision) - 1e-9), math.ceil(len(rows) / 2))
    assert given_rows.sum() >= min(least, math.ceil(answered * len(rows)))


@settings(max_examples=300)
@given(
    st.lists(st.tuples(st.integers(50, 100), st.booleans()), min_size=1, max_size=300),
    st.sampled_from([0.5, 0.75, 0.9, 0.95]),
    st.sampled_from([0.5, 0.9, 0.98]),
)
def test_reached_is_said_where_it_holds_and_only_where_it_holds(rows, precision, answered):
    probabilities, labels = confident([one / 100 for one, _ in rows], [right for _, right in rows])
    found = fit_threshold(probabilities, labels, precision=precision, answered=answered)
    fewest = math.ceil(1 / (1 - precision) - 1e-9)

    def shown(level):
        right = [one for confidence, one in rows if confidence / 100 >= level]
        return len(right) >= fewest and np.mean(right) >= precision

    enough = [level for level in {one / 100 for one, _ in rows}
              if sum(one / 100 >= level for one, _ in rows) >= answered * len(rows) - 1e-9]  # fmt: skip
    admissible = sorted({one / 100 for one, _ in rows if one / 100 >= max(enough)})
    keeping = [level for level in admissible if shown(level)]
    assert found.reached == bool(keeping)
    assert shown(found.value) == found.reached
    if keeping:  # and none that answers more does
        assert sum(one / 100 >= found.value for one, _ in rows) == sum(one / 100 >= keeping[0] for one, _ in rows)
