from typing import Any

import numpy as np
import pytest
from marks import drawn_pair, marks_of, naming
from projects import ROOT

from tinysight.config import compose_params
from tinysight.evaluation.comparison import compare
from tinysight.evaluation.gate import DECISIVE, Check, checks_of, outcome_of, rule_for
from tinysight.evaluation.source_files import Marks
from tinysight.params.register import RegisterParams, Rule

LIMITS = compose_params(ROOT / "conf").register_


def limits(**changes: Any) -> RegisterParams:
    return LIMITS.model_copy(update=changes)


def checks(ours: Marks, theirs: Marks, rule: Rule, truth: list[str] | None = None) -> dict[str, Check]:
    found = compare(ours, theirs, truth or ["a"] * len(ours.right), LIMITS.significance)
    return {check.name: check for check in checks_of(found, rule, LIMITS)}


def outcome(ours: Marks, theirs: Marks, rule: Rule) -> str:
    return outcome_of(list(checks(ours, theirs, rule).values()))


def grades(rule: Rule, rows: int, gain: float, tries: int, disagreements: float = 0.08) -> list[str]:
    """What the check of accuracy says of so many pairs of models, each on pictures of its own."""
    drawn = np.random.default_rng(7)
    pairs = [drawn_pair(drawn, rows, 0.92, gain, disagreements) for _ in range(tries)]
    found = [compare(*pair, ["a"] * rows, LIMITS.significance, draws=2) for pair in pairs]
    return [next(check.grade for check in checks_of(one, rule, LIMITS)) for one in found]


@pytest.mark.parametrize("disagreements", [0.02, 0.14])
@pytest.mark.parametrize("rows", [150, 750])
def test_of_equal_models_at_most_one_in_twenty_passes_as_superior(rows: int, disagreements: float) -> None:
    found = grades("superior", rows, 0.0, 400, disagreements)
    assert found.count("passed") / len(found) <= 0.05


def test_a_model_three_points_better_mostly_passes_as_superior_on_750_pictures() -> None:
    found = grades("superior", 750, 0.03, 300)
    assert found.count("passed") / len(found) >= 0.75


def test_a_model_just_as_bad_as_the_margin_rarely_passes_as_non_inferior() -> None:
    found = grades("non_inferior", 750, -LIMITS.margin, 300)
    assert found.count("passed") / len(found) <= 0.05


def test_an_equal_model_mostly_passes_as_non_inferior_where_there_are_pictures_enough() -> None:
    found = grades("non_inferior", 2500, 0.0, 200, 0.05)
    assert found.count("passed") / len(found) >= 0.9


def test_a_worse_model_is_refused_by_either_rule() -> None:
    ours, theirs = marks_of([False] * 60 + [True] * 440), marks_of([True] * 500)
    assert outcome(ours, theirs, "superior") == outcome(ours, theirs, "non_inferior") == "refused"


def test_what_is_not_shown_keeps_a_model_as_challenger() -> None:
    ours, theirs = marks_of([True] * 99 + [False]), marks_of([False] + [True] * 99)
    assert outcome(ours, theirs, "superior") == outcome(ours, theirs, "non_inferior") == "challenger"


def test_few_pictures_cannot_show_that_nothing_was_lost() -> None:
    assert outcome(marks_of([True] * 150), marks_of([True] * 150), "non_inferior") == "challenger"
    assert outcome(marks_of([True] * 250), marks_of([True] * 250), "non_inferior") == "promoted"


def test_a_class_that_is_ruined_refuses_the_winner() -> None:
    truth = ["cat"] * 100 + ["dog"] * 400
    ours = marks_of([True] * 60 + [False] * 40 + [True] * 400)
    theirs = marks_of([True] * 90 + [False] * 10 + [True] * 330 + [False] * 70)
    found = checks(ours, theirs, "superior", truth)
    assert found["accuracy"].grade == "passed"
    assert found["class cat"].grade == "failed"
    assert "Class cat: 60.0 % are found instead of 90.0 % (-30.0 points" in found["class cat"].finding
    assert outcome_of(list(found.values())) == "refused"


def test_a_class_that_lost_by_chance_is_only_named() -> None:
    truth = ["cat"] * 10 + ["dog"] * 90
    found = checks(marks_of([False] + [True] * 99), marks_of([True] * 100), "superior", truth)
    assert found["classes"].grade == "passed"
    assert "cat's: -10.0 points" in found["classes"].finding


def test_of_equal_models_at_most_one_in_twenty_is_refused_for_one_of_ten_classes() -> None:
    """Ten looks at 5 % each would refuse every fifth."""
    drawn, truth = np.random.default_rng(7), [str(row % 10) for row in range(700)]
    pairs = [drawn_pair(drawn, len(truth), 0.85, 0.0, 0.14) for _ in range(200)]
    found = [checks_of(compare(*pair, truth, draws=2), "superior", LIMITS) for pair in pairs]
    refused = sum(any(check.name.startswith("class ") for check in one) for one in found)
    assert refused / len(pairs) <= 0.05


PETS = ["cat"] * 500 + ["dog"] * 500
DEAR = {"cat": {"dog": 10.0}}


