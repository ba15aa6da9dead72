"""Figures as people read them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tinysight.evaluation import wording
from tinysight.params import ExpectedParams


@pytest.mark.parametrize(
    ("said", "read"),
    [
        (wording.percent(0.96134), "96.1 %"),
        (wording.percent(1.0), "100.0 %"),
        (wording.p_value(0.0312), "p = 0.031"),
        (wording.p_value(7.7e-34), "p < 0.0001"),
        (wording.cell("a|b <b> p < 0.1"), "a\\|b &lt;b> p < 0.1"),
        (wording.percent_range((0.945, 0.9734)), "94.5–97.3"),
        (wording.points(-0.0071), "0.7 points"),
        (wording.count(0), "0"),
        (wording.count(999), "999"),
        (wording.count(2353), "2.4 thousand"),
        (wording.count(12_354_123), "12 million"),
        (wording.count(4_100_000_000), "4.1 billion"),
        (wording.file_size(1847), "1.8 kB"),
        (wording.file_size(61_234), "61 kB"),
        (wording.file_size(1_234_567), "1.2 MB"),
        (wording.duration_ms(0.01734), "0.017 ms"),
        (wording.duration_ms(12.34), "12 ms"),
        (wording.duration(0.42), "0.42 s"),
        (wording.duration(95.2), "95 s"),
        (wording.duration(754), "13 min"),
        (wording.memory(56.67), "57 MB"),
        (wording.memory(None), "unknown"),
        (wording.two_digits(0), "0.0"),
        (wording.two_digits(0.996), "1.0"),
        (wording.two_digits(9.96), "10"),
        (wording.ratio(100, 1200, "multiply-adds"), "12 times fewer multiply-adds"),
        (wording.ratio(1200, 100, "multiply-adds"), "12 times more multiply-adds"),
        (wording.ratio(100, 380, "multiply-adds"), "3.8 times fewer multiply-adds"),
        (wording.ratio(70, 100, "multiply-adds"), "30 % fewer multiply-adds"),
        (wording.ratio(130, 100, "multiply-adds"), "30 % more multiply-adds"),
        (wording.ratio(100, 100, "multiply-adds"), "as many multiply-adds"),
        (wording.ratio(0, 0, "multiply-adds"), "as many multiply-adds"),
    ],
)
def test_a_figure_reads_well(said, read):
    assert said == read


@pytest.mark.parametrize(
    ("shift", "rotation", "read"),
    [
        (0.15, 10.0, "shifted by up to 15 % and turned by up to 10°"),
        (0.125, 0.0, "shifted by up to 12.5 %"),
        (0.0, 5.0, "turned by up to 5°"),
        (0.0, 0.0, "as they are"),
    ],
)
def test_the_expected_motion_in_words(shift, rotation, read):
    assert wording.motion(ExpectedParams(shift=shift, rotation=rotation)) == read


@given(st.floats(1e-4, 1e6))
def test_two_digits_are_near_the_number(number):
    assert float(wording.two_digits(number)) == pytest.approx(number, rel=0.051)
