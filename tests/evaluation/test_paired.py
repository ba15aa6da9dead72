import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import stats

from tinysight.evaluation.paired import (
    bootstrap_interval,
    cost_difference,
    difference_interval,
    mcnemar,
    mean_difference,
    smallest_difference,
)

counts = st.tuples(st.integers(0, 60), st.integers(0, 60), st.integers(1, 3000))


@given(st.integers(0, 400), st.integers(0, 400))
def test_the_exact_test_is_a_coin_toss_for_each_disagreement(gained: int, lost: int) -> None:
    expected = stats.binomtest(gained, gained + lost, 0.5).pvalue if gained + lost else 1.0
    assert mcnemar(gained, lost) == pytest.approx(expected, rel=1e-9)


@given(counts)
def test_an_interval_holds_the_difference_seen_and_turns_with_the_roles(drawn: tuple[int, int, int]) -> None:
    gained, lost, more = drawn
    rows = gained + lost + more
    low, high = difference_interval(gained, lost, rows)
    assert -1 <= low <= (gained - lost) / rows <= high <= 1
    assert difference_interval(lost, gained, rows) == pytest.approx((-high, -low), abs=1e-9)
    wider = difference_interval(gained, lost, rows, 0.99)
    assert wider[0] <= low + 1e-12
    assert wider[1] >= high - 1e-12


@given(counts)
def test_an_interval_excludes_zero_where_mcnemars_score_test_does(drawn: tuple[int, int, int]) -> None:
    gained, lost, more = drawn
    score = abs(gained - lost) / np.sqrt(max(1, gained + lost))
    low, high = difference_interval(gained, lost, gained + lost + more)
    if abs(score - stats.norm.ppf(0.975)) > 1e-6:
        assert (low > 0 or high < 0) == (score > stats.norm.ppf(0.975))


@given(counts)
def test_the_ends_are_roots_of_the_quartic_that_solves_tangos_equation(drawn: tuple[int, int, int]) -> None:
    """The other way to the same interval: Yang, Sun and Hardin 2013, Statistics in Medicine 32:1336."""
    gained, lost, more = drawn
    n, d, s, g = gained + lost + more, gained - lost, gained + lost, stats.norm.ppf(0.975) ** 2
    quartic = [
        n**2 * (n / g + 1) ** 2,
        -n * d * (n / g + 1) * (4 * n / g + 1),
        2 * n * d**2 * (3 * n / g + 2) / g - n**2 * (s / g + 1),
        n * d * (2 * s / g + 1) - d**3 * (4 * n / g + 1) / g,
        d**2 * (d**2 / g - s) / g,
    ]
    for end in difference_interval(gained, lost, n):
        terms = [coefficient * end**power for coefficient, power in zip(quartic, (4, 3, 2, 1, 0), strict=True)]
        assert abs(sum(terms)) <= 1e-6 * max(1.0, *map(abs, terms))


@pytest.mark.parametrize(("rows", "shares"), [(150, (0.04, 0.04)), (300, (0.05, 0.02)), (750, (0.01, 0.01))])
def test_an_interval_holds_the_truth_about_as_often_as_it_says(rows: int, shares: tuple[float, float]) -> None:
    drawn = np.random.default_rng(1).multinomial(rows, [*shares, 1 - sum(shares)], size=1500)
    truth = shares[0] - shares[1]
    bounds = [difference_interval(int(gained), int(lost), rows) for gained, lost, _ in drawn]
    assert 0.93 <= np.mean([low <= truth <= high for low, high in bounds]) <= 0.985


def test_no_rows_say_nothing() -> None:
    assert difference_interval(0, 0, 0) == (-1.0, 1.0)


