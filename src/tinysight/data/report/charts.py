"""Where the marks of the page's charts stand, in the units of their drawings."""

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from tinysight.data.report.content import Size

WIDTH, HEIGHT = 360.0, 300.0
LEFT, RIGHT, TOP, BOTTOM = 46.0, 12.0, 12.0, 34.0  # margins around the dots
CELLS = 36  # dots nearer than this part of the drawing are one dot
SMALLEST_DOT, LARGEST_DOT = 2.5, 13.0
ASPECT_NAMES = ("1:3", "1:2", "2:3", "3:4", "1:1", "4:3", "3:2", "2:1", "3:1")


@dataclass(frozen=True)
class Dot:
    """Pictures of about one size."""

    x: float
    y: float
    radius: float
    label: str


@dataclass(frozen=True)
class Tick:
    """A place on an axis."""

    place: float
    label: str


@dataclass(frozen=True)
class Scatter:
    """Widths across, heights up, both logarithmic.

    Attributes:
        model_x: where the width that the model sees stands.
        model_y: where its height stands.
    """

    dots: tuple[Dot, ...]
    across: tuple[Tick, ...]
    up: tuple[Tick, ...]
    model_x: float
    model_y: float


@dataclass(frozen=True)
class Bar:
    """One bar; its height is a share of the highest one's."""

    label: str
    count: int
    height: float


def draw_sizes(sizes: Sequence[Size], image_size: int) -> Scatter:
    """Sizes of pictures; a larger dot is more of them."""
    lengths = [image_size, *(length for size in sizes for length in (size.width, size.height))]
    low, high = math.log(min(lengths) / 1.4), math.log(max(lengths) * 1.4)

    def place(length: float) -> float:
        return (math.log(length) - low) / (high - low)

    def x(length: float) -> float:
        return round(LEFT + place(length) * (WIDTH - LEFT - RIGHT), 1)

    def y(length: float) -> float:
        return round(HEIGHT - BOTTOM - place(length) * (HEIGHT - TOP - BOTTOM), 1)

    cells: Counter[tuple[int, int]] = Counter()
    first: dict[tuple[int, int], Size] = {}
    for size in sizes:
        cell = round(place(size.width) * CELLS), round(place(size.height) * CELLS)
        cells[cell] += size.pictures
        first.setdefault(cell, size)
    most = max(cells.values(), default=1)
    dots = [_dot(x(first[c].width), y(first[c].height), n, most, first[c]) for c, n in cells.most_common()]
    ticks = _ticks(math.exp(low), math.exp(high))
    across, up = (tuple(Tick(axis(t), f"{t:,}") for t in ticks) for axis in (x, y))
    return Scatter(tuple(dots), across, up, x(image_size), y(image_size))


def draw_bars(counts: Sequence[int], labels: Sequence[str]) -> tuple[Bar, ...]:
    """One bar for each count."""
    most = max([1, *counts])
    return tuple(Bar(label, count, count / most) for label, count in zip(labels, counts, strict=True))


def _dot(x: float, y: float, pictures: int, most: int, size: Size) -> Dot:
    radius = max(SMALLEST_DOT, LARGEST_DOT * math.sqrt(pictures / most))
    label = f"{pictures:,} of about {size.width} × {size.height}"
    return Dot(x, y, round(radius, 1), label)


def _ticks(low: float, high: float) -> list[int]:
    """1, 2, 5, 10, … between two lengths; fewer where there would be many."""
    all_ticks = [step * 10**power for power in range(6) for step in (1, 2, 5)]
    inside = [tick for tick in all_ticks if low <= tick <= high]
    return inside if len(inside) <= 6 else [tick for tick in inside if str(tick)[0] == "1"]
