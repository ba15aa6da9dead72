"""What pictures look like: blank, dark, washed out or blurred."""

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from tinysight.data.checks.finding import Finding, counted, percent
from tinysight.data.evidence import Evidence
from tinysight.data.looks import Values
from tinysight.data.outliers import far_below

BLANK = 3.0  # of 255: the standard deviation of a camera's noise
DARK, BRIGHT = 100.0, 155.0  # of 255: a picture that has lighter, or darker, parts is neither
BURNT = 0.3  # share of a picture that is white
BLURRED = 0.25  # of the way from dark to light in one pixel: an edge four pixels wide
FAR, LEAST_SPREAD = 4.0, 0.1  # spreads from the median; a spread is at least a tenth more or less light

KEEP = "Remove those that show nothing, and keep those that look as new pictures will at times."


def blank(evidence: Evidence) -> Iterator[Finding]:
    """Almost one colour: nothing to be learned, whatever the label says."""
    contrast = evidence.looks.contrast
    rows = [int(row) for row in np.argsort(contrast, kind="stable") if contrast[row] < BLANK]
    what = "blank, or almost of one colour"
    advice = (
        "A model can learn nothing from them: remove them, or set dataset.window where they are grey pictures of more"
        " than 8 bits."
    )
    yield from _told(evidence, rows, what, [f"varies by {contrast[row]:.1f} of 255" for row in rows], advice)


def dark(evidence: Evidence) -> Iterator[Finding]:
    """Even what is lightest in it is dark, and in the others it is not."""
    lightest = evidence.looks.lightest
    rows = evidence.unusual(_far_below(evidence, lightest + 1, lightest < DARK))
    details = [f"at most {lightest[row]:.0f} of 255 light" for row in rows]
    yield from _told(evidence, rows, "far darker than the others", details, KEEP)


def bright(evidence: Evidence) -> Iterator[Finding]:
    """Washed out, so that even what is darkest in it is light, or lost in white; and the others are not."""
    looks, light = evidence.looks, evidence.looks.darkest > BRIGHT
    washed = _far_below(evidence, 256 - looks.darkest, light)
    burnt = far_below(-looks.white, least_spread=0.05, distance=FAR, where=(looks.white > BURNT) & ~light)
    rows = evidence.unusual(washed + burnt)
    details = [
        f"at least {looks.darkest[row]:.0f} of 255 light"
        if light[row]
        else f"{percent(looks.white[row])} of it is white"
        for row in rows
    ]
    yield from _told(evidence, rows, "far lighter than the others, or lost in white", details, KEEP)


def blurred(evidence: Evidence) -> Iterator[Finding]:
    """Without one sharp edge, at the size that the model sees, where the others have some."""
    sharpness = evidence.looks.sharpness
    rows = evidence.unusual(_far_below(evidence, sharpness + 0.01, sharpness < BLURRED))
    details = [f"its sharpest edges are {1 / max(0.01, sharpness[row]):.0f} pixels wide" for row in rows]
    advice = (
        "Remove those whose class you cannot tell yourself, and keep those that look as new pictures will at times."
    )
    yield from _told(evidence, rows, "far more blurred than the others", details, advice)


def _far_below(evidence: Evidence, values: Values, candidates: NDArray[np.bool_]) -> list[int]:
    """Rows whose value is many times smaller than usual; blank pictures are another check's."""
    seen = evidence.looks.contrast >= BLANK
    return far_below(np.log(values), least_spread=LEAST_SPREAD, distance=FAR, where=candidates & seen)


def _told(evidence: Evidence, rows: Sequence[int], what: str, details: Sequence[str], advice: str) -> Iterator[Finding]:
    if rows:
        paths = evidence.paths(rows)
        message = f"{counted(len(rows), len(evidence.samples))} {what}, for instance {paths[0]}. {advice}"
        yield Finding(len(rows), message, paths, tuple(details))
