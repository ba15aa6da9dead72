"""The split that the report shows is the split that is made."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tiny_datasets import CLASSES, balanced, make_params, sample

from tinysight.data.report.division import divide
from tinysight.data.splits import assign

FRACTIONS = make_params().split


def test_rows_stand_where_the_split_stage_puts_them() -> None:
    samples = balanced(60)
    groups = [*range(170), *[170] * 10]
    split, exceptions = assign(samples, groups, FRACTIONS)
    division, sides = divide(samples, groups, FRACTIONS)
    for side, rows in split.sides().items():
        assert [row for row, own in enumerate(sides) if own == side] == rows.tolist()
    assert [one.pictures for one in division.sides] == [len(rows) for rows in split.sides().values()]
    assert list(division.exceptions) == exceptions
    assert (division.groups, division.grouped) == (171, 10)


def test_pictures_left_on_no_side_have_none() -> None:
    samples = [
        *balanced(10),
        *(sample(f"t{n}", name, split="test") for name in ("cat", "dog", "emu") for n in range(3)),
    ]
    groups = [*range(30), 0, *range(31, 39)]
    division, sides = divide(samples, groups, FRACTIONS)
    assert sides[0] == ""
    assert sides.count("test") == 9
    assert [one.kind for one in division.exceptions].count("left_out") == 1
    assert [one.asked for one in division.sides] == [0.7, 0.15, None]


def test_leaks_that_are_left_out_are_no_leaks() -> None:
    given = [sample(f"{side}{n}", name, split=side) for side in ("train", "test") for name in CLASSES for n in range(4)]
    given, groups = [*given, *balanced(8)], [*range(23), 0, *range(24, 48)]
    refused, _ = divide(given, groups, FRACTIONS)
    assert (len(refused.leaks), refused.sides) == (1, ())
    left, sides = divide(given, groups, FRACTIONS, "leave_out")
    assert (left.problem, left.leaks, left.audit["leaks"]) == ("", (), 0)
    assert (sides[0], sides[23]) == ("", "test")


@pytest.mark.parametrize("size", [1, 5])
def test_chance_stays_within_the_limits_about_19_times_in_20(size: int) -> None:
    """Groups of five move as one, so their shares vary more."""
    inside = []
    for draw in range(120):
        count = 200 * size
        samples = [
            replace(one, digest=f"{draw}-{row // size}") for row, one in enumerate(balanced(count // 3 + 1)[:count])
        ]
        division, _ = divide(samples, [row // size for row in range(count)], FRACTIONS)
        inside += [side.low <= side.share <= side.high for side in division.sides]
    assert 0.92 < np.mean(inside) < 0.98


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.integers(0, 30), min_size=30, max_size=90),
    st.lists(st.sampled_from(["", "", "train", "test"]), min_size=90),
)
def test_whatever_is_given_there_is_a_division(groups: list[int], given_sides: list[str]) -> None:
    samples = [replace(one, split=side) for one, side in zip(balanced(30), given_sides, strict=False)][: len(groups)]
    division, sides = divide(samples, groups, FRACTIONS)
    assert len(sides) == len(samples)
    crossing = {
        group for group in groups
        if len({s.split for s, own in zip(samples, groups, strict=True) if own == group and s.split}) > 1
    }  # fmt: skip
    assert len(division.leaks) == len(crossing)
    assert bool(division.problem) or sum(one.share for one in division.sides) == pytest.approx(1)
    for one in division.sides:
        assert 0 <= one.low <= one.high <= 1
