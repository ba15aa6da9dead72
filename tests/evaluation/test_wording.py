"""Figures as people read them."""

import pytest
from evaluated import scores_of
from hypothesis import given
from hypothesis import strategies as st

from tinysight.evaluation import wording
from tinysight.params import ExpectedParams
from tinysight.params.ranges import LOWEST_QUALITY, MOST


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


def test_a_memory_says_where_it_is_that_of_the_model_alone():
    alone = scores_of("svm", 0.9).cost
    assert wording.memory_taken(alone) == "57 MB (model alone)"
    assert wording.memory_taken(alone.model_copy(update={"service_mb": 99.4})) == "99 MB"
    assert wording.memory_taken(alone.model_copy(update={"peak_mb": None})) == "unknown"


@pytest.mark.parametrize(
    ("expected", "read"),
    [
        ({"shift": 0.15, "rotation": 10.0}, "shifted by up to 15 % and turned by up to 10°"),
        ({"shift": 0.125}, "shifted by up to 12.5 %"),
        ({"rotation": 5.0}, "turned by up to 5°"),
        ({}, "as they are"),
        (
            {"shift": 0.15, "rotation": 10.0, "brightness": 0.2},
            "shifted by up to 15 %, turned by up to 10° and made lighter or darker by up to 20 %",
        ),
        ({"scale": 0.07, "contrast": 0.3}, "scaled by up to 7 % and changed in contrast by up to 30 %"),
        ({"blur": 0.015, "noise": 0.05}, "blurred by up to 1.5 % of the side and given noise of up to 5 %"),
        ({"jpeg_quality": 50}, "saved as JPEG of a quality of 50 or more"),
    ],
)
def test_what_is_expected_in_words(expected, read):
    assert wording.motion(ExpectedParams(**{"shift": 0.0, "rotation": 0.0, **expected})) == read


def test_every_key_of_what_is_expected_has_words():
    strongest = ExpectedParams(**MOST, jpeg_quality=LOWEST_QUALITY)
    assert len(wording.motion(strongest).replace(" and ", ", ").split(", ")) == len(ExpectedParams.model_fields)


@given(st.floats(1e-4, 1e6))
def test_two_digits_are_near_the_number(number):
    assert float(wording.two_digits(number)) == pytest.approx(number, rel=0.051)
