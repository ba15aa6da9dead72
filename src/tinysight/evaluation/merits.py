"""By what candidates are compared, and the words for it: right answers, or what the wrong ones cost.

Both are taken from val, moved; the larger a value, the better the candidate.
"""

from collections.abc import Mapping
from typing import Literal

from tinysight.evaluation.error_costs import FIELD, ErrorCost
from tinysight.evaluation.scores import Scores
from tinysight.evaluation.wording import cost, motion, percent, points
from tinysight.params import ExpectedParams

POOR = 0.6  # a smaller share of right answers is called enough of no candidate
By = Literal["expected_accuracy", "error_cost"]


def is_poor(scores: Scores) -> bool:
    """Whether so few answers are right that nobody says that they are enough."""
    return scores.val.expected_accuracy < POOR


def names_right(scores: Scores) -> str:
    """Names 95.2 % right; of a poor candidate: names only 42.0 % right."""
    return f"names {'only ' if is_poor(scores) else ''}{percent(scores.val.expected_accuracy)} right"


class RightAnswers:
    """Compares by the share of right answers."""

    by: By = "expected_accuracy"

    def value(self, scores: Scores) -> float:
        """The share of a candidate's right answers."""
        return scores.val.expected_accuracy

    def error(self, scores: Scores) -> float:
        """The standard error of the value."""
        return scores.val.expected_standard_error

    def figure(self, value: float) -> float:
        """A value as verdict.json has it."""
        return value

    def gap(self, difference: float) -> str:
        """The size of a difference of two values, in words."""
        return points(difference)

    def answer(self, scores: Scores, expected: ExpectedParams) -> str:
        """What the candidate reaches, as it goes on after its name and a colon."""
        return f"of the {scores.val.rows:,} val images, {motion(expected)}, it {names_right(scores)}"

    def lead(self, best: Scores, scores: Scores) -> str:
        """What the best reaches and by how much it leads, as a sentence begins."""
        ahead = points(self.value(best) - self.value(scores))
        return f"The best, {best.name}, names {percent(self.value(best))}: {ahead} more"

    def unbeaten(self, next_best: Scores | None) -> str:
        """That nobody is better; up to what the best of the cheaper ones reaches, where there is one."""
        if next_best is None:
            return "No candidate names more, and none that names as many is cheaper."
        share = percent(self.value(next_best))
        return f"No candidate names more; the best of the cheaper ones, {next_best.name}, names {share}"

    def compared(self, difference: float) -> str:
        """By how much a candidate is better than another one, up to what it needs for that."""
        return f"it names {points(difference)} {'more' if difference >= 0 else 'less'} right and needs"


class CheapMistakes:
    """Compares by what mistakes cost on average, as the user weighs them; its methods are those of RightAnswers."""

    by: By = "error_cost"

    def __init__(self, costs: Mapping[str, ErrorCost]) -> None:
        """Takes what the mistakes of each candidate cost, by its name."""
        self._costs = costs

    def value(self, scores: Scores) -> float:
        """The mean cost, below zero."""
        return -self._costs[scores.name].val.mean

    def error(self, scores: Scores) -> float:
        """The standard error of the value."""
        return self._costs[scores.name].val.standard_error

    def figure(self, value: float) -> float:
        """The mean cost."""
        return -value

    def gap(self, difference: float) -> str:
        """The size of a difference, in the user's unit."""
        return cost(abs(difference))

    def answer(self, scores: Scores, expected: ExpectedParams) -> str:
        """What its mistakes cost."""
        return (
            f"on the {scores.val.rows:,} val images, {motion(expected)}, its mistakes cost {self._mean(scores)} a"
            f" picture as {FIELD} weighs them, and it {names_right(scores)}"
        )

    def lead(self, best: Scores, scores: Scores) -> str:
        """What those of the best cost."""
        ahead = self.gap(self.value(best) - self.value(scores))
        return f"Those of the best, {best.name}, cost {self._mean(best)}: {ahead} less"

    def unbeaten(self, next_best: Scores | None) -> str:
        """That nobody's cost less."""
        if next_best is None:
            return "No candidate's mistakes cost less, and none is cheaper whose mistakes cost as little."
        name, mean = next_best.name, self._mean(next_best)
        return f"No candidate's mistakes cost less; those of the best of the cheaper ones, {name}, cost {mean}"

    def compared(self, difference: float) -> str:
        """By how much its mistakes cost less."""
        return f"its mistakes cost {self.gap(difference)} {'less' if difference >= 0 else 'more'} and it needs"

    def _mean(self, scores: Scores) -> str:
        return cost(self._costs[scores.name].val.mean)


Merit = RightAnswers | CheapMistakes

RIGHT_ANSWERS = RightAnswers()