@settings(max_examples=40)
@given(disagreements=st.integers(0, 300), more=st.integers(0, 2000), significance=st.sampled_from([0.01, 0.05, 0.1]))
def test_the_smallest_difference_is_found_with_the_stated_power(
    disagreements: int, more: int, significance: float
) -> None:
    rows = max(disagreements + more, 20)
    found = smallest_difference(disagreements, rows, significance)
    count = max(disagreements, int(np.ceil(1 + np.log2(1 / significance))))
    share = (found * rows / count + 1) / 2
    power = sum(
        stats.binom.pmf(k, count, share)
        for k in range(count // 2 + 1, count + 1)
        if mcnemar(k, count - k) <= significance
    )
    assert power == pytest.approx(0.8, abs=0.01)


def test_more_rows_find_smaller_differences() -> None:
    found = [smallest_difference(round(rows * 0.06), rows, 0.05) for rows in (100, 750, 10_000)]
    assert found == sorted(found, reverse=True)
    assert 0.02 < found[1] < 0.03


def test_a_mean_difference_counts_each_row_once() -> None:
    drawn = np.random.default_rng(0)
    ours, theirs = drawn.random(500), drawn.random(500)
    mean, (low, high) = mean_difference(ours, theirs)
    expected = stats.ttest_rel(ours, theirs).confidence_interval()
    assert mean == pytest.approx(ours.mean() - theirs.mean())
    assert (low, high) == pytest.approx((expected.low, expected.high), abs=2e-3)


def test_two_equal_models_are_no_surer_than_one_row() -> None:
    assert mean_difference(np.ones(10), np.ones(10)) == (0.0, pytest.approx((-0.196, 0.196), abs=1e-3))


def costing(rows: int, *differences: tuple[float, int]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """What the answers of two models cost that differ by so much on so many rows, and agree on the rest."""
    each = np.zeros(rows)
    each[: sum(count for _, count in differences)] = np.repeat(*np.array(differences).T.astype(int))
    return np.maximum(each, 0), np.maximum(-each, 0)


def test_a_difference_of_costs_turns_with_the_roles_and_scales_with_the_unit() -> None:
    ours, theirs = costing(100, (5, 2), (-1, 9))
    difference, (low, high) = cost_difference(ours, theirs, 5)
    assert difference == pytest.approx(0.01)
    assert low < difference < high
    assert cost_difference(theirs, ours, 5) == (pytest.approx(-0.01), pytest.approx((-high, -low)))
    assert cost_difference(7 * ours, 7 * theirs, 35)[1] == pytest.approx((7 * low, 7 * high))


@pytest.mark.parametrize("lost", range(3, 9))
def test_where_every_mistake_costs_one_it_says_what_the_exact_test_says(lost: int) -> None:
    _, (low, _) = cost_difference(*costing(100, (1, lost)), 1)
    assert (low > 0) == (mcnemar(0, lost) <= 0.05)


def test_rows_without_a_dear_mistake_do_not_rule_it_out() -> None:
    """20 cheap mistakes fewer are a gain, unless one dear mistake may have been missed by chance."""
    assert cost_difference(*costing(100, (-1, 20)), 1)[1][1] < 0
    assert cost_difference(*costing(100, (-1, 20)), 20)[1][1] > 0


@pytest.mark.parametrize(("dear", "rows"), [(1, 140), (5, 700), (20, 2800)])
def test_so_many_rows_show_that_models_with_the_same_answers_lose_less_than_two_points(dear: int, rows: int) -> None:
    """docs/release.md says these numbers."""
    assert cost_difference(*costing(rows, (0, 0)), dear)[1][1] < 0.02
    assert cost_difference(*costing(int(0.97 * rows), (0, 0)), dear)[1][1] > 0.02


@pytest.mark.parametrize("rows", [250, 750, 2500])
@pytest.mark.parametrize("dear", [5, 20])
def test_where_one_makes_rare_dear_mistakes_and_the_other_cheap_ones_chance_is_rarely_taken_for_a_difference(
    rows: int, dear: int
) -> None:
    """Both cost as much on average; the bound is that of the gate."""
    drawn = np.random.default_rng(3).choice(
        [dear, -1.0, 0.0], (600, rows), p=[0.01, 0.01 * dear, 1 - 0.01 * (1 + dear)]
    )
    bounds = [cost_difference(each, np.zeros(rows), dear)[1] for each in drawn]
    assert np.mean([low > 0 or high < 0 for low, high in bounds]) <= 0.055


def test_a_bootstrap_of_a_mean_is_about_its_normal_interval() -> None:
    values = np.random.default_rng(2).normal(size=400)
    low, high = bootstrap_interval(lambda rows: float(values[rows].mean()), 400)
    assert (low, high) == pytest.approx((values.mean() - 0.098, values.mean() + 0.098), abs=0.02)
    assert bootstrap_interval(lambda rows: float(values[rows].mean()), 400) == (low, high)
