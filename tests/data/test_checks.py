"""What is wrong with a data set is found, named and explained."""

import pytest
from tiny_datasets import balanced, make_params, noise, sample

from tinysight.data.checks import find_violations
from tinysight.data.groups import keys_of
from tinysight.data.imageset import Sample
from tinysight.data.violation import Violation

PARAMS = make_params().validate_


def check(samples: list[Sample], *, broken: int = 0, empty: tuple[str, ...] = ()) -> dict[str, Violation]:
    """What is found when every picture looks different, by check."""
    names = sorted({one.class_name for one in samples} | set(empty))
    paths = [f"cat/broken{number}.png" for number in range(broken)]
    found = find_violations(samples, keys_of(noise(len(samples))), names, paths, PARAMS)
    return {violation.check: violation for violation in found}


def test_a_good_data_set_has_no_violations() -> None:
    assert check(balanced(5)) == {}


def test_a_class_with_two_pictures_is_an_error_that_says_how_many_are_missing() -> None:
    found = check([*balanced(5), sample("a", "yak"), sample("b", "yak")])["small_class"]
    assert (found.level, found.count) == ("error", 2)
    for words in ("Class yak has 2 pictures", "at least 5", "validate.smallest_class", "Add 3 more"):
        assert words in found.message


def test_a_class_without_a_readable_picture_is_too_small() -> None:
    assert "Class yak has 0 pictures" in check(balanced(5), empty=("yak",))["small_class"].message


@pytest.mark.parametrize(("samples", "named"), [([sample(str(n)) for n in range(9)], "1: cat"), ([], "0: none")])
def test_one_class_or_none_is_an_error(samples: list[Sample], named: str) -> None:
    found = check(samples)["one_class"]
    assert found.level == "error"
    assert f"Received {named}" in found.message


@pytest.mark.parametrize(("broken", "stops"), [(3, False), (4, True)])
def test_too_many_unreadable_files_are_an_error(broken: int, stops: bool) -> None:
    """15 readable ones: 3 of 18 are 17 %, 4 of 19 are 21 %."""
    found = check(balanced(5), broken=broken)
    assert ("quarantine" in found) == stops
    if stops:
        assert found["quarantine"].paths[0] == "cat/broken0.png"
        assert "4 of 19 files (21%)" in found["quarantine"].message


@pytest.mark.parametrize(("more", "warned"), [(50, False), (51, True)])
def test_more_than_ten_to_one_is_a_warning(more: int, warned: bool) -> None:
    found = check([sample(f"few{n}", "dog") for n in range(5)] + [sample(str(n)) for n in range(more)])
    assert ("imbalance" in found) == warned
    if warned:
        assert found["imbalance"].level == "warning"


def test_the_same_file_twice_in_a_class_is_a_note_that_lists_both() -> None:
    found = check([*balanced(5), sample("copy", digest=sample("0").digest)])
    assert list(found) == ["same_bytes"]
    assert found["same_bytes"].level == "note"
    assert found["same_bytes"].paths == ("cat/0.png", "cat/copy.png")


def test_the_same_file_in_two_classes_is_a_warning_that_lists_both() -> None:
    found = check([*balanced(5), sample("0", "dog", digest=sample("0").digest)])
    assert found["label_conflict"].level == "warning"
    assert found["label_conflict"].paths == ("cat/0.png", "dog/0.png")
    assert "cat/0.png and dog/0.png" in found["label_conflict"].message


def test_different_files_with_the_same_pixels_are_told_from_copies_of_a_file() -> None:
    samples, pixels = balanced(5), noise(15)
    pixels[1] = pixels[0]
    found = find_violations(samples, keys_of(pixels), ("cat", "dog", "emu"), [], PARAMS)
    assert [(one.check, one.level, one.paths) for one in found] == [
        ("same_pixels", "note", ("cat/0.png", "cat/1.png")),
    ]


def test_errors_come_before_warnings_and_notes() -> None:
    one, other = sample("a"), sample("b", "dog", digest=sample("a").digest)
    levels = [violation.level for violation in check([one, other]).values()]
    assert levels == ["error", "warning", "note"]
