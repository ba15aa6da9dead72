"""The verdict in two or three plain sentences."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from tinysight.evaluation.merits import RIGHT_ANSWERS, Merit, is_poor, names_right
from tinysight.evaluation.scores import Scores
from tinysight.evaluation.selection import Entrant, Rule, Verdict
from tinysight.evaluation.wording import count, file_size, ratio, two_digits
from tinysight.params import ExpectedParams
from tinysight.paths import candidate_of, is_int8

TUTORIAL = "tutorial_cnn"  # the kind that people come from
MAJORITY = "majority"
UNSURE = 0.03  # a standard error above it on val: most candidates that are worth a choice are closer than that
NOBODY: Mapping[str, str] = MappingProxyType({})


def explain(
    rule: Rule | None,
    entrants: Sequence[Entrant],
    expected: ExpectedParams,
    over_budget: Mapping[str, str] = NOBODY,
    merit: Merit = RIGHT_ANSWERS,
) -> str:
    """Says which candidate is enough, or how little val can tell, why, and what that costs and saves.

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
    chosen, best = _chosen_and_best(rule, entrants)
    told = [_hardly_told(rule, best, merit)] if is_unsure(best) else []
    if chosen.kind == MAJORITY:
        nobody = f"No candidate is clearly better than always giving the most frequent class, as {chosen.name} does."
        return " ".join([nobody, *told])
    answer = f"{_standing(rule, entrants, over_budget, merit)}: {merit.answer(chosen, expected)}."
    scores = [e.scores for e in entrants if e.scores]
    asked = [s for s in scores if s.name not in over_budget]
    reason = _unbeaten(chosen, asked, merit) if chosen is best else _good_enough(chosen, best, rule, merit)
    reason = f"Within the budget, {reason[0].lower()}{reason[1:]}" if out else reason
    others = [s for s in scores if s.kind == TUTORIAL and s not in (chosen, best) and not is_int8(s.name)]
    left_out = [f"Not within the budget, and so not in question: {out}."] if out else []
    return " ".join([answer, reason, *told, *left_out, *(_compared(chosen, other, merit) for other in others)])


def in_short(verdict: Verdict, entrants: Sequence[Entrant]) -> str:
    """The answer in a few words, in small letters.

    Nobody says that a candidate is enough where the budget shuts out who is clearly better, where val is too small
    to tell, or where too few answers are right.
    """
    if verdict.rule is None:
        return "no candidate is within the budget" if verdict.over_budget else "no candidate came through"
    chosen, best = _chosen_and_best(verdict.rule, entrants)
    if chosen.kind == MAJORITY:
        return f"{_seen(best)} cannot show that anything was learned" if is_unsure(best) else "nothing was learned"
    share = f", and {names_right(chosen)}" if is_poor(chosen) else ""
    return _standing(verdict.rule, entrants, verdict.over_budget, verdict.merit) + share


def is_doubtful(rule: Rule, entrants: Sequence[Entrant]) -> bool:
    """Whether the verdict calls for a look before anybody relies on it."""
    chosen, best = _chosen_and_best(rule, entrants)
    return chosen.kind == MAJORITY or is_poor(chosen) or is_unsure(best)


def is_unsure(best: Scores) -> bool:
    """Whether val has too few images to tell the best from others that are clearly worse."""
    return best.val.expected_standard_error > UNSURE


def _chosen_and_best(rule: Rule, entrants: Sequence[Entrant]) -> tuple[Scores, Scores]:
    scores = {e.name: e.scores for e in entrants if e.scores}
    return scores[rule.good_enough[0]], scores[rule.best]


def _standing(rule: Rule, entrants: Sequence[Entrant], over_budget: Mapping[str, str], merit: Merit) -> str:
    """What the chosen one is among all; better means more right answers, or mistakes that cost less, as decided."""
    chosen, best = _chosen_and_best(rule, entrants)
    if is_unsure(best):
        asked, alike = " within the budget" if over_budget else "", len(rule.good_enough)
        if alike == 1:
            return f"{chosen.name} is the best{asked}, as far as {_seen(best)} can tell"
        return f"{chosen.name} is the cheapest of the {alike}{asked} that {_seen(best)} cannot tell apart"
    out = [one.scores for one in entrants if one.scores and one.name in over_budget]
    needed = merit.value(chosen) + merit.error(chosen)
    if any(merit.value(scores) > needed for scores in out):
        return f"{chosen.name} is the best within the budget"
    return f"{chosen.name} is as good as any of these" if is_poor(chosen) else f"{chosen.name} is enough"


def _seen(best: Scores) -> str:
    return f"{best.val.rows:,} val images"


def _hardly_told(rule: Rule, best: Scores, merit: Merit) -> str:
    return (
        f"On {_seen(best)} the standard error is {merit.gap(rule.standard_error)}: candidates must be further apart"
        " than that, better twice as far, for val to tell them apart. What decides is more pictures in all, of which"
        " val gets its share; four times as many halve it."
    )


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
