"""A window maps counts to eight bits; the quick way for 16 bits gives what the plain formula gives."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tinysight.counts import MOST_COUNT, Window, windowed

ALL = np.arange(MOST_COUNT + 1, dtype=np.uint16).reshape(256, 256)
bound = st.floats(-1e5, 1e5)


def plain(counts: np.ndarray, window: Window) -> np.ndarray:
    low, high = window
    return np.rint((np.clip(counts.astype(np.float64), low, high) - low) * (255.0 / (high - low))).astype(np.uint8)


@given(st.tuples(bound, bound).filter(lambda pair: pair[1] - pair[0] > 1e-3))
def test_every_16_bit_count_becomes_what_the_formula_says(window: Window) -> None:
    assert np.array_equal(windowed(ALL, window), plain(ALL, window))


@pytest.mark.parametrize("kind", ["<u2", ">u2", "int32", "float32"])
def test_the_kind_of_number_does_not_matter(kind: str) -> None:
    assert np.array_equal(windowed(ALL.astype(kind), (1000.0, 3000.0)), plain(ALL, (1000.0, 3000.0)))


def test_what_is_no_number_or_endless_becomes_an_end_of_the_window() -> None:
    counts = np.array([[np.nan, np.inf, -np.inf, 5.0]], dtype=np.float32)
    assert windowed(counts, (0.0, 10.0)).tolist() == [[0, 255, 0, 128]]


def test_a_window_may_come_as_a_list_as_json_has_it() -> None:
    assert windowed(ALL, [0, MOST_COUNT]).max() == 255  # type: ignore[arg-type]
