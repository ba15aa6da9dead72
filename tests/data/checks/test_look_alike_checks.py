"""Near-duplicates: a note, a warning across classes, a question where they are many."""

import pytest
from evidences import evidence, violations
from tiny_datasets import balanced, noise, sample

from tinysight.data.imageset import Sample


def test_near_duplicates_are_a_note_in_sets() -> None:
    found = violations(evidence(balanced(20), near=[(0, 1), (1, 2), (30, 31)]))
    assert found.keys() == {"near_duplicates"}
    near = found["near_duplicates"]
    assert (near.level, near.count) == ("note", 2)
    assert near.sets == (("cat/0.png", "cat/1.png", "cat/2.png"), ("dog/10.png", "dog/11.png"))
    assert "5 pictures in 2 sets are nearly the same" in near.message
    assert "Each set stays on one side of the split" in near.message


def test_where_they_are_not_grouped_the_danger_is_named() -> None:
    known = evidence(balanced(20), near=[(0, 1)], overrides=["validate.group_near_duplicates=false"])
    assert "set validate.group_near_duplicates to true" in violations(known)["near_duplicates"].message


def test_exact_copies_are_left_to_their_own_checks() -> None:
    samples, pixels = balanced(20), noise(60)
    pixels[1] = pixels[0]
    assert violations(evidence(samples, pixels, near=[(0, 1)])).keys() == {"same_pixels"}


def test_near_duplicates_in_two_classes_are_a_warning_that_names_one_of_each() -> None:
    found = violations(evidence(balanced(20), near=[(0, 1), (1, 20)]))["near_conflict"]
    assert (found.level, found.count) == ("warning", 1)
    assert found.details == ("class cat", "class cat", "class dog")
    assert "cat/0.png and dog/0.png" in found.message


def test_a_large_cluster_says_how_it_is_confirmed() -> None:
    found = violations(evidence(balanced(20), large=[(0, 1, 2), tuple(range(20, 30))]))["large_cluster"]
    assert (found.level, found.count) == ("warning", 2)
    assert [len(members) for members in found.sets] == [10, 3]
    for words in ("5 %", "validate.largest_cluster", "the largest has 10", "validate.confirmed"):
        assert words in found.message


def burst(named: bool) -> list[Sample]:
    """90 pictures, of which 12 come from four series."""
    series = [sample(f"s{n}", group=f"series {n // 3}" if named else "") for n in range(12)]
    return [*series, *balanced(26)]


@pytest.mark.parametrize("named", [False, True])
def test_many_near_duplicates_ask_for_a_group_unless_they_have_one(named: bool) -> None:
    pairs = [(row, row + 1) for row in range(12) if row % 3 < 2]
    found = violations(evidence(burst(named), near=pairs))
    assert ("unnamed_bursts" in found) == (not named)
    if not named:
        assert (found["unnamed_bursts"].level, found["unnamed_bursts"].count) == ("warning", 4)
        for words in ("12 of 90 pictures (13 %)", "stands on train", "dataset.group_pattern"):
            assert words in found["unnamed_bursts"].message


def test_many_copies_are_no_series() -> None:
    assert "unnamed_bursts" not in violations(evidence(balanced(30), near=[(row, row + 1) for row in range(0, 60, 2)]))


def test_one_series_among_many_pictures_asks_for_nothing() -> None:
    assert "unnamed_bursts" not in violations(evidence(balanced(40), near=[(row, row + 1) for row in range(10)]))
