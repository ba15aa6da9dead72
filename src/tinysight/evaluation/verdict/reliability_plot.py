"""Where the marks of the reliability diagram stand, in the units of the drawing."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from tinysight.evaluation.scores import Bin
from tinysight.evaluation.verdict.plots import Tick, steps

SQUARE = 300.0  # of the diagram


@dataclass(frozen=True)
class Reliability:
    """Two lines in a square, and what the axes show."""

    before: str
    after: str
    dots: tuple[tuple[float, float], ...]
    ticks: tuple[Tick, ...]
    start: float


def place_reliability(before: Sequence[Bin], after: Sequence[Bin]) -> Reliability:
    """How often it is right, up, against how sure it is, across; both axes begin at the same share."""
    least = min(min(one.confidence, one.accuracy) for one in (*before, *after))
    start = max(0.0, min(0.9, math.floor(least * 10) / 10))

    def place(share: float) -> float:
        return round((share - start) / (1 - start) * (SQUARE - 52), 1)

    def at(one: Bin) -> tuple[float, float]:
        return round(42 + place(one.confidence), 1), round(SQUARE - 36 - place(one.accuracy), 1)

    lines = [" ".join(f"{x},{y}" for x, y in map(at, bins)) for bins in (before, after)]
    ticks = tuple(Tick(place(share), f"{share:.0%}") for share in steps(start))
    return Reliability(lines[0], lines[1], tuple(map(at, after)), ticks, start)
