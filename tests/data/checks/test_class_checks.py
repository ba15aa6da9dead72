"""Classes that are too few, too small, empty, uneven or named twice are found and explained."""

import pytest
from evidences import evidence, violations
from tiny_datasets import balanced, sample

from tinysight.data.imageset import Sample


def test_a_class_with_two_pictures_is_an_error_that_says_how_many_are_missing() -> None:
    found = violations(evidence([*balanced(5), sample("a", "yak"), sample("b", "yak")]))["small_class"]
    assert (found.level, found.count, found.paths) == ("error", 2, ("yak/a.png", "yak/b.png"))
    for words in ("Class yak has 2 pictures", "at least 5", "validate.smallest_class", "Add 3 more"):
        assert words in found.message


def test_each_small_class_has_its_own_line() -> None:
    known = evidence([*balanced(5), sample("a", "yak"), sample("b", "zebu")])
    assert [name for name in ("yak", "zebu") if f"Class {name} " in str(violations(known))] == ["zebu"]


def test_a_class_without_a_picture_is_a_warning_and_not_small() -> None:
    found = violations(evidence(balanced(5), empty=["yak", "zebu"]))
    assert found.keys() == {"empty_class"}
    assert found["empty_class"].level == "warning"
    assert "yak and zebu have no picture" in found["empty_class"].message


@pytest.mark.parametrize(("samples", "named"), [([sample(str(n)) for n in range(9)], "1: cat"), ([], "0: none")])
def test_one_class_or_none_is_an_error_whatever_the_levels_say(samples: list[Sample], named: str) -> None:
    found = violations(evidence(samples, empty=["dog"]))["one_class"]
    assert found.level == "error"
    assert f"Received {named}" in found.message


@pytest.mark.parametrize(("more", "warned"), [(50, False), (51, True)])
def test_more_than_ten_to_one_is_a_warning(more: int, warned: bool) -> None:
    samples = [sample(f"few{n}", "dog") for n in range(5)] + [sample(str(n)) for n in range(more)]
    found = violations(evidence(samples, empty=["yak"]))
    assert ("imbalance" in found) == warned
    if warned:
        assert found["imbalance"].level == "warning"
        assert "Class cat has 51 pictures, class dog only 5" in found["imbalance"].message


def test_names_that_are_probably_one_are_a_warning_with_their_counts() -> None:
    samples = [sample(f"{n}", name) for name in ("cat", "Cat_", "dog") for n in range(6)]
    found = violations(evidence(samples, empty=["dogs"]))["similar_names"]
    assert (found.level, found.count) == ("warning", 2)
    assert "'Cat_' (6) and 'cat' (6); 'dog' (6) and 'dogs' (0)" in found.message
