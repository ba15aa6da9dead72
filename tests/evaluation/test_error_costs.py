"""What mistakes cost on average, with an uncertainty; without weights it is accuracy again."""

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tinysight.errors import ConfigError, DataError
from tinysight.evaluation.error_costs import answer_costs, cost_matrix, dearest, mean_cost, read_error_cost, stated
from tinysight.evaluation.robustness import expected_figures

NAMES = ("cat", "dog", "elk")


def test_a_mistake_that_is_not_named_costs_one_and_a_right_answer_nothing():
    assert cost_matrix({"cat": {"dog": 5, "elk": 0}, "elk": {"cat": 0.5}}, NAMES).tolist() == [
        [0, 5, 0],
        [1, 0, 1],
        [0.5, 1, 0],
    ]


def test_an_unknown_class_is_named_with_its_place_and_the_classes():
    with pytest.raises(ConfigError, match=r"error_costs: dgo is no class.*mean dog\?.*cat, dog, elk.*make params"):
        cost_matrix({"dgo": {"cat": 1}}, NAMES)
    with pytest.raises(ConfigError, match=r"select\.error_costs\.dog: 7 is no class.*between quotes"):
        cost_matrix({"dog": {"7": 1}}, NAMES)


def test_the_mean_counts_each_draw_and_right_answers_too():
    labels = np.array([0, 0, 1, 2])
    answers = np.array([[0, 1, 1, 2], [0, 0, 1, 0]])  # a cat taken for a dog, an elk for a cat
    found = mean_cost(answers, labels, cost_matrix({"cat": {"dog": 7}}, NAMES))
    assert found.mean == pytest.approx((7 + 1) / 8)
    assert found.interval[0] < found.mean < found.interval[1] <= 7


def test_a_dear_mistake_is_not_ruled_out_by_a_few_pictures_without_one():
    labels = np.zeros(20, dtype=np.int64)
    found = mean_cost(labels[None], labels, cost_matrix({"cat": {"dog": 100}}, NAMES))
    assert (found.mean, found.interval[0]) == (0, 0)
    assert found.interval[1] > 10
    assert found.standard_error == 1 / 20


@pytest.mark.parametrize(
    ("costs", "usual"),
    [
        ({}, 1),
        ({"cat": {"dog": 100}}, 1),
        ({"cat": {"dog": 0.01}}, 1),
        ({"cat": {"dog": 0, "elk": 0}, "dog": {"cat": 0, "elk": 3}, "elk": {"cat": 3, "dog": 5}}, 3),
        ({"cat": {"dog": 0.01, "elk": 0.02}, "dog": {"cat": 0.04, "elk": 0.04}, "elk": {"cat": 9, "dog": 9}}, 0.04),
    ],
)
def test_who_made_no_mistake_that_costs_anything_may_make_one_of_the_usual_cost(costs, usual):
    """The middle cost: neither one that is far dearer than the others moves it, nor one that is far cheaper."""
    labels = np.arange(60) % 3
    matrix = cost_matrix(costs, NAMES)
    assert mean_cost(labels[None], labels, matrix).standard_error == pytest.approx(usual / 60)
    taken = np.where((np.arange(60) == 0) & (matrix[0, 1] == 0), 1, labels)  # a cat for a dog where that costs nothing
    assert mean_cost(taken[None], labels, matrix).standard_error == pytest.approx(usual / 60)


def test_costs_that_are_all_nothing_are_nothing():
    costs = {one: {other: 0.0 for other in NAMES if other != one} for one in NAMES}
    found = mean_cost(np.array([[1]]), np.array([0]), cost_matrix(costs, NAMES))
    assert (found.mean, found.standard_error) == (0, 0)
    assert found.interval == pytest.approx((0, 0))


@given(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 2), st.integers(0, 2)), min_size=1, max_size=60))
def test_where_all_mistakes_cost_one_it_is_accuracy(rows):
    labels, *draws = np.array(rows).T
    answers = np.array(draws)
    found, known = mean_cost(answers, labels, cost_matrix({}, NAMES)), expected_figures(answers == labels)
    assert found.mean == pytest.approx(1 - known.accuracy)
    assert found.standard_error == pytest.approx(known.standard_error)


@given(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 2)), min_size=1, max_size=60), st.floats(0.01, 1000))
@example([(0, 2)] * 5, 409.6433813264614)  # five times this number, divided by five, is another number
def test_another_unit_changes_nothing_but_the_unit(rows, unit):
    labels, answers = np.array(rows).T
    matrix = cost_matrix({"cat": {"dog": 5}, "elk": {"cat": 0.1}}, NAMES)
    one, other = (mean_cost(answers[None], labels, factor * matrix) for factor in (1, unit))
    assert other.mean == pytest.approx(unit * one.mean)
    assert other.interval == pytest.approx([unit * bound for bound in one.interval])
    assert other.standard_error == pytest.approx(unit * one.standard_error)


def test_answers_by_name_cost_what_the_matrix_says():
    costs = {"cat": {"dog": 5, "elk": 0}, "elk": {"cat": 0.5}}
    pairs = [(true, name) for true in NAMES for name in NAMES]
    found = answer_costs(costs, [name for _, name in pairs], [true for true, _ in pairs])
    assert found.reshape(3, 3).tolist() == cost_matrix(costs, NAMES).tolist()


def test_no_answer_costs_as_much_as_the_dearest_mistake_with_these_pictures():
    costs = {"cat": {"dog": 5}, "ox": {"cat": 100}}
    assert answer_costs(costs, ["", "dog", ""], ["cat", "dog", "dog"]).tolist() == [5, 0, 5]
    assert dearest({"cat": {"dog": 0.2}, "dog": {"cat": 0.1}}, ["cat", "dog", "dog"]) == 0.2
    assert dearest({"cat": {"dog": 7}}, ["cat"]) == 7
    assert dearest({"cat": {"dog": 7}}, ["dog"]) == 1


def test_answers_that_are_missing_or_broken_are_an_error_that_says_what_to_run(tmp_path):
    matrix = cost_matrix({}, NAMES)
    with pytest.raises(DataError, match="dvc repro -f evaluate"):
        read_error_cost(tmp_path, matrix)
    labels = np.zeros(3, dtype=np.int64)
    np.savez(tmp_path / "predictions.npz", val_labels=labels, val_expected_answers=labels[None] + 9)
    with pytest.raises(DataError, match="dvc repro -f evaluate"):
        read_error_cost(tmp_path, matrix)


def test_the_dearest_is_named_first():
    assert list(stated({"cat": {"dog": 2, "cat": 0}, "elk": {"cat": 30.5}})) == [
        "elk taken for cat costs 30.5",
        "cat taken for dog costs 2",
    ]
