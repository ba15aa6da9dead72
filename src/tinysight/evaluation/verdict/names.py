"""Where names stand beside the dots of a drawing, so that none covers a dot, a whisker or another name."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

Place = tuple[float, float]  # in the units of the drawing, downwards
Parts = tuple[tuple[str, bool], ...]
LETTER = 7.4  # width of a character, in the larger type of a phone
LINE = 13.0  # its height
BASE = 4.0  # from the middle of a line down to where its letters stand
RADII = (10.0, 18.0, 28.0, 40.0, 54.0, 70.0, 90.0, 115.0)  # from a dot to its name
# degrees; the first that is free is taken: right, left, and so on to above and below
ANGLES = sorted(range(-165, 195, 15), key=lambda angle: (round(abs(math.sin(math.radians(angle))), 3), abs(angle)))
SWEEPS = 3  # over all names; from the second on each is placed beside all the others
NEAR = 18.0  # a name that stands farther off is led to by a line
COVERS = 1000.0  # for each thing that a place covers, as if it were so much farther off
LED_OVER = 200.0  # for a name that its leader passes under
ON_FRONT = 80.0  # for the front, which is a thin line
LED_PAST = 15.0  # for a mark that its leader passes over


@dataclass(frozen=True)
class Box:
    """An upright rectangle."""

    left: float
    top: float
    right: float
    bottom: float

    def meets(self, other: "Box") -> bool:
        """Whether they share more than an edge."""
        across = self.left < other.right and other.left < self.right
        return across and self.top < other.bottom and other.top < self.bottom

    def holds(self, other: "Box") -> bool:
        """Whether the other lies wholly inside."""
        across = self.left <= other.left and other.right <= self.right
        return across and self.top <= other.top and other.bottom <= self.bottom

    def crossed(self, start: Place, end: Place) -> bool:
        """Whether a straight line passes through."""
        enters, leaves = 0.0, 1.0  # as shares of its way
        for first, last, low, high in zip(start, end, (self.left, self.top), (self.right, self.bottom), strict=True):
            if first == last and not low < first < high:
                return False
            if first != last:
                shares = sorted(((low - first) / (last - first), (high - first) / (last - first)))
                enters, leaves = max(enters, shares[0]), min(leaves, shares[1])
        return enters < leaves


@dataclass(frozen=True)
class Name:
    """The text beside one dot, or beside two that nearly coincide.

    Attributes:
        parts: its text, and whether that names the chosen one.
        x: where its anchor (start, middle or end) lies.
        y: what its letters stand on.
        leader: the ends of a line from the dot to a name that stands far off; None for one that is near.
    """

    parts: Parts
    x: float
    y: float
    anchor: str
    leader: tuple[Place, Place] | None

    @property
    def box(self) -> Box:
        """What it covers at most."""
        width = LETTER * sum(len(text) for text, _ in self.parts)
        left = self.x - {"start": 0.0, "middle": width / 2, "end": width}[self.anchor]
        return Box(left, self.y - BASE - LINE / 2, left + width, self.y - BASE + LINE / 2)


@dataclass(frozen=True)
class Wanted:
    """A name to be placed beside the middle of its dot."""

    parts: Parts
    at: Place


@dataclass(frozen=True)
class Ground:
    """What names have to keep clear of; all but the front they must not cover."""

    inside: Box
    marks: Sequence[Box]
    front: Sequence[Place]


def place_names(wanted: Sequence[Wanted], ground: Ground) -> tuple[Name, ...]:
    """Gives each in turn the place that covers least, of these the nearest; then again, beside all the others."""
    placed: dict[int, Name] = {}
    for _ in range(SWEEPS):
        before = dict(placed)
        for place, one in enumerate(wanted):
            others = [name for other, name in placed.items() if other != place]
            placed[place] = _best(one, ground, others)
        if placed == before:
            break
    return tuple(placed.values())


def _best(wanted: Wanted, ground: Ground, others: Sequence[Name]) -> Name:
    """The nearest places first: no farther one can be better than the way to it."""
    best, least = _beside(wanted, RADII[0], ANGLES[0]), math.inf
    for radius in RADII:
        if least <= radius:
            break
        for name in (_beside(wanted, radius, angle) for angle in ANGLES):
            price = _price(name, wanted, ground, others)
            if price < least:
                best, least = name, price
    return best


def _beside(wanted: Wanted, radius: float, angle: float) -> Name:
    across, down = math.cos(math.radians(angle)), math.sin(math.radians(angle))
    anchor = "middle" if abs(angle) == 90 else "start" if across > 0 else "end"
    far = radius + (LINE / 2 if anchor == "middle" else 0)

    def at(away: float) -> Place:
        return round(wanted.at[0] + away * across, 1), round(wanted.at[1] + away * down, 1)

    x, y = at(far)
    leader = None if radius <= NEAR else (at(8), at(radius - 2))
    return Name(wanted.parts, x, round(y + BASE, 1), anchor, leader)


def _price(name: Name, wanted: Wanted, ground: Ground, placed: Sequence[Name]) -> float:
    """Of a place: the way to the name, and what it and its leader cover."""
    box, names = name.box, [other.box for other in placed]
    covers = sum(box.meets(one) for one in (*ground.marks, *names)) + (not ground.inside.holds(box))
    led_over = sum(box.crossed(*other.leader) for other in placed if other.leader)
    led_over += sum(one.crossed(*name.leader) for one in names) if name.leader else 0
    led_past = sum(one.crossed(*name.leader) for one in ground.marks) if name.leader else 0
    on_front = sum(box.crossed(*ends) for ends in pairwise(ground.front))
    way = math.dist(wanted.at, (name.x, name.y - BASE))
    return way + COVERS * covers + LED_OVER * led_over + ON_FRONT * on_front + LED_PAST * led_past
