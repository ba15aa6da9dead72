"""Colour and grey in one data set."""

from collections import Counter
from collections.abc import Iterator

import numpy as np

from tinysight.data.checks.finding import Finding, counted, listed
from tinysight.data.evidence import Evidence

GREY, COLOURED = 4.0, 16.0  # of 255 between the channels: below is grey, above is a colour
PURE, SOME = 0.95, 5  # share and number of a class's pictures

ADVICE = (
    "If new pictures will all be of one kind, make these so too; if both will come, have both kinds in every class."
)


def mixed_colour(evidence: Evidence) -> Iterator[Finding]:
    """Grey pictures among coloured ones, by their pixels, whatever their files call themselves."""
    colourfulness = evidence.looks.colourfulness
    kinds = {"grey": np.flatnonzero(colourfulness < GREY), "coloured": np.flatnonzero(colourfulness > COLOURED)}
    rarer = min(kinds, key=lambda kind: len(kinds[kind]))
    rows = [int(row) for row in kinds[rarer]]
    if rows:
        grey, coloured = (_pure_classes(evidence, kinds[kind].tolist()) for kind in ("grey", "coloured"))
        tells = (
            f" That tells the class: {listed(grey)} grey, {listed(coloured)} coloured. A model learns that instead of"
            " what is shown, and fails where a camera differs."
        )
        message = (
            f"{counted(len(rows), len(colourfulness))} {rarer}, though others are"
            f" {'coloured' if rarer == 'grey' else 'grey'}.{tells if grey and coloured else ''} {ADVICE}"
        )
        yield Finding(len(rows), message, evidence.paths(rows), (rarer,) * len(rows))


def _pure_classes(evidence: Evidence, rows: list[int]) -> list[str]:
    """The classes of which nearly all pictures are among these rows."""
    inside, counts = Counter(evidence.samples[row].class_name for row in rows), evidence.counts
    return sorted(name for name, count in inside.items() if count >= SOME and count >= PURE * counts[name])
