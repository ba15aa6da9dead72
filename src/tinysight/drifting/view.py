"""What the page of `tinysight drift` shows: bands on one scale, pictures of both sides, what to do next."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PIL import Image

from tinysight.data.report.thumbnails import Thumbnail, shrunk_to
from tinysight.drift.measures import NAMES, STATISTICS, Values
from tinysight.drift.window import CLASSES, Finding
from tinysight.drifting.judged import Judged, Sided
from tinysight.drifting.outcome import probability
from tinysight.errors import DataError
from tinysight.imaging import Decoding, decode_image

LOW, MIDDLE, HIGH = 0.1, 0.5, 0.9
PARTS = {LOW: "now, the low end", MIDDLE: "now", HIGH: "now, the high end"}
SHOWN = 4  # statistics with pictures
OF_EACH = 5  # pictures of a side
SIDE, BYTES = 128, 6000  # pixels and bytes of a thumbnail


@dataclass(frozen=True)
class Band:
    """Where eight of ten values lie, and the middle one; shares of the scale, and the middle one's own value."""

    low: float
    high: float
    middle: float
    value: str


@dataclass(frozen=True)
class Row:
    """One statistic on its own scale."""

    name: str
    meaning: str
    drifted: bool
    p: str
    before: Band
    now: Band


@dataclass(frozen=True)
class Share:
    """One class; shares of all pictures, and of the longest bar."""

    name: str
    before: float
    now: float
    before_width: float
    now_width: float


@dataclass(frozen=True)
class Pictured:
    """A picture with its value."""

    thumbnail: Thumbnail
    value: str


@dataclass(frozen=True)
class Example:
    """A statistic that has changed, with usual pictures of before, and of now those from where it changed most."""

    name: str
    part: str
    before: tuple[Pictured, ...]
    now: tuple[Pictured, ...]


def rows(judged: Judged) -> list[Row]:
    """All statistics with a scale, the surest change first."""
    return [_row(judged, finding) for finding in judged.comparison.findings if finding.name in NAMES]


def classes(judged: Judged) -> tuple[list[Share], Finding | None]:
    """The share of each class, and whether they have changed; None where they may."""
    shares = judged.class_shares()
    longest = max([0.001, *(max(before, now) for _, before, now in shares)])
    found = next((one for one in judged.comparison.findings if one.name == CLASSES), None)
    return [Share(name, before, now, before / longest, now / longest) for name, before, now in shares], found


def examples(judged: Judged) -> list[Example]:
    """Pictures of what has changed most surely, or of nothing in particular where nothing has."""
    named = [one.name for one in judged.comparison.findings if one.drifted and one.name in NAMES][:SHOWN]
    made = [_example(judged, name) for name in named]
    return [example for example in made if example.now]


def _row(judged: Judged, finding: Finding) -> Row:
    place = NAMES.index(finding.name)
    before = [judged.reference.quantile(place, share) for share in (LOW, MIDDLE, HIGH)]
    now = np.quantile(judged.now.values[:, place], [LOW, MIDDLE, HIGH]).tolist()
    least, most = min(*before, *now), max(*before, *now)
    margin = (most - least) * 0.08 or 1.0
    bands = [_band(three, least - margin, most + margin) for three in (before, now)]
    return Row(finding.name, STATISTICS[place].meaning, finding.drifted, probability(finding.p), *bands)


def _band(three: Sequence[float], least: float, most: float) -> Band:
    low, middle, high = ((value - least) / (most - least) for value in three)
    return Band(low, high, middle, f"{three[1]:.3g}" if abs(three[1]) < 100 else f"{three[1]:.0f}")


def _example(judged: Judged, name: str) -> Example:
    """Where one picture in five has changed, the middle one has not: so the end that moved farthest is shown."""
    place = NAMES.index(name)
    values = judged.now.values[:, place]
    before = {share: judged.reference.quantile(place, share) for share in PARTS}
    now = {share: float(np.quantile(values, share)) for share in PARTS}
    farthest = max((MIDDLE, LOW, HIGH), key=lambda share: abs(now[share] - before[share]))
    shown = _nearest(judged, judged.now, place, now[farthest])
    return Example(name, PARTS[farthest], _nearest(judged, judged.before, place, before[MIDDLE]), shown)


def _nearest(judged: Judged, side: Sided, place: int, wanted: float) -> tuple[Pictured, ...]:
    """The pictures whose value is nearest to the wanted one."""
    values: Values = side.values[:, place]
    chosen = np.argsort(np.abs(values - wanted), kind="stable")[:OF_EACH]
    made = ((_thumbnail(judged, side, int(i)), values[i]) for i in chosen)
    return tuple(Pictured(thumbnail, f"{value:.3g}") for thumbnail, value in made if thumbnail)


def _thumbnail(judged: Judged, side: Sided, number: int) -> Thumbnail | None:
    decoding = judged.decoding
    try:
        pixels = decode_image(side.pictures[number].read(), Decoding(SIDE, "pad", decoding.background, decoding.window))
    except (DataError, OSError):  # gone since it was measured
        return None
    return shrunk_to(Image.fromarray(pixels), BYTES)
