"""Which candidate is enough: the cheapest one that val cannot tell from the best."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Self

from pydantic import Field

from tinysight.evaluation.error_costs import ErrorCost
from tinysight.evaluation.merits import RIGHT_ANSWERS, By, CheapMistakes, Merit
from tinysight.evaluation.scores import Cost, Record, Scores, SplitScores

EPSILON = 1e-12  # of a share or a cost: sums of floats in another order are not another accuracy


@dataclass(frozen=True)
class Entrant:
    """A candidate as select sees it.

    Attributes:
        name: its key in params.yaml.
        kind: what it is.
        scores: None if it failed.
        reason: why it failed.
    """

    name: str
    kind: str
    scores: Scores | None
    reason: str = ""


class Figures(Record):
    """The part of a side's scores that the verdict repeats."""

    rows: int
    accuracy: float
    interval: tuple[float, float]
    macro_f1: float
    expected_calibration_error: float
    expected_accuracy: float
    expected_interval: tuple[float, float]
    expected_standard_error: float

    @classmethod
    def of(cls, scores: SplitScores) -> Self:
        """The same figures as in scores.json."""
        return cls.model_validate(scores.model_dump())


class Candidate(Record):
    """One rung of the ladder in the verdict; a failed one has a reason and nothing else.

    error_cost is there where the user has said what mistakes cost.
    """

    name: str
    kind: str
    status: Literal["ok", "failed"]
    reason: str
    val: Figures | None
    test: Figures | None
    cost: Cost | None
    error_cost: ErrorCost | None = None


class Rule(Record):
    """What decided, all on val and under the expected warps.

    Attributes:
        best: the candidate with the highest expected_accuracy, or lowest error_cost; of equals, the cheapest.
        standard_errors: how many of them below the best still count as good enough.
        standard_error: of the best's figure.
        needed: the lowest expected_accuracy, or highest error_cost, that is good enough.
        good_enough: who has it, cheapest first.
        by: which of the two decided.
    """

    best: str
    standard_errors: float
    standard_error: float
    needed: float
    good_enough: list[str]
    by: By = "expected_accuracy"


class Verdict(Record):
    """All of verdict.json; over_budget says who was out because of its cost, and what was too much or not known."""

    schema_: Literal[1] = Field(default=1, alias="schema")
    chosen: str | None
    why: str
    rule: Rule | None
    candidates: list[Candidate]
    over_budget: dict[str, str] = Field(default={})

    @property
    def merit(self) -> Merit:
        """By what the candidates were compared: what their mistakes cost where that is known."""
        costs = {one.name: one.error_cost for one in self.candidates if one.error_cost}
        return CheapMistakes(costs) if costs else RIGHT_ANSWERS


def choose(entrants: Sequence[Entrant], standard_errors: float, merit: Merit = RIGHT_ANSWERS) -> Rule | None:
    """Applies the rule: within so many standard errors of the best on val, the cheapest.

    The standard error is the best's own, over rows. Cheapest is fewest multiply-adds, then fewest
    bytes, then the first name. The test side is not looked at.

    Args:
        entrants: all candidates.
        standard_errors: from the section select.
        merit: by what they are compared.

    Returns:
        The rule with its figures, its first good_enough being the choice; None if every candidate
        failed.
    """
    cheapest_first = sorted((e.scores for e in entrants if e.scores), key=_price)
    if not cheapest_first:
        return None
    best = max(cheapest_first, key=merit.value)  # of equals the first
    error = merit.error(best)
    needed = merit.value(best) - standard_errors * error
    return Rule(
        best=best.name,
        standard_errors=standard_errors,
        standard_error=error,
        needed=merit.figure(needed),
        good_enough=[s.name for s in cheapest_first if merit.value(s) >= needed - EPSILON],
        by=merit.by,
    )


def in_verdict(entrant: Entrant, error_cost: ErrorCost | None = None) -> Candidate:
    """The candidate as verdict.json shows it."""
    scores = entrant.scores
    return Candidate(
        name=entrant.name,
        kind=entrant.kind,
        status="ok" if scores else "failed",
        reason=entrant.reason,
        val=Figures.of(scores.val) if scores else None,
        test=Figures.of(scores.test) if scores else None,
        cost=scores.cost if scores else None,
        error_cost=error_cost,
    )


def _price(scores: Scores) -> tuple[int, int, str]:
    return scores.cost.multiply_adds, scores.cost.file_bytes, scores.name
