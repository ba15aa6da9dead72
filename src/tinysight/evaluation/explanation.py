"""The verdict in two or three plain sentences."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from tinysight.evaluation.scores import Scores
from tinysight.evaluation.selection import Entrant, Rule
from tinysight.evaluation.wording import count, file_size, motion, percent, points, ratio, two_digits
from tinysight.params import ExpectedParams
from tinysight.paths import candidate_of, is_int8

TUTORIAL = "tutorial_cnn"  # the kind that people come from
MAJORITY = "majority"
NOBODY: Mapping[str, str] = MappingProxyType({})


def explain(
    rule: Rule | None, entrants: Sequence[Entrant], expected: ExpectedParams, over_budget: Mapping[str, str] = NOBODY
) -> str:
    """Says which candidate is enough, why, and what that costs and saves.

    Args:
        rule: what decided; None if there was nobody to choose.
        entrants: all candidates.
        expected: the warps under which it was decided.
        over_budget: who costs too much, and what of it.
    """
    out = "; ".join(f"{name} ({reason})" for name, reason in over_budget.items())
    if rule is None:
        return (
            f"No candidate is within select.budget: {out}." if out else "No candidate can be chosen: every one failed."
        )
    scores = {e.name: e.scores for e in entrants if e.scores}
    chosen, best = scores[rule.good_enough[0]], scores[rule.best]
    answer = (
        f"{chosen.name} is enough: of the {chosen.val.rows:,} val images, {motion(expected)}, it names"
        f" {percent(chosen.val.expected_accuracy)} right."
    )
    if chosen.kind == MAJORITY:
        return f"No candidate is clearly better than always giving the most frequent class, as {chosen.name} does."
    asked = [s for s in scores.values() if s.name not in over_budget]
    reason = _unbeaten(chosen, asked) if chosen is best else _good_enough(chosen, best, rule)
    others = [s for s in scores.values() if s.kind == TUTORIAL and s not in (chosen, best) and not is_int8(s.name)]
    left_out = [f"Over the budget, and so not in question: {out}."] if out else []
    return " ".join([answer, reason, *left_out, *(_compared(chosen, other) for other in others)])


def _good_enough(chosen: Scores, best: Scores, rule: Rule) -> str:
    behind = best.val.expected_accuracy - chosen.val.expected_accuracy
    allowed = rule.standard_errors * rule.standard_error
    fewer = f"({count(chosen.cost.multiply_adds)} instead of {count(best.cost.multiply_adds)})"
    saved = f"For that {chosen.name} needs {_fewer(chosen, best)} {fewer}, and its file has"
    if candidate_of(chosen.name) == candidate_of(best.name):
        saved = f"{chosen.name} is the same network in 8-bit numbers: its file has"
    return (
        f"The best, {best.name}, names {percent(best.val.expected_accuracy)}: {points(behind)} more, which is within"
        f" {_errors(rule.standard_errors)} ({points(allowed)}). {saved} {file_size(chosen.cost.file_bytes)} instead of"
        f" {file_size(best.cost.file_bytes)}."
    )


def _unbeaten(chosen: Scores, everyone: Sequence[Scores]) -> str:
    cheaper = [s for s in everyone if s.cost.multiply_adds < chosen.cost.multiply_adds and s.kind != MAJORITY]
    if not cheaper:
        return "No candidate names more, and none that names as many is cheaper."
    next_best = max(cheaper, key=lambda s: s.val.expected_accuracy)
    return (
        f"No candidate names more; the best of the cheaper ones, {next_best.name}, names"
        f" {percent(next_best.val.expected_accuracy)} with {_fewer(next_best, chosen)}."
    )


def _compared(chosen: Scores, other: Scores) -> str:
    difference = chosen.val.expected_accuracy - other.val.expected_accuracy
    right = f"{points(difference)} {'more' if difference >= 0 else 'less'} right"
    return f"Compared with the tutorial's network ({other.name}) it names {right} and needs {_fewer(chosen, other)}."


def _fewer(mine: Scores, other: Scores) -> str:
    return ratio(mine.cost.multiply_adds, other.cost.multiply_adds, "multiply-adds")


def _errors(number: float) -> str:
    return "one standard error" if number == 1 else f"{two_digits(number)} standard errors"
