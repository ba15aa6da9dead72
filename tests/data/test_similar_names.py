"""Names that are meant to be one are found; names that differ in what counts are not."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tinysight.data.similar_names import similar_names


@pytest.mark.parametrize(
    "names",
    [
        ("Cat", "cat", "cat ", "cat_"),
        ("T-shirt", "t shirt"),
        ("class-1", "class1"),
        ("10 %", "10%"),
        ("STRASSE", "straße"),
        ("fish", "ﬁsh"),
        ("cafe\u0301", "café"),
        ("cat", "cats"),
        ("box", "boxes"),
        ("cherries", "cherry"),
        ("elephant", "elephnat"),
        ("scratch deep", "scratche deep"),
        ("accordeon", "accordion"),
    ],
)
def test_one_name_written_in_several_ways_is_one_set(names: tuple[str, ...]) -> None:
    assert similar_names([*names, "zebra"]) == [names]


@pytest.mark.parametrize(
    "names",
    [
        ("1", "7"),
        ("a1", "a2"),
        ("-1", "1"),
        ("1.5", "15"),
        ("1-2", "12"),
        ("A", "A+", "A-"),
        ("1\t2", "12"),
        ("type_a", "type_b"),
        ("grade 1", "grade 2"),
        ("C", "C++"),
        ("_", "-"),
        ("horse", "house"),
        ("male", "female"),
        ("button", "mutton"),
        ("plane", "planet"),
        ("glas", "glass"),
        ("left", "lift"),
        ("room100001", "room100002"),
    ],
)
def test_what_makes_another_name_is_kept_apart(names: tuple[str, ...]) -> None:
    assert similar_names(names) == []


def test_no_names_have_no_sets() -> None:
    assert similar_names([]) == []


def test_thousands_of_names_take_no_time() -> None:
    """Only names with the same first letters are compared with each other."""
    assert similar_names(f"{chr(97 + n % 26)}{chr(97 + n // 26 % 26)} {n}" for n in range(5000)) == []


@given(st.text(max_size=12).filter(lambda name: re.sub(r"[\s_.]", "", name)))
def test_a_blank_behind_a_name_makes_no_other_name(name: str) -> None:
    assert similar_names([name, name + " "]) == [(name, name + " ")]


@given(st.sets(st.integers(0, 10**6)))
def test_numbers_are_never_one_name(numbers: set[int]) -> None:
    assert similar_names(map(str, numbers)) == []
