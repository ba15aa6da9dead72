"""Where the marks of the verdict's drawings stand, in the units of the drawings."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tinysight.evaluation.curves import EXPECTED
from tinysight.evaluation.explanation import MAJORITY
from tinysight.evaluation.robustness import stated_levels
from tinysight.evaluation.score_figures import level_text
from tinysight.evaluation.scores import Curve, Scores
from tinysight.evaluation.verdict.names import Box, Ground, Name, Place, Wanted, place_names
from tinysight.evaluation.wording import count, percent, percent_range
from tinysight.params import ExpectedParams
from tinysight.paths import INT8, candidate_of, is_int8

WIDE, HIGH = 640.0, 340.0  # of accuracy against cost
LEFT, RIGHT, TOP, BOTTOM = 52.0, 16.0, 14.0, 42.0
CURVE_WIDE, CURVE_HIGH = 260.0, 150.0  # of one robustness curve
Axis = Callable[[float], float]
TOUCHING = 8.0  # between a candidate's dot and its 8-bit file's, up to which both have one name


@dataclass(frozen=True)
class Tick:
    """A place on an axis."""

    place: float
    label: str


@dataclass(frozen=True)
class Dot:
    """A candidate in the drawing of accuracy against cost, with its 95 % interval."""

    name: str
    colour: int
    int8: bool
    x: float
    y: float
    low: float
    high: float
    chosen: bool
    title: str

    @property
    def marks(self) -> tuple[Box, Box]:
        """What the dot and its interval cover."""
        radius = 9.0 if self.chosen else 7.0
        round_it = Box(self.x - radius, self.y - radius, self.x + radius, self.y + radius)
        return round_it, Box(self.x - 1, self.high, self.x + 1, self.low)


@dataclass(frozen=True)
class Plane:
    """Accuracy against multiply-adds.

    Attributes:
        front: the line of those that nobody beats in both.
        below: names of those that are so far below the others that they are left out.
    """

    dots: tuple[Dot, ...]
    names: tuple[Name, ...]
    front: tuple[Place, ...]
    below: tuple[str, ...]
    across: tuple[Tick, ...]
    up: tuple[Tick, ...]


@dataclass(frozen=True)
class Line:
    """One candidate's curve as the points of an SVG polyline."""

    name: str
    colour: int
    points: str
    int8: bool
    chosen: bool
    title: str


@dataclass(frozen=True)
class CurvePlot:
    """All candidates' curves under one kind of distortion; mark is where the user's own expectation lies."""

    kind: str
    lines: tuple[Line, ...]
    across: tuple[Tick, ...]
    mark: float | None


def place_candidates(entrants: Sequence[Scores], chosen: str, colours: dict[str, int]) -> Plane:
    """Accuracy when moved, on val, against multiply-adds on a logarithmic axis.

    Args:
        entrants: the candidates that came through.
        chosen: the one to stress.
        colours: each candidate's number.
    """
    floor = _floor(entrants)
    below = tuple(scores.name for scores in entrants if scores.val.expected_accuracy < floor)
    entrants = [scores for scores in entrants if scores.name not in below]
    costs = [max(1, scores.cost.multiply_adds) for scores in entrants]
    low, high = math.log10(min(costs)) - 0.3, math.log10(max(costs)) + 0.5

    def x(cost: float) -> float:
        return round(LEFT + (math.log10(max(1, cost)) - low) / (high - low) * (WIDE - LEFT - RIGHT), 1)

    def y(share: float) -> float:
        return round(TOP + (1 - share) / (1 - floor) * (HIGH - TOP - BOTTOM), 1)

    ordered = sorted(entrants, key=lambda one: (one.name != chosen, one.cost.multiply_adds))
    dots = tuple(_dot(scores, chosen, colours[scores.name], (x, y)) for scores in ordered)
    front = tuple((x(s.cost.multiply_adds), y(s.val.expected_accuracy)) for s in pareto(entrants))
    ground = Ground(Box(LEFT, 2, WIDE, HIGH - BOTTOM), [mark for dot in dots for mark in dot.marks], front)
    powers = range(math.ceil(low), math.floor(high) + 1)
    return Plane(
        dots=dots,
        names=place_names(_wanted(dots), ground),
        front=front,
        below=below,
        across=tuple(Tick(x(10**power), count(10**power)) for power in powers),
        up=tuple(Tick(y(share), f"{share:.0%}") for share in steps(floor)),
    )


def pareto(entrants: Sequence[Scores]) -> list[Scores]:
    """The candidates than which no cheaper one is as good, the cheapest first."""
    front: list[Scores] = []
    for scores in sorted(entrants, key=lambda s: (s.cost.multiply_adds, s.cost.file_bytes, s.name)):
        if not front or scores.val.expected_accuracy > front[-1].val.expected_accuracy:
            front.append(scores)
    return front


