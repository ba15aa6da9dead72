"""A group on two sides that the source gave is an error, or a note where the pictures are left out."""

from evidences import evidence, violations
from tiny_datasets import balanced, sample

from tinysight.data.imageset import Sample


def given_sides() -> list[Sample]:
    """Patient 7 on train and test, a copy on val and test, patient 8 on train only, patient 9 not given."""
    return [
        *balanced(5),
        sample("a", split="train", group="patient 7"),
        sample("b", split="test", group="patient 7"),
        sample("c", group="patient 7"),
        sample("d", "dog", split="val", digest="d"),
        sample("e", "dog", split="test", digest="d"),
        sample("f", "emu", split="train", group="patient 8"),
        sample("g", "emu", split="train", group="patient 8"),
        sample("h", "emu", group="patient 9"),
        sample("i", "emu", group="patient 9"),
    ]


def test_a_group_on_two_given_sides_is_an_error_with_an_example() -> None:
    found = violations(evidence(given_sides()))["leak"]
    assert (found.level, found.count) == ("error", 2)
    assert found.sets == (("cat/a.png", "cat/b.png"), ("dog/d.png", "dog/e.png"))
    assert found.details == ("on train", "on test", "on val", "on test")
    assert "cat/a.png (train) and cat/b.png (test)" in found.message
    assert "set dataset.leaks to leave_out: test then stays whole (else val)" in found.message


def test_where_they_are_left_out_it_is_a_note_that_says_so() -> None:
    found = violations(evidence(given_sides(), leaks="leave_out"))["leak"]
    assert found.level == "note"
    assert "is used on none" in found.message


def test_groups_on_one_side_are_no_leak() -> None:
    samples = [one for one in given_sides() if not one.split or one.group == "patient 8"]
    assert "leak" not in violations(evidence(samples))
