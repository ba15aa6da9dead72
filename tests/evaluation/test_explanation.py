"""A verdict sounds no surer than val is: nothing is called enough that few pictures chose, or that is mostly wrong."""

from evaluated import scores_of, whole_scores
from verdicts import EXPECTED, LADDER, drawn

from tinysight.evaluation.beside import Beside
from tinysight.evaluation.error_costs import ErrorCost, MeanCost
from tinysight.evaluation.explanation import UNSURE, explain, in_short
from tinysight.evaluation.merits import CheapMistakes
from tinysight.evaluation.selection import Entrant, Verdict, choose, in_verdict
from tinysight.evaluation.verdict_page import verdict_page

ALIKE = {"logistic": 0.72, "svm": 0.74, "transfer": 0.85}
BETTER = "better twice as far, for val to tell them apart. What decides is more pictures in all"


def of_12(**shares: float) -> list[Entrant]:
    """Candidates on a val side of twelve pictures, the cheapest first."""
    return [on_val(name, share, 10**place, 12, 0.14) for place, (name, share) in enumerate(shares.items(), 2)]


def on_val(name: str, share: float, multiply_adds: int, rows: int, error: float) -> Entrant:
    found = scores_of(name, share, multiply_adds, kind=name, error=error)
    return Entrant(name, name, found.model_copy(update={"val": found.val.model_copy(update={"rows": rows})}))


def verdict_on(entrants: list[Entrant], over: dict[str, str] | None = None) -> Verdict:
    over = over or {}
    rule = choose([one for one in entrants if one.name not in over], 1.0)
    assert rule
    return Verdict(
        chosen=rule.good_enough[0],
        why=explain(rule, entrants, EXPECTED, over),
        rule=rule,
        candidates=[in_verdict(one) for one in entrants],
        over_budget=over,
    )


def test_a_choice_that_few_pictures_made_is_not_called_enough():
    verdict = verdict_on(of_12(**ALIKE))
    assert in_short(verdict, of_12(**ALIKE)) == "logistic is the cheapest of the 3 that 12 val images cannot tell apart"
    assert verdict.why == (
        "logistic is the cheapest of the 3 that 12 val images cannot tell apart: of the 12 val images, shifted by up to"
        " 15 % and turned by up to 10°, it names 72.0 % right. The best, transfer, names 85.0 %: 13.0 points more,"
        " which is within one standard error (14.0 points). For that logistic needs 100 times fewer multiply-adds (100"
        " instead of 10 thousand), and its file has 5.0 kB instead of 5.0 kB. On 12 val images the standard error is"
        " 14.0 points: candidates must be further apart than that, better twice as far, for val to tell them apart."
        " What decides is more pictures in all, of which val gets its share; four times as many halve it."
    )


def test_verdict_md_says_the_same_in_its_title():
    entrants = of_12(**ALIKE)
    page = verdict_page(verdict_on(entrants), entrants, EXPECTED, Beside("pets", 28), figure="")
    assert page.startswith("# pets: logistic is the cheapest of the 3 that 12 val images cannot tell apart\n")
    assert "is enough" not in page


def test_the_best_of_few_pictures_is_so_as_far_as_they_can_tell():
    verdict = verdict_on(of_12(logistic=0.7, transfer=0.95))
    assert verdict.why.startswith("transfer is the best, as far as 12 val images can tell: of the 12 val images")
    assert BETTER in verdict.why


def test_of_few_pictures_only_those_within_the_budget_are_counted():
    verdict = verdict_on(of_12(**ALIKE), {"transfer": "file 2.0 MB of 1 MB"})
    said = "logistic is the cheapest of the 2 within the budget that 12 val images cannot tell apart"
    assert in_short(verdict, of_12(**ALIKE)) == said
    alone = verdict_on(of_12(**ALIKE), {"transfer": "file 2.0 MB of 1 MB", "svm": "file 2.0 MB of 1 MB"})
    assert in_short(alone, of_12(**ALIKE)) == "logistic is the best within the budget, as far as 12 val images can tell"


def test_few_pictures_that_show_no_learning_do_not_show_that_there_is_none():
    entrants = of_12(majority=0.62, svm=0.7)
    verdict = verdict_on(entrants)
    assert in_short(verdict, entrants) == "12 val images cannot show that anything was learned"
    assert verdict.why.startswith("No candidate is clearly better than always giving the most frequent class")
    assert BETTER in verdict.why


def test_where_mistakes_have_a_cost_few_pictures_are_few_too():
    entrants = of_12(logistic=0.72, svm=0.85)
    means = {name: MeanCost(mean=mean, interval=(0.0, 1.0), standard_error=0.2) for name, mean in
             (("logistic", 0.5), ("svm", 0.4))}  # fmt: skip
    merit = CheapMistakes({name: ErrorCost(val=mean, test=mean) for name, mean in means.items()})
    text = explain(choose(entrants, 1.0, merit), entrants, EXPECTED, merit=merit)
    assert text.startswith("logistic is the cheapest of the 2 that 12 val images cannot tell apart: on the 12 val")
    assert "On 12 val images the standard error is 0.200: candidates" in text


def test_up_to_the_limit_nothing_is_said_of_chance():
    entrants = [on_val("svm", 0.95, 10, 300, UNSURE), on_val("mlp", 0.96, 100, 300, UNSURE)]
    assert in_short(verdict_on(entrants), entrants) == "svm is enough"
    assert "better twice as far" not in verdict_on(entrants).why


def test_a_choice_that_is_mostly_wrong_is_not_called_enough():
    entrants = [on_val("svm", 0.42, 10, 3000, 0.01), on_val("mlp", 0.425, 100, 3000, 0.01)]
    verdict = verdict_on(entrants)
    assert in_short(verdict, entrants) == "svm is as good as any of these, and names only 42.0 % right"
    assert verdict.why.startswith("svm is as good as any of these: of the 3,000 val images, shifted by up to 15 % and")
    assert "it names only 42.0 % right. The best, mlp, names 42.5 %" in verdict.why


def test_few_pictures_that_are_mostly_wrong_are_both_said():
    entrants = of_12(logistic=0.42, transfer=0.55)
    said = "logistic is the cheapest of the 2 that 12 val images cannot tell apart, and names only 42.0 % right"
    assert in_short(verdict_on(entrants), entrants) == said


def colour_of(page: str) -> str:
    return page.split('<header class="top ')[1].split('"')[0]


def test_the_page_is_green_only_where_something_is_enough():
    assert colour_of(drawn()) == "fit"
    assert colour_of(drawn(of_12(**ALIKE))) == "look"
    assert colour_of(drawn([Entrant("svm", "svm", whole_scores("svm", 0.42))])) == "look"
    assert colour_of(drawn(LADDER[:1])) == "look"
    assert colour_of(drawn(LADDER[-1:])) == "unfit"
