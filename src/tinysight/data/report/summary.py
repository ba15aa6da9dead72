"""The answer first: is the data set fit to train on, and what is worth a look."""

from collections.abc import Sequence

from tinysight.data.report.content import Summary
from tinysight.data.report.titles import gravest_first
from tinysight.data.violation import Violation

MOST = 3  # things to look at first; more is a list that nobody begins with


def summarise(findings: Sequence[Violation], problem: str) -> Summary:
    """The verdict on a data set.

    Args:
        findings: what the checks found.
        problem: why it cannot be divided, else empty.
    """
    ordered = gravest_first(findings)
    errors = [found for found in ordered if found.level == "error"]
    warnings = [found for found in ordered if found.level == "warning"]
    first = tuple(dict.fromkeys(found.check for found in [*errors, *warnings]))[:MOST]
    if errors:
        return Summary("unfit", f"Not fit to train on yet: {_things(len(errors))} must be put right first.", first)
    if problem:
        return Summary("unfit", "Not fit to train on yet: it cannot be divided.", first)
    if warnings:
        return Summary("look", f"Fit to train on, with {_things(len(warnings))} to look at.", first)
    return Summary("fit", "Fit to train on. Nothing stands in the way.", first)


def _things(count: int) -> str:
    return "one thing" if count == 1 else f"{count} things"
