import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from marks import drawn_pair, marks_of, naming

from tinysight.evaluation.comparison import compare
from tinysight.evaluation.metrics import calibration_error, expected_calibration_error

ANSWERS = st.lists(st.tuples(st.booleans(), st.booleans(), st.sampled_from("abc")), min_size=1, max_size=80)


@settings(max_examples=40, deadline=None)
@given(ANSWERS)
def test_the_figures_are_those_of_the_two_models(answers: list[tuple[bool, bool, str]]) -> None:
    ours, theirs, truth = ([row[place] for row in answers] for place in range(3))
    found = compare(marks_of(ours), marks_of(theirs), truth)
    assert found.accuracy.ours == pytest.approx(np.mean(ours))
    assert found.accuracy.theirs == pytest.approx(np.mean(theirs))
    assert found.accuracy.difference == pytest.approx(np.mean(ours) - np.mean(theirs))
    assert found.accuracy.interval[0] <= found.accuracy.difference <= found.accuracy.interval[1]
    assert (found.rows, found.gained - found.lost) == (len(answers), sum(ours) - sum(theirs))
    assert set(found.recall) == set(truth)
    shares = [truth.count(name) / len(truth) * change.difference for name, change in found.recall.items()]
    assert sum(shares) == pytest.approx(found.accuracy.difference)


@settings(max_examples=20, deadline=None)
@given(ANSWERS)
def test_the_other_way_round_every_sign_turns(answers: list[tuple[bool, bool, str]]) -> None:
    ours, theirs, truth = ([row[place] for row in answers] for place in range(3))
    one, other = compare(marks_of(ours), marks_of(theirs), truth), compare(marks_of(theirs), marks_of(ours), truth)
    assert (one.gained, one.lost, one.p_value, one.smallest) == (
        other.lost,
        other.gained,
        other.p_value,
        other.smallest,
    )
    assert one.accuracy.difference == -other.accuracy.difference
    assert one.expected_calibration_error.difference == pytest.approx(-other.expected_calibration_error.difference)


def test_a_class_that_fell_is_seen_although_all_together_rose() -> None:
    truth = ["cat"] * 100 + ["dog"] * 400
    ours = [True] * 60 + [False] * 40 + [True] * 400
    theirs = [True] * 90 + [False] * 10 + [True] * 330 + [False] * 70
    found = compare(marks_of(ours), marks_of(theirs), truth)
    assert found.accuracy.surely_higher
    assert found.recall["cat"].surely_lower
    assert found.recall["cat"].difference == pytest.approx(-0.3)


def test_answers_under_warps_are_compared_row_by_row() -> None:
    right = [True] * 200
    ours = marks_of(right, moved=[[True] * 100 + [False] * 100, [True] * 200])
    found = compare(ours, marks_of(right, moved=[right, right]), ["a"] * 200)
    assert found.expected_accuracy is not None
    assert (found.expected_accuracy.ours, found.expected_accuracy.theirs) == (0.75, 1.0)
    assert found.expected_accuracy.surely_lower


def test_without_warps_nothing_is_said_about_them() -> None:
    none = marks_of([True, False], moved=np.zeros((0, 2)))
    assert compare(none, none, ["a", "b"]).expected_accuracy is None


def test_a_model_that_is_too_sure_is_told_from_one_that_is_not() -> None:
    right = [True, True, True, False] * 100
    found = compare(marks_of(right, confidence=0.99), marks_of(right, confidence=0.75), ["a"] * 400)
    assert found.expected_calibration_error.theirs == pytest.approx(0, abs=1e-6)
    assert found.expected_calibration_error.ours == pytest.approx(0.24)
    assert found.expected_calibration_error.surely_higher


def test_calibration_from_marks_is_that_from_probabilities() -> None:
    drawn = np.random.default_rng(0)
    probabilities = drawn.dirichlet(np.ones(4), 300).astype(np.float32)
    labels = drawn.integers(0, 4, 300)
    marked = calibration_error(probabilities.max(axis=1), probabilities.argmax(axis=1) == labels)
    assert marked == expected_calibration_error(probabilities, labels)


def test_what_mistakes_cost_is_compared_where_that_is_said() -> None:
    truth = ["cat"] * 100 + ["dog"] * 100
    ours = naming(["cat"] * 90 + ["dog"] * 10 + ["dog"] * 100, truth)
    theirs = naming(["cat"] * 100 + ["cat"] * 20 + ["dog"] * 80, truth)
    assert compare(ours, theirs, truth).error_cost is None
    found = compare(ours, theirs, truth, costs={"cat": {"dog": 5}}).error_cost
    assert found is not None
    assert (found.ours, found.theirs, found.difference) == (0.25, 0.1, pytest.approx(0.15))
    assert found.interval[0] < 0.15 < found.interval[1]


def test_a_comparison_is_json_for_programs() -> None:
    ours, theirs = drawn_pair(np.random.default_rng(0), 100, 0.9, 0.0)
    content = json.loads(json.dumps(compare(ours, theirs, ["a"] * 100).as_json()))
    assert content["rows"] == 100
    assert set(content["recall"]["a"]) == {"ours", "theirs", "difference", "interval"}
