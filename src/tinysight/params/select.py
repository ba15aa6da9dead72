"""The section `select`: what counts as good enough, what a mistake costs, and what a candidate may cost."""

from typing import Annotated

from pydantic import AfterValidator, Field

from tinysight.params.section import Section

ErrorCosts = dict[str, dict[str, Annotated[float, Field(ge=0, allow_inf_nan=False)]]]


def _without_right_answers(costs: ErrorCosts) -> ErrorCosts:
    """Right answers cost nothing, so that a figure for one is a slip."""
    wrong = [name for name, row in costs.items() if row.get(name)]
    if wrong:
        raise ValueError(f"a right answer costs nothing, but {wrong[0]} taken for {wrong[0]} has a cost; remove it")
    return costs


class BudgetParams(Section):
    """What a deployed candidate may take at most; null is no limit."""

    memory_mb: Annotated[float, Field(gt=0)] | None
    file_mb: Annotated[float, Field(gt=0)] | None
    p99_ms: Annotated[float, Field(gt=0)] | None


class SelectParams(Section):
    """The rule of the verdict.

    Attributes:
        standard_errors: how far below the best on val still counts as good enough.
        error_costs: true class → answered class → what that mistake costs; one that is not named costs 1. Null
            judges by the share of right answers.
        budget: what a candidate may cost.
    """

    standard_errors: Annotated[float, Field(ge=0)]
    error_costs: Annotated[ErrorCosts, AfterValidator(_without_right_answers)] | None
    budget: BudgetParams
