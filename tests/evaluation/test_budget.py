"""Who costs more than the user allows is out, whatever it scores, and the verdict says why."""

from collections.abc import Mapping

import pytest
from evaluated import scores_of, whole_scores
from verdicts import EXPECTED

from tinysight.evaluation.beside import Beside
from tinysight.evaluation.budget import over_budget
from tinysight.evaluation.error_costs import ErrorCost, MeanCost
from tinysight.evaluation.explanation import explain, in_short
from tinysight.evaluation.merits import CheapMistakes
from tinysight.evaluation.selection import Entrant, Verdict, choose, in_verdict
from tinysight.evaluation.verdict.view import make_view
from tinysight.evaluation.verdict_page import verdict_page
from tinysight.params import BudgetParams, ExpectedParams

FREE = BudgetParams(memory_mb=None, file_mb=None, p99_ms=None)
LADDER = [
    Entrant("svm", "svm", scores_of("svm", 0.9, 100, file_bytes=90_000)),
    Entrant("cnn", "small_cnn", scores_of("cnn", 0.99, 900, file_bytes=2_000_000)),
    Entrant("mlp", "mlp", None, "out of memory"),
]


def test_without_a_budget_nobody_is_over_it():
    assert over_budget(LADDER, FREE) == {}


@pytest.mark.parametrize(
    ("limit", "reason"),
    [
        ({"file_mb": 1.0}, "file 2.0 MB of 1 MB"),
        ({"memory_mb": 50.0}, "memory of the service not measured, of 50 MB"),
        ({"p99_ms": 0.01}, "slowest of 100 pictures 0.050 ms of 0.01 ms"),
    ],
)
def test_each_limit_names_what_is_too_much(limit, reason):
    assert over_budget(LADDER, FREE.model_copy(update=limit))["cnn"] == reason


@pytest.mark.parametrize("peak_mb", [None, 57.0])
def test_a_service_that_nobody_measured_is_not_shown_to_be_within_a_limit_and_that_is_said(peak_mb):
    """57 MB of the model alone are over 100 MB once they are served."""
    cost = LADDER[0].scores.cost.model_copy(update={"peak_mb": peak_mb})
    entrant = Entrant("svm", "svm", LADDER[0].scores.model_copy(update={"cost": cost}))
    over = over_budget([entrant], FREE.model_copy(update={"memory_mb": 100.0}))
    assert over == {"svm": "memory of the service not measured, of 100 MB"}
    assert over_budget([entrant], FREE.model_copy(update={"file_mb": 1.0})) == {}
    text = explain(choose([LADDER[1]], 1.0), [entrant, LADDER[1]], ExpectedParams(shift=0.1, rotation=0), over)
    assert "not in question: svm (memory of the service not measured, of 100 MB)" in text


def test_where_the_service_was_measured_its_memory_is_judged():
    cost = LADDER[0].scores.cost.model_copy(update={"service_mb": 99.4})
    entrant = Entrant("svm", "svm", LADDER[0].scores.model_copy(update={"cost": cost}))
    assert over_budget([entrant], FREE.model_copy(update={"memory_mb": 80.0})) == {"svm": "memory 99 MB of 80 MB"}
    assert over_budget([entrant], FREE.model_copy(update={"memory_mb": 100.0})) == {}


def test_the_explanation_says_who_was_not_in_question():
    over = over_budget(LADDER, FREE.model_copy(update={"file_mb": 1.0}))
    rule = choose([entrant for entrant in LADDER if entrant.name not in over], 1.0)
    text = explain(rule, LADDER, ExpectedParams(shift=0.1, rotation=0), over)
    assert text.startswith("svm is the best within the budget: ")
    assert "Within the budget, no candidate names more" in text
    assert "Not within the budget, and so not in question: cnn (file 2.0 MB of 1 MB)." in text


def test_where_the_budget_shuts_out_nobody_better_the_cheap_one_is_enough():
    close = Entrant("cnn", "small_cnn", scores_of("cnn", 0.901, 900, file_bytes=2_000_000))
    over = over_budget([LADDER[0], close], FREE.model_copy(update={"file_mb": 1.0}))
    verdict = Verdict(chosen="svm", why="", rule=choose(LADDER[:1], 1.0), candidates=[], over_budget=over)
    assert in_short(verdict, [LADDER[0], close]) == "svm is enough"
    assert in_short(verdict, LADDER) == "svm is the best within the budget"


def said_by_cost(cnn: float, costs: Mapping[str, float]) -> list[str]:
    """The headlines of why, verdict.md and verdict.html: an svm that names 95 % right, a cnn over the budget."""
    svm = Entrant("svm", "svm", whole_scores("svm", 0.95, 100))
    shut_out = Entrant("cnn", "small_cnn", whole_scores("cnn", cnn, 900, kind="small_cnn"))
    means = {name: MeanCost(mean=mean, interval=(0.0, 9.0), standard_error=0.02) for name, mean in costs.items()}
    found = {name: ErrorCost(val=mean, test=mean) for name, mean in means.items()}
    merit, over, ladder = CheapMistakes(found), {"cnn": "file 2.0 MB of 1 MB"}, [svm, shut_out]
    rule = choose([svm], 1.0, merit)
    verdict = Verdict(
        chosen="svm",
        why=explain(rule, ladder, EXPECTED, over, merit),
        rule=rule,
        candidates=[in_verdict(one, found[one.name]) for one in ladder],
        over_budget=over,
    )
    beside = Beside("pets", 28, error_costs=("cat taken for dog costs 5",))
    markdown = verdict_page(verdict, ladder, EXPECTED, beside, figure="").splitlines()[0]
    return [
        verdict.why.split(":")[0],
        markdown.removeprefix("# pets: "),
        make_view(verdict, ladder, EXPECTED, beside).headline,
    ]


def test_where_mistakes_have_a_cost_it_says_who_is_shut_out_though_as_many_answers_are_right():
    said = said_by_cost(0.95, {"svm": 1.0, "cnn": 0.1})
    assert said == ["svm is the best within the budget"] * 3


def test_where_mistakes_have_a_cost_more_right_answers_over_the_budget_shut_out_nobody():
    assert said_by_cost(0.99, {"svm": 0.1, "cnn": 1.0}) == ["svm is enough"] * 3


def test_a_budget_that_nobody_keeps_is_said():
    over = over_budget(LADDER, FREE.model_copy(update={"file_mb": 0.01}))
    text = explain(None, LADDER, ExpectedParams(shift=0.1, rotation=0), over)
    assert text.startswith("No candidate is within select.budget: svm (file 90 kB of 0.01 MB); cnn")
