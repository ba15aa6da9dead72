"""What a candidate may cost, as the user states it in select.budget."""

from collections.abc import Sequence

from tinysight.evaluation.scores import Cost
from tinysight.evaluation.selection import Entrant
from tinysight.evaluation.wording import duration_ms, file_size, memory
from tinysight.params import BudgetParams


def over_budget(entrants: Sequence[Entrant], budget: BudgetParams) -> dict[str, str]:
    """The candidates that are not shown to keep within what is allowed, by name, with what is too much or not known.

    Memory is the service's with one worker, by its proportional set size as it is where nothing else runs. A process
    that only loads the model takes about half of that, and so does not stand in for it: where there is a limit and the
    service was not measured, nobody knows whether it is kept: it is not.
    """
    found = {entrant.name: _excess(entrant.scores.cost, budget) for entrant in entrants if entrant.scores}
    return {name: ", ".join(reasons) for name, reasons in found.items() if reasons}


def _excess(cost: Cost, budget: BudgetParams) -> list[str]:
    reasons, taken = [], cost.service_mb
    if budget.memory_mb is not None and taken is None:
        reasons.append(f"memory of the service not measured, of {budget.memory_mb:g} MB")
    elif budget.memory_mb is not None and taken is not None and taken > budget.memory_mb:
        reasons.append(f"memory {memory(taken)} of {budget.memory_mb:g} MB")
    if budget.file_mb is not None and cost.file_bytes > budget.file_mb * 1e6:
        reasons.append(f"file {file_size(cost.file_bytes)} of {budget.file_mb:g} MB")
    if budget.p99_ms is not None and cost.p99_ms > budget.p99_ms:
        reasons.append(f"slowest of 100 pictures {duration_ms(cost.p99_ms)} of {budget.p99_ms:g} ms")
    return reasons
