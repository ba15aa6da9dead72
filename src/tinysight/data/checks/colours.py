"""Colour and grey in one data set."""

from collections import Counter
from collections.abc import Iterator

import numpy as np

from tinysight.data.checks.appearance import BLANK
from tinysight.data.checks.finding import Finding, counted, listed
from tinysight.data.evidence import Evidence

GREY, COLOURED = 4.0, 16.0  # of 255 between the channels: below is grey, above is a colour
PURE, SOME = 0.95, 5  # share and number of a class's pictures

ADVICE = (
    "If new pictures will all be of one kind, make these so too; if both will come, have both kinds in every class."
)


def mixed_colour(evidence: Evidence) -> Iterator[Finding]:
    """Grey pictures among coloured ones, by their pixels, whatever their files call themselves."""
    colourfulness, seen = evidence.looks.colourfulness, evidence.looks.contrast >= BLANK
    grey = np.flatnonzero((colourfulness < GREY) & seen).tolist()
    coloured = np.flatnonzero((colourfulness > COLOURED) & seen).tolist()
    rows, kind, others = (grey, "grey", "coloured") if len(grey) <= len(coloured) else (coloured, "coloured", "grey")
    if rows:
        message = (
            f"{counted(len(rows), len(colourfulness))} {kind}, though others are {others}."
            f"{_what_it_tells(evidence, grey, coloured)} {ADVICE}"
        )
        yield Finding(len(rows), message, evidence.paths(rows), (kind,) * len(rows))


def _what_it_tells(evidence: Evidence, grey: list[int], coloured: list[int]) -> str:
    """Stronger words where some classes are grey and others coloured."""
    all_grey, all_coloured = _pure_classes(evidence, grey), _pure_classes(evidence, coloured)
    if not all_grey or not all_coloured:
        return ""
    return (
        f" That tells the class: {listed(all_grey)} grey, {listed(all_coloured)} coloured. A model learns that instead"
        " of what is shown, and fails where a camera differs."
    )


def _pure_classes(evidence: Evidence, rows: list[int]) -> list[str]:
    """The classes of which nearly all pictures are among these rows."""
    inside, counts = Counter(evidence.samples[row].class_name for row in rows), evidence.counts
    return sorted(name for name, count in inside.items() if count >= SOME and count >= PURE * counts[name])
