"""How the data set is divided, what was asked for, and how far chance alone takes it from that."""

import math
from collections import Counter
from collections.abc import Sequence

from tinysight.data.imageset import Sample
from tinysight.data.placing import Group, collect
from tinysight.data.report.content import Division, SideSummary
from tinysight.data.sides import SIDES
from tinysight.data.splits import Split, assign
from tinysight.errors import DataError
from tinysight.params import SplitParams

SURE = 1.96  # standard errors that chance stays within 19 times in 20


def divide(
    samples: Sequence[Sample], groups: Sequence[int], fractions: SplitParams
) -> tuple[Division, tuple[str, ...]]:
    """The split that stage split makes of the same samples and groups.

    Args:
        samples: N rows.
        groups: (N,) numbers; rows of one number stay together.
        fractions: what was asked for.

    Returns:
        what it is like, and the side of each row; empty for a row on none.
    """
    collected = collect(samples, groups)
    leaks = tuple(tuple(samples[row].path for row in group.rows) for group in collected if len(group.given) > 1)
    grouped = sum(len(group.rows) for group in collected if len(group.rows) > 1)
    try:
        split, exceptions = assign(samples, groups, fractions)
    except DataError as error:
        nowhere = tuple(sample.split for sample in samples)
        return Division(str(error), (), len(collected), grouped, (), leaks), nowhere
    sides = _summaries(split, collected, samples, fractions)
    of_row = {int(row): side for side, rows in split.sides().items() for row in rows}
    division = Division("", sides, len(collected), grouped, tuple(exceptions), leaks)
    return division, tuple(of_row.get(row, "") for row in range(len(samples)))


def _summaries(
    split: Split, groups: Sequence[Group], samples: Sequence[Sample], fractions: SplitParams
) -> tuple[SideSummary, ...]:
    given = Counter(sample.split for sample in samples if sample.split)
    asked = {side: getattr(fractions, side) for side in SIDES if side == "train" or not given[side]}
    chances = {side: share / sum(asked.values()) for side, share in asked.items()}
    free = [group for group in groups if not group.given]
    placed = {side: len(rows) for side, rows in split.sides().items()}
    total = max(1, sum(placed.values()))
    summaries = []
    for side in SIDES:
        mean, deviation = _expected(side, free, chances)
        low, high = ((given[side] + mean + sign * SURE * deviation) / total for sign in (-1, 1))
        summaries.append(
            SideSummary(side, None if given[side] else asked[side], placed[side], placed[side] / total,
                        max(0.0, low), min(1.0, high))
        )  # fmt: skip
    return tuple(summaries)


def _expected(side: str, groups: Sequence[Group], chances: dict[str, float]) -> tuple[float, float]:
    """Mean and standard deviation of the number of pictures that chance puts on a side.

    Groups move as one. One of several keys stands on a side only if all keys agree, else on train.
    """
    mean = variance = 0.0
    for group in groups:
        agreed = {name: share ** len(group.keys) for name, share in chances.items()}
        chance = agreed.get(side, 0.0) + (1 - sum(agreed.values()) if side == "train" else 0.0)
        mean += chance * len(group.rows)
        variance += chance * (1 - chance) * len(group.rows) ** 2
    return mean, math.sqrt(variance)