def _floor(entrants: Sequence[Scores]) -> float:
    """Where the upward axis begins: below everybody, but for whom all the others would be pressed into one line."""
    least = [scores.val.expected_interval[0] for scores in entrants if scores.kind != MAJORITY]
    return max(0.0, math.floor(min(least, default=0.0) * 10) / 10)


def _dot(scores: Scores, chosen: str, colour: int, axes: tuple[Axis, Axis]) -> Dot:
    x, y = axes
    title = f"{scores.name}: {percent(scores.val.expected_accuracy)} ({percent_range(scores.val.expected_interval)})"
    return Dot(
        name=scores.name,
        colour=colour,
        int8=is_int8(scores.name),
        x=x(scores.cost.multiply_adds),
        y=y(scores.val.expected_accuracy),
        low=y(scores.val.expected_interval[0]),
        high=y(scores.val.expected_interval[1]),
        chosen=scores.name == chosen,
        title=title,
    )


def _wanted(dots: Sequence[Dot]) -> list[Wanted]:
    """A name for each dot; one for a candidate and its 8-bit file that nearly coincide."""
    by_name = {dot.name: dot for dot in dots}
    found: dict[str, Wanted] = {}
    for dot in dots:
        candidate = candidate_of(dot.name)
        whole, int8 = by_name.get(candidate), by_name.get(candidate + INT8)
        if whole and int8 and math.dist((whole.x, whole.y), (int8.x, int8.y)) <= TOUCHING:
            parts = ((whole.name, whole.chosen), (", ", False), (INT8, int8.chosen))
            found[candidate] = Wanted(parts, ((whole.x + int8.x) / 2, (whole.y + int8.y) / 2))
        else:
            found[dot.name] = Wanted(((dot.name, dot.chosen),), (dot.x, dot.y))
    return list(found.values())


def place_curves(
    entrants: Sequence[Scores], chosen: str, colours: dict[str, int], expected: ExpectedParams
) -> tuple[CurvePlot, ...]:
    """One drawing for each kind of distortion that every candidate has a curve of; the chosen one is drawn last."""
    ordered = sorted(entrants, key=lambda scores: scores.name == chosen)
    marks = {**stated_levels(expected), EXPECTED: 1.0}
    kinds = [curve.kind for curve in ordered[-1].curves]
    plots = []
    for kind in kinds:
        found = [(s, curve) for s in ordered for curve in s.curves if curve.kind == kind]
        lines = tuple(_line(s.name, colours[s.name], curve, chosen) for s, curve in found)
        first = found[0][1]
        ticks = tuple(
            Tick(_step(place, len(first.points)), level_text(p.level, first.unit))
            for place, p in enumerate(first.points)
        )
        plots.append(CurvePlot(kind, lines, ticks, _mark([p.level for p in first.points], marks.get(kind))))
    return tuple(plots)


def _line(name: str, colour: int, curve: Curve, chosen: str) -> Line:
    count_of = len(curve.points)
    points = " ".join(f"{_step(i, count_of)},{curve_y(p.accuracy)}" for i, p in enumerate(curve.points))
    shares = ", ".join(f"{level_text(p.level, curve.unit)}: {percent(p.accuracy)}" for p in curve.points)
    return Line(name, colour, points, is_int8(name), name == chosen, f"{name}: {shares}")


def curve_y(share: float) -> float:
    """Where a share stands in the drawing of a curve."""
    return round(8 + (1 - share) * (CURVE_HIGH - 30), 1)


def _step(place: float, number: int) -> float:
    return round(34 + place / (number - 1) * (CURVE_WIDE - 56), 1)


def _mark(levels: Sequence[float], expected: float | None) -> float | None:
    """Where an expectation lies between the levels; None where none is stated or it lies beyond them."""
    if expected is None:
        return None
    rising = levels if levels[-1] > levels[0] else [-level for level in levels]  # a JPEG's quality falls
    sought = expected if rising is levels else -expected
    if not rising[0] < sought <= rising[-1]:
        return None
    after = next(place for place, level in enumerate(rising) if level >= sought)
    share = (sought - rising[after - 1]) / (rising[after] - rising[after - 1])
    return _step(after - 1 + share, len(levels))


def steps(floor: float) -> list[float]:
    """Four to eleven round shares from floor to 1."""
    step = 0.02 if floor >= 0.9 else 0.05 if floor >= 0.7 else 0.1 if floor >= 0.5 else 0.2
    number = round((1 - floor) / step)
    return [1 - step * place for place in range(number + 1)]
