"""Counts, shares and lists are said as a person would say them."""

import pytest

from tinysight.data.checks.finding import counted, listed, percent, several


@pytest.mark.parametrize(
    ("count", "total", "words"),
    [
        (1, 4, "1 of 4 pictures (25 %) is"),
        (20, 400, "20 of 400 pictures (5 %) are"),
        (3, 1000, "3 of 1000 pictures (0.3 %) are"),
        (999, 1000, "999 of 1000 pictures (99.9 %) are"),
        (1, 70000, "1 of 70000 pictures (under 0.1 %) is"),
        (5, 5, "5 of 5 pictures (100 %) are"),
    ],
)
def test_a_share_is_never_rounded_to_none_or_all(count: int, total: int, words: str) -> None:
    assert counted(count, total) == words


@pytest.mark.parametrize(
    ("names", "words"),
    [
        ([], ""),
        (["a"], "a"),
        (["a", "b"], "a and b"),
        (["a", "b", "c", "d"], "a, b, c and d"),
        (["a", "b", "c", "d", "e"], "a, b, c and 2 more"),
    ],
)
def test_a_long_list_is_cut(names: list[str], words: str) -> None:
    assert listed(names) == words


def test_one_is_not_several() -> None:
    assert [several(count, "set") for count in (0, 1, 2)] == ["0 sets", "1 set", "2 sets"]


def test_a_share_alone() -> None:
    assert percent(0.974) == "97 %"
