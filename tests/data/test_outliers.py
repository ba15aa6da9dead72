"""What stands apart is found, however far; what is common, or a matter of degree, is not."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tinysight.data.outliers import far_below, far_off

USUAL = np.linspace(9, 11, 100)  # median 10, spread about 0.74


def test_the_farthest_comes_first() -> None:
    values = np.append(USUAL, [5, 1, 3, 20])
    assert far_below(values, least_spread=0.1, distance=4) == [101, 102, 100]
    assert far_off(values, least_spread=0.1, distance=4) == [103, 101, 102, 100]


def test_one_value_cannot_hide_another() -> None:
    """A mean and a standard deviation would: after -1e9 nothing else is far."""
    assert far_below(np.append(USUAL, [-1e9, 0]), least_spread=0.1, distance=4) == [100, 101]


def test_where_all_are_alike_the_least_spread_decides() -> None:
    values = np.append(np.full(50, 10.0), [9.7, 9.0])
    assert far_below(values, least_spread=0.1, distance=4) == [51]
    assert far_below(values, least_spread=0.5, distance=4) == []


@pytest.mark.parametrize(("rare", "found"), [(5, 5), (10, 0)])
def test_what_happens_often_belongs_to_the_data_set(rare: int, found: int) -> None:
    """Two cameras, or standing and lying pictures, are no outliers."""
    values = np.append(np.full(100, 10.0), np.zeros(rare))
    assert len(far_below(values, least_spread=0.1, distance=4)) == found


def test_few_values_have_no_usual_range() -> None:
    assert far_below(np.append(np.full(18, 10.0), 0), least_spread=0.1, distance=4) == []
    assert far_off(np.array([]), least_spread=0.1, distance=4) == []


def test_only_candidates_are_told_and_the_others_still_say_what_is_usual() -> None:
    values = np.append(np.full(50, 10.0), [0.0, 1.0])
    assert far_below(values, least_spread=0.1, distance=4, where=values > 0.5) == [51]


@given(st.lists(st.floats(-1e6, 1e6), max_size=80), st.floats(0.01, 10))
def test_values_of_any_kind_give_few_rows_all_of_them_below_the_median(values: list[float], spread: float) -> None:
    rows = far_below(np.array(values), least_spread=spread, distance=3)
    assert len(rows) <= max(1, 0.05 * len(values))
    assert all(values[row] < np.median(values) for row in rows)
