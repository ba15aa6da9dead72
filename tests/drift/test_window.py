"""A window that has not changed raises an alarm as rarely as was asked; one that has does, and says by what."""

import numpy as np
import pytest
from drifting_pictures import CHANGES, CLASSES, reference, seen
from hypothesis import given, settings
from hypothesis import strategies as st

from tinysight.drift.measures import NAMES
from tinysight.drift.reference import Reference, Seen
from tinysight.drift.window import _holm, compare


def test_an_unchanged_window_is_found_unchanged() -> None:
    of = reference()
    result = compare(of, seen(of, 200, 1))
    assert not result.drifted
    assert (result.pictures, result.reference_pictures) == (200, 400)
    assert {finding.name for finding in result.findings} == {*NAMES, "classes"}


@pytest.mark.parametrize("name", CHANGES)
def test_a_change_is_found_and_named(name: str) -> None:
    of = reference()
    result = compare(of, seen(of, 150, 1, CHANGES[name]))
    found = [finding.name for finding in result.findings if finding.drifted]
    assert name in found
    assert "size" not in found


def test_a_new_camera_is_found_by_its_size_alone() -> None:
    of = reference()
    result = compare(of, seen(of, 30, 1, size=800))
    assert [finding.name for finding in result.findings if finding.drifted] == ["size"]
    assert result.findings[0].change == 1


def test_other_shares_of_classes_are_drift_unless_they_are_free() -> None:
    of = reference()
    window = seen(of, 300, 1, shares=(0.6, 0.3, 0.1))
    assert "classes" in {f.name for f in compare(of, window).findings if f.drifted}
    free = compare(of, window, shares="free")
    assert not free.drifted
    assert {finding.name for finding in free.findings} == set(NAMES)


def test_free_shares_still_find_what_has_changed_within_classes() -> None:
    of = reference()
    changed = seen(of, 200, 1, CHANGES["sharpness"], shares=(0.6, 0.3, 0.1))
    assert "sharpness" in {f.name for f in compare(of, changed, shares="free").findings if f.drifted}


@pytest.mark.parametrize("false_alarms", [0.01, 0.001])
def test_a_change_is_found_however_rare_false_alarms_are_to_be(false_alarms: float) -> None:
    of = reference()
    assert compare(of, seen(of, 150, 1, CHANGES["brightness"]), false_alarms=false_alarms).drifted
    assert not compare(of, seen(of, 150, 1), false_alarms=false_alarms).drifted


def test_a_single_picture_is_compared() -> None:
    of = reference()
    assert not compare(of, seen(of, 1, 3)).drifted


def _shuffled(seed: int) -> tuple[Reference, Seen]:
    """A reference and a window that are drawn from the same bins: nothing has changed."""
    random = np.random.default_rng(seed)
    of = reference()
    chances = [random.dirichlet(np.ones(counts.shape[1])) for counts in of.counts]
    classes = random.choice(3, 260)
    bins = np.stack([random.choice(len(p), 260, p=p) for p in chances], axis=1)
    counts = []
    for place, table in enumerate(of.counts):
        fresh = np.zeros_like(table)
        np.add.at(fresh, (classes[:200], bins[:200, place]), 1)
        counts.append(fresh)
    named = np.bincount(classes[:200], minlength=3)
    drawn = Reference(CLASSES, of.edges, tuple(counts), named, of.usual)
    return drawn, Seen(bins[200:], classes[200:])


@settings(max_examples=3, derandomize=True)
@given(st.integers(0, 1000))
def test_false_alarms_are_as_rare_as_asked_whatever_the_distribution(seed: int) -> None:
    """At 20 % of 40 windows 8 are expected; 18 or more come once in 3,000 times, and Holm makes it rarer."""
    alarms = sum(compare(*_shuffled(seed * 1000 + n), false_alarms=0.2, draws=199).drifted for n in range(40))
    assert alarms < 18


def test_holm_corrects_as_in_its_textbook_example() -> None:
    found = _holm({"a": 0.01, "b": 0.04, "c": 0.03, "d": 0.005})
    assert found == pytest.approx({"d": 0.02, "a": 0.03, "c": 0.06, "b": 0.06})
