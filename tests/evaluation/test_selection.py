"""The rule: within one standard error of the best on val, the cheapest."""

import numpy as np
import pytest
from evaluated import scores_of
from hypothesis import given
from hypothesis import strategies as st

from tinysight.evaluation.error_costs import ErrorCost, cost_matrix, mean_cost
from tinysight.evaluation.merits import CheapMistakes
from tinysight.evaluation.selection import Entrant, choose, in_verdict


def entrant(name, expected, multiply_adds=1000, **options):
    return Entrant(name, "svm", scores_of(name, expected, multiply_adds, **options))


FAILED = Entrant("mlp", "mlp", None, "out of memory")


def chosen(*entrants, errors=1.0):
    rule = choose(entrants, errors)
    return rule and rule.good_enough[0]


def test_the_cheapest_within_one_standard_error_of_the_best_is_chosen():
    ladder = [entrant("majority", 0.1, 10), entrant("svm", 0.945, 100), entrant("cnn", 0.95, 900, error=0.01)]
    rule = choose(ladder, 1.0)
    assert rule.best == "cnn"
    assert rule.needed == 0.95 - 0.01
    assert rule.good_enough == ["svm", "cnn"]


def test_the_best_is_chosen_when_no_cheaper_one_comes_near():
    assert chosen(entrant("svm", 0.93, 100), entrant("cnn", 0.95, 900)) == "cnn"


def test_a_candidate_exactly_one_standard_error_below_is_near_enough():
    assert chosen(entrant("svm", 0.94, 100), entrant("cnn", 0.95, 900, error=0.01)) == "svm"


def test_the_standard_error_is_the_bests_own():
    ladder = [entrant("svm", 0.94, 100, error=0.5), entrant("cnn", 0.95, 900, error=0.001)]
    assert chosen(*ladder) == "cnn"


def test_more_standard_errors_admit_cheaper_ones_and_none_only_the_best():
    ladder = [entrant("svm", 0.935, 100), entrant("cnn", 0.95, 900)]
    assert chosen(*ladder, errors=2.0) == "svm"
    assert chosen(*ladder, errors=0.0) == "cnn"


def test_a_noisy_val_of_few_images_lets_the_cheap_one_win():
    assert chosen(entrant("svm", 0.90, 100), entrant("cnn", 0.95, 900, error=0.06)) == "svm"


def test_equal_arithmetic_is_decided_by_bytes_and_then_by_name():
    assert chosen(entrant("a", 0.9, file_bytes=2), entrant("b", 0.9, file_bytes=1)) == "b"
    assert chosen(entrant("b", 0.9), entrant("a", 0.9)) == "a"


def test_of_equally_good_bests_the_cheapest_is_the_best():
    assert choose([entrant("cnn", 0.95, 900), entrant("svm", 0.95, 100)], 0.0).best == "svm"


def test_test_has_no_say():
    ladder = [entrant("svm", 0.945, 100, test=0.1), entrant("cnn", 0.95, 900, test=0.99)]
    assert chosen(*ladder) == "svm"


def test_neither_clock_nor_memory_has_a_say():
    scores = scores_of("svm", 0.95, 100)
    cost = scores.cost.model_copy(update={"p50_ms": 99.0, "peak_mb": 900.0, "train_seconds": 1e5})
    assert chosen(Entrant("svm", "svm", scores.model_copy(update={"cost": cost})), entrant("cnn", 0.95, 900)) == "svm"


def test_failed_candidates_are_passed_over():
    assert chosen(FAILED, entrant("svm", 0.9)) == "svm"


def test_nobody_is_chosen_when_all_failed():
    assert choose([FAILED], 1.0) is None


def test_a_failed_candidate_has_a_reason_and_no_figures_in_the_verdict():
    shown = in_verdict(FAILED)
    assert (shown.status, shown.reason, shown.val, shown.test, shown.cost) == (
        "failed", "out of memory", None, None, None,
    )  # fmt: skip


@pytest.mark.parametrize(
    "costs",
    [{"cat": {"dog": 0.01}, "dog": {"cat": 0.002}}, {"cat": {"dog": 20}}, {"dog": {"cat": 20}}],
)
def test_who_makes_no_mistake_is_not_matched_by_always_the_same_answer_in_whatever_unit_mistakes_cost(costs):
    labels = np.arange(100) % 2
    answers = {"always_cat": 0 * labels, "always_dog": 0 * labels + 1, "svm": labels}
    matrix = cost_matrix(costs, ("cat", "dog"))
    means = {name: mean_cost(one[None], labels, matrix) for name, one in answers.items()}
    merit = CheapMistakes({name: ErrorCost(val=mean, test=mean) for name, mean in means.items()})
    rule = choose([entrant(name, 0.9, 10 * place) for place, name in enumerate(answers)], 1.0, merit)
    assert (rule.best, rule.good_enough) == ("svm", ["svm"])


figures = st.tuples(st.floats(0, 1), st.integers(0, 5), st.floats(0.001, 0.2))
ladders = st.lists(figures, min_size=1, max_size=8).map(
    lambda rows: [entrant(f"c{i}", share, cost, error=error) for i, (share, cost, error) in enumerate(rows)]
)


@given(ladders, st.floats(0, 3))
def test_nothing_cheaper_than_the_choice_is_good_enough(ladder, errors):
    rule = choose(ladder, errors)
    scores = {e.name: e.scores for e in ladder}
    choice = scores[rule.good_enough[0]]
    assert choice.val.expected_accuracy >= rule.needed - 1e-9
    for other in scores.values():
        assert other.val.expected_accuracy <= scores[rule.best].val.expected_accuracy
        if other.cost.multiply_adds < choice.cost.multiply_adds:
            assert other.val.expected_accuracy < rule.needed


@given(ladders, st.randoms())
def test_the_order_of_the_candidates_does_not_matter(ladder, random):
    shuffled = random.sample(ladder, len(ladder))
    assert choose(shuffled, 1.0) == choose(ladder, 1.0)
