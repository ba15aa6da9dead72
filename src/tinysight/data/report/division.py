"""How the data set is divided, what was asked for, and how far chance alone takes it from that."""

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict

from tinysight.data.imageset import Sample
from tinysight.data.leak_audit import audit_split
from tinysight.data.placing import Group, collect
from tinysight.data.report.content import Division, SideSummary
from tinysight.data.sides import SIDES
from tinysight.data.splits import assign
from tinysight.errors import DataError
from tinysight.params import SplitParams
from tinysight.params.dataset import Leaks

SURE = 1.96  # standard errors that chance stays within 19 times in 20


def divide(
    samples: Sequence[Sample], groups: Sequence[int], fractions: SplitParams, leaks: Leaks = "refuse"
) -> tuple[Division, tuple[str, ...]]:
    """The split that stage split makes of the same samples and groups.

    Args:
        samples: N rows.
        groups: (N,) numbers; rows of one number stay together.
        fractions: what was asked for.
        leaks: what is done about groups that the source put on two sides.

    Returns:
        what it is like, and the side of each row; empty for a row on none.
    """
    collected = collect(samples, groups)
    grouped = sum(len(group.rows) for group in collected if len(group.rows) > 1)
    refused = [group for group in collected if len(group.given) > 1 and leaks == "refuse"]
    leaking = tuple(tuple(samples[row].path for row in group.rows) for group in refused)
    try:
        split, exceptions = assign(samples, groups, fractions, leaks)
    except DataError as error:
        given = tuple(sample.split for sample in samples)
        return Division(str(error), (), len(collected), grouped, (), leaking, {}), given
    audit = audit_split(split.sides(), samples, groups)
    of_row = {int(row): side for side, rows in split.sides().items() for row in rows}
    sides = tuple(of_row.get(row, "") for row in range(len(samples)))
    summaries = _summaries(sides, collected, samples, fractions)
    compared = {name: count for name, count in asdict(audit).items() if name != "examples"}
    return Division("", summaries, len(collected), grouped, tuple(exceptions), leaking, compared), sides


def _summaries(
    sides: Sequence[str], groups: Sequence[Group], samples: Sequence[Sample], fractions: SplitParams
) -> tuple[SideSummary, ...]:
    given = {sample.split for sample in samples}
    asked = {side: getattr(fractions, side) for side in SIDES if side == "train" or side not in given}
    chances = {side: share / sum(asked.values()) for side, share in asked.items()}
    free = [group for group in groups if not group.given]
    placed, moved = Counter(sides), Counter(sides[row] for group in free for row in group.rows)
    total = max(1, len(sides) - placed[""])
    summaries = []
    for side in SIDES:
        mean, deviation = _expected(side, free, chances)
        fixed = placed[side] - moved[side]
        low, high = ((fixed + mean + sign * SURE * deviation) / total for sign in (-1, 1))
        wanted = None if side in given else asked[side]
        share = placed[side] / total
        summaries.append(SideSummary(side, wanted, placed[side], share, max(0.0, low), min(1.0, high)))
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
