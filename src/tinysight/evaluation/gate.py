"""What a model must show before it may take the champion's place: each condition as a check with its finding."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from tinysight.evaluation.comparison import Change, Comparison
from tinysight.evaluation.error_costs import FIELD, UNNAMED
from tinysight.evaluation.wording import cost, p_value, percent, points
from tinysight.params.register import RegisterParams, Rule

Grade = Literal["passed", "open", "failed"]
Outcome = Literal["promoted", "challenger", "refused"]
DECISIVE = ("accuracy", "cost of mistakes")  # the check that says whether a model is better: either of them


@dataclass(frozen=True)
class Check:
    """One condition.

    Attributes:
        name: what was looked at.
        grade: `passed`; `open`: not shown, which keeps a model as challenger; `failed`: refuses it.
        finding: a sentence for people.
    """

    name: str
    grade: Grade
    finding: str


def outcome_of(checks: Sequence[Check]) -> Outcome:
    """The worst grade decides."""
    grades = {check.grade for check in checks}
    return "refused" if "failed" in grades else "challenger" if "open" in grades else "promoted"


def rule_for(limits: RegisterParams, *, same_recipe: bool, same_data: bool) -> tuple[Rule, str]:
    """The rule and why it is this one.

    The champion's own recipe on other data is the usual way of life: there it is enough that nothing got worse. All
    else, another seed too, must be better, or the luckiest of many tries would win.
    """
    if limits.rule != "auto":
        return limits.rule, "register.rule says so"
    if same_recipe and not same_data:
        return "non_inferior", "the champion's recipe met other data"
    return "superior", "the recipe is another" if not same_recipe else "recipe and data are the champion's"


def checks_of(comparison: Comparison, rule: Rule, limits: RegisterParams) -> list[Check]:
    """All that the two models' answers decide.

    Where the user has said what mistakes cost, their mean cost decides in the place of accuracy.
    """
    weighed = comparison.error_cost
    return [
        _mistakes(weighed, comparison, rule, limits.margin) if weighed else _accuracy(comparison, rule, limits),
        *_classes(comparison.recall, limits.class_loss),
        *_robustness(comparison.expected_accuracy, limits.robustness_loss),
        _calibration(comparison.expected_calibration_error, limits.calibration_loss),
    ]


def _accuracy(comparison: Comparison, rule: Rule, limits: RegisterParams) -> Check:
    change = comparison.accuracy
    both = f"{percent(change.ours)} instead of {percent(change.theirs)} on {comparison.rows} pictures"
    seen = f"{both} ({signed(change)}; {p_value(comparison.p_value)})"
    significant = comparison.p_value <= limits.significance
    better, worse = significant and change.difference > 0, significant and change.difference < 0
    within = change.interval[0] > -limits.margin
    return _decisive("accuracy", rule, seen, points(limits.margin), better=better, worse=worse, within=within)


def _mistakes(weighed: Change, comparison: Comparison, rule: Rule, margin: float) -> Check:
    """The margin is that of accuracy, times what the two models' mistakes cost on average."""
    wrong = 2 - comparison.accuracy.ours - comparison.accuracy.theirs
    allowed = margin * ((weighed.ours + weighed.theirs) / wrong if wrong else UNNAMED)
    both = f"{cost(weighed.ours)} instead of {cost(weighed.theirs)} a picture on {comparison.rows} pictures"
    seen = f"its mistakes cost {both} ({signed_cost(weighed)}), as {FIELD} weighs them"
    better, worse, within = weighed.surely_lower, weighed.surely_higher, weighed.interval[1] < allowed
    limit = f"{cost(allowed)} a picture"
    return _decisive("cost of mistakes", rule, seen, limit, better=better, worse=worse, within=within)


def _decisive(name: str, rule: Rule, seen: str, margin: str, *, better: bool, worse: bool, within: bool) -> Check:
    """What a figure shows beyond chance: that it is better, or worse, or within the margin."""
    if rule == "superior" and better:
        return Check(name, "passed", f"Better: {seen}.")
    if rule == "non_inferior" and within:
        return Check(name, "passed", f"Not worse by {margin} or more: {seen}.")
    if worse:
        return Check(name, "failed", f"Worse: {seen}.")
    if rule == "superior":
        return Check(name, "open", f"Not shown to be better: {seen}.")
    return Check(name, "open", f"Not shown to lose less than {margin}: {seen}.")


def _classes(recall: dict[str, Change], allowed: float) -> Iterator[Check]:
    """One check for each class that lost more than allowed and not by chance; one that passes if there is none.

    The intervals hold for all classes together: of ten classes, one loses by chance in every second retraining.
    """
    ruined = {name: change for name, change in recall.items() if change.surely_lower and -change.difference > allowed}
    for name, change in ruined.items():
        what = f"Class {name}: {percent(change.ours)} are found instead of {percent(change.theirs)} ({signed(change)})"
        yield Check(f"class {name}", "failed", f"{what}; {points(allowed)} may be lost.")
    if not ruined:
        name, worst = min(recall.items(), key=lambda pair: pair[1].difference)
        what = f"The largest change downwards is {name}'s: {signed(worst)}." if worst.difference < 0 else "None fell."
        yield Check("classes", "passed", what)


def _robustness(change: Change | None, allowed: float) -> Iterator[Check]:
    if change is not None:
        seen = f"Moved as expected, {percent(change.ours)} instead of {percent(change.theirs)} ({signed(change)})"
        yield _fallen("robustness", seen, -change.difference, allowed, sure=change.surely_lower)


def _calibration(change: Change, allowed: float) -> Check:
    seen = f"Confidence is off by {percent(change.ours)} on average instead of {percent(change.theirs)}"
    return _fallen("calibration", seen, change.difference, allowed, sure=change.surely_higher)


def _fallen(name: str, seen: str, loss: float, allowed: float, *, sure: bool) -> Check:
    """Within what is allowed; beyond it, perhaps by chance; beyond it."""
    if loss <= allowed:
        return Check(name, "passed", f"{seen}.")
    chance = "" if sure else ", perhaps by chance"
    return Check(name, "failed" if sure else "open", f"{seen}; {points(allowed)} are allowed{chance}.")


def signed(change: Change) -> str:
    """A difference with its interval: +1.2 points, -0.3 to +2.8."""
    low, high = (f"{bound * 100:+.1f}" for bound in change.interval)
    return f"{change.difference * 100:+.1f} points, {low} to {high}"


def signed_cost(change: Change) -> str:
    """A difference in what mistakes cost with its interval, in the user's unit: -0.12, -0.20 to -0.04."""
    difference, low, high = (
        f"{'-' if figure < 0 else '+'}{cost(abs(figure))}" for figure in (change.difference, *change.interval)
    )
    return f"{difference}, {low} to {high}"
