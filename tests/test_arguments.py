"""Numbers of the command line."""

import argparse

import pytest

from tinysight.arguments import whole_number


def test_numbers_within_the_bounds_are_taken() -> None:
    assert [whole_number()("1"), whole_number()("123456"), whole_number(1000)("1000")] == [1, 123456, 1000]


@pytest.mark.parametrize("word", ["0", "-1", "1.5", "many", "", "1e3"])
def test_what_is_no_whole_number_from_1_on_is_refused(word: str) -> None:
    with pytest.raises(argparse.ArgumentTypeError, match=rf"must be a whole number from 1 on; received {word}$"):
        whole_number()(word)


def test_one_above_the_most_is_refused_with_what_is_allowed() -> None:
    with pytest.raises(argparse.ArgumentTypeError, match=r"between 1 and 1,000,000; received 1000001$"):
        whole_number(1_000_000)("1000001")