def pets(cats_lost: int, dogs_lost: int) -> Marks:
    """A model that takes so many cats for dogs, and dogs for cats."""
    answers = ["dog"] * cats_lost + ["cat"] * (500 - cats_lost) + ["cat"] * dogs_lost + ["dog"] * (500 - dogs_lost)
    return naming(answers, PETS)


def weighed(ours: Marks, theirs: Marks, rule: Rule) -> dict[str, Check]:
    found = compare(ours, theirs, PETS, LIMITS.significance, costs=DEAR)
    return {check.name: check for check in checks_of(found, rule, LIMITS)}


def test_where_mistakes_have_a_cost_cheaper_ones_are_better_though_they_are_more() -> None:
    """Without it the same model is refused."""
    ours, theirs = pets(2, 45), pets(20, 10)
    assert checks(ours, theirs, "superior", PETS)["accuracy"].grade == "failed"
    found = weighed(ours, theirs, "superior")
    assert "accuracy" not in found
    assert found["cost of mistakes"].grade == "passed"
    assert found["cost of mistakes"].finding.startswith(
        "Better: its mistakes cost 0.0650 instead of 0.210 a picture on 1000 pictures (-0.145, -0."
    )
    assert found["cost of mistakes"].finding.endswith("), as select.error_costs weighs them.")
    assert found["class dog"].grade == "failed"  # what a class may lose, it may not lose for a price either


def test_where_mistakes_have_a_cost_dearer_ones_are_refused_though_they_are_fewer() -> None:
    ours, theirs = pets(25, 5), pets(5, 45)
    assert checks(ours, theirs, "superior", PETS)["accuracy"].grade == "passed"
    for rule in ("superior", "non_inferior"):
        found = weighed(ours, theirs, rule)
        assert found["cost of mistakes"].grade == "failed"
        assert found["cost of mistakes"].finding.startswith("Worse: its mistakes cost 0.255 instead of 0.0950")


def test_one_dear_mistake_more_may_be_chance() -> None:
    found = weighed(pets(6, 10), pets(5, 11), "superior")["cost of mistakes"]
    assert (found.grade, found.finding.split(":")[0]) == ("open", "Not shown to be better")


def test_the_margin_of_costs_is_that_of_accuracy_at_what_mistakes_cost() -> None:
    """Two of 100 pictures, at 10 and at 1 for a mistake: of all 1000 pictures 200 and 20, shown with some to spare."""
    passed = weighed(pets(10, 0), pets(10, 0), "non_inferior")["cost of mistakes"]
    assert passed.grade == "passed"
    assert passed.finding.startswith("Not worse by 0.200 a picture or more: its mistakes cost 0.100 instead of 0.100")
    missed = weighed(pets(0, 10), pets(0, 10), "non_inferior")["cost of mistakes"]
    assert missed.grade == "open"
    assert missed.finding.startswith("Not shown to lose less than 0.0200 a picture: ")


def test_where_no_mistake_was_made_the_margin_is_that_of_mistakes_that_cost_one() -> None:
    found = weighed(pets(0, 0), pets(0, 0), "non_inferior")["cost of mistakes"]
    assert "less than 0.0200 a picture: its mistakes cost 0.00 instead of 0.00" in found.finding


def test_one_check_says_whether_a_model_is_better() -> None:
    both = (checks(pets(1, 1), pets(2, 2), "superior", PETS), weighed(pets(1, 1), pets(2, 2), "superior"))
    assert [[name for name in found if name in DECISIVE] for found in both] == [["accuracy"], ["cost of mistakes"]]


@pytest.mark.parametrize(
    ("rows", "lost", "gained", "grade"),
    [(200, 0, 0, "passed"), (200, 3, 0, "passed"), (200, 15, 9, "open"), (200, 40, 0, "failed")],
)
def test_robustness_may_fall_within_what_is_allowed(rows: int, lost: int, gained: int, grade: str) -> None:
    right, place = [True] * rows, np.arange(rows)
    ours = marks_of(right, moved=place >= lost)
    theirs = marks_of(right, moved=place < rows - gained)
    assert checks(ours, theirs, "superior")["robustness"].grade == grade


def test_a_model_that_says_it_is_surer_than_it_is_is_refused() -> None:
    right = [True, True, True, False] * 100
    found = checks(marks_of(right, confidence=0.99), marks_of(right, confidence=0.75), "superior")
    assert found["calibration"].grade == "failed"
    assert "3.0 points are allowed" in found["calibration"].finding


@pytest.mark.parametrize(
    ("rule", "same_recipe", "same_data", "expected"),
    [
        ("auto", True, False, "non_inferior"),
        ("auto", True, True, "superior"),
        ("auto", False, False, "superior"),
        ("auto", False, True, "superior"),
        ("superior", True, False, "superior"),
        ("non_inferior", False, True, "non_inferior"),
    ],
)
def test_only_the_champions_own_recipe_on_other_data_need_not_be_better(
    rule: str, same_recipe: bool, same_data: bool, expected: str
) -> None:
    assert rule_for(limits(rule=rule), same_recipe=same_recipe, same_data=same_data)[0] == expected


def test_the_worst_grade_decides() -> None:
    passed, still_open, failed = (Check("a", grade, "") for grade in ("passed", "open", "failed"))  # type: ignore[arg-type]
    assert outcome_of([passed]) == "promoted"
    assert outcome_of([passed, still_open]) == "challenger"
    assert outcome_of([failed, still_open, passed]) == "refused"
