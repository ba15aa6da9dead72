"""The verdict in two or three plain sentences."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from tinysight.evaluation.merits import RIGHT_ANSWERS, Merit
from tinysight.evaluation.scores import Scores
from tinysight.evaluation.selection import Entrant, Rule
from tinysight.evaluation.wording import count, file_size, ratio, two_digits
from tinysight.params import ExpectedParams
from tinysight.paths import candidate_of, is_int8

TUTORIAL = "tutorial_cnn"  # the kind that people come from
MAJORITY = "majority"
NOBODY: Mapping[str, str] = MappingProxyType({})


def explain(
    rule: Rule | None,
    entrants: Sequence[Entrant],
    expected: ExpectedParams,
    over_budget: Mapping[str, str] = NOBODY,
    merit: Merit = RIGHT_ANSWERS,
) -> str:
    """Says which candidate is enough, why, and what that costs and saves.

    Args:
        rule: what decided; None if there was nobody to choose.
        entrants: all candidates.
        expected: the warps under which it was decided.
        over_budget: who costs too much or perhaps does, and what of it.
        merit: by what they were compared.
    """
    out = "; ".join(f"{name} ({reason})" for name, reason in over_budget.items())
    if rule is None:
        return (
            f"No candidate is within select.budget: {out}." if out else "No candidate can be chosen: every one failed."
        )
    scores = {e.name: e.scores for e in entrants if e.scores}
    chosen, best = scores[rule.good_enough[0]], scores[rule.best]
    answer = f"{in_short(chosen, entrants, over_budget, merit)}: {merit.answer(chosen, expected)}."
    if chosen.kind == MAJORITY:
        return f"No candidate is clearly better than always giving the most frequent class, as {chosen.name} does."
    asked = [s for s in scores.values() if s.name not in over_budget]
    reason = _unbeaten(chosen, asked, merit) if chosen is best else _good_enough(chosen, best, rule, merit)
    reason = f"Within the budget, {reason[0].lower()}{reason[1:]}" if out else reason
    others = [s for s in scores.values() if s.kind == TUTORIAL and s not in (chosen, best) and not is_int8(s.name)]
    left_out = [f"Not within the budget, and so not in question: {out}."] if out else []
    return " ".join([answer, reason, *left_out, *(_compared(chosen, other, merit) for other in others)])


def in_short(chosen: Scores, entrants: Sequence[Entrant], over_budget: Mapping[str, str], merit: Merit) -> str:
    """The answer in a few words; where the budget shuts out who is clearly better, nobody says that this is enough.

    Better means what it meant in the decision: more right answers, or mistakes that cost less.
    """
    out = [one.scores for one in entrants if one.scores and one.name in over_budget]
    needed = merit.value(chosen) + merit.error(chosen)
    limited = any(merit.value(scores) > needed for scores in out)
    return f"{chosen.name} is the best within the budget" if limited else f"{chosen.name} is enough"


def _good_enough(chosen: Scores, best: Scores, rule: Rule, merit: Merit) -> str:
    allowed = merit.gap(rule.standard_errors * rule.standard_error)
    fewer = f"({count(chosen.cost.multiply_adds)} instead of {count(best.cost.multiply_adds)})"
    saved = f"For that {chosen.name} needs {_fewer(chosen, best)} {fewer}, and its file has"
    if candidate_of(chosen.name) == candidate_of(best.name):
        saved = f"{chosen.name} is the same network in 8-bit numbers: its file has"
    return (
        f"{merit.lead(best, chosen)}, which is within"
        f" {_errors(rule.standard_errors)} ({allowed}). {saved} {file_size(chosen.cost.file_bytes)} instead of"
        f" {file_size(best.cost.file_bytes)}."
    )


def _unbeaten(chosen: Scores, everyone: Sequence[Scores], merit: Merit) -> str:
    cheaper = [s for s in everyone if s.cost.multiply_adds < chosen.cost.multiply_adds and s.kind != MAJORITY]
    if not cheaper:
        return merit.unbeaten(None)
    next_best = max(cheaper, key=merit.value)
    return f"{merit.unbeaten(next_best)} with {_fewer(next_best, chosen)}."


def _compared(chosen: Scores, other: Scores, merit: Merit) -> str:
    what = merit.compared(merit.value(chosen) - merit.value(other))
    return f"Compared with the tutorial's network ({other.name}) {what} {_fewer(chosen, other)}."


def _fewer(mine: Scores, other: Scores) -> str:
    return ratio(mine.cost.multiply_adds, other.cost.multiply_adds, "multiply-adds")


def _errors(number: float) -> str:
    return "one standard error" if number == 1 else f"{two_digits(number)} standard errors"
