"""What pictures look like: blank, dark, washed out or blurred."""

from collections.abc import Iterator

import numpy as np

from tinysight.data.checks.finding import Finding, share_of
from tinysight.data.evidence import Evidence
from tinysight.data.outliers import far_below

BLANK = 5.0  # of 255: the standard deviation of a wall with a speck of dust
DARK, BRIGHT = 100.0, 155.0  # of 255: darker, or lighter, would not be called so
BLURRED = 0.25  # of the way from dark to light in one pixel: an edge four pixels wide
FAR = 4.0  # spreads from the median


def blank(evidence: Evidence) -> Iterator[Finding]:
    """Almost one colour: nothing to be learned, whatever the label says."""
    contrast = evidence.looks.contrast
    rows = [int(row) for row in np.argsort(contrast, kind="stable") if contrast[row] < BLANK]
    if rows:
        message = (
            f"{share_of(len(rows), len(contrast))} pictures are blank, or almost of one colour, for instance"
            f" {evidence.samples[rows[0]].path}. A model can learn nothing from them: remove them, or set"
            " dataset.window where they are grey pictures of more than 8 bits."
        )
        details = tuple(f"varies by {contrast[row]:.1f} of 255" for row in rows)
        yield Finding(len(rows), message, evidence.paths(rows), details)


def dark(evidence: Evidence) -> Iterator[Finding]:
    """Even what is lightest in it is dark, and in the others it is not."""
    lightest = evidence.looks.lightest
    rows = far_below(np.log(lightest + 1), least_spread=0.1, distance=FAR)
    rows = [row for row in rows if lightest[row] < DARK and evidence.looks.contrast[row] >= BLANK]
    if rows:
        message = (
            f"{share_of(len(rows), len(lightest))} pictures are far darker than the others, for instance"
            f" {evidence.samples[rows[0]].path}. Remove those that show nothing; keep those that look as new pictures"
            " will at times."
        )
        details = tuple(f"at most {lightest[row]:.0f} of 255 light" for row in rows)
        yield Finding(len(rows), message, evidence.paths(rows), details)


def bright(evidence: Evidence) -> Iterator[Finding]:
    """Even what is darkest in it is light, and in the others it is not."""
    darkest = evidence.looks.darkest
    rows = far_below(np.log(256 - darkest), least_spread=0.1, distance=FAR)
    rows = [row for row in rows if darkest[row] > BRIGHT and evidence.looks.contrast[row] >= BLANK]
    if rows:
        message = (
            f"{share_of(len(rows), len(darkest))} pictures are far lighter than the others or washed out, for instance"
            f" {evidence.samples[rows[0]].path}. Remove those that show nothing; keep those that look as new pictures"
            " will at times."
        )
        details = tuple(f"at least {darkest[row]:.0f} of 255 light" for row in rows)
        yield Finding(len(rows), message, evidence.paths(rows), details)


def blurred(evidence: Evidence) -> Iterator[Finding]:
    """Without one sharp edge, at the size that the model sees, where the others have some."""
    sharpness = evidence.looks.sharpness
    rows = far_below(np.log(sharpness + 0.01), least_spread=0.1, distance=FAR)
    rows = [row for row in rows if sharpness[row] < BLURRED and evidence.looks.contrast[row] >= BLANK]
    if rows:
        message = (
            f"{share_of(len(rows), len(sharpness))} pictures are far more blurred than the others, for instance"
            f" {evidence.samples[rows[0]].path}. Remove those in which you yourself cannot tell the class; keep those"
            " that look as new pictures will at times."
        )
        details = tuple(f"its sharpest edges are {1 / max(0.01, sharpness[row]):.0f} pixels wide" for row in rows)
        yield Finding(len(rows), message, evidence.paths(rows), details)
