"""Sizes and proportions of the source files."""

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from tinysight.data.checks.finding import Finding, counted
from tinysight.data.evidence import Evidence
from tinysight.data.outliers import far_off
from tinysight.params.dataset import LEAST_SIDE

FAR = 6.0  # spreads from the median
# the least spreads, as natural logarithms: 0.15 is a seventh more or less, and six of them 2.5 times as much
SIZES, SHAPES = 0.15, 0.1
BLOWN_UP = 1.5  # times: less cannot be seen
MANY = 0.1  # share of the pictures


def odd_size(evidence: Evidence) -> Iterator[Finding]:
    """A picture of which there is far more, or far less, than of the others."""
    sizes = _sizes(evidence)
    sides = np.sqrt(sizes.prod(axis=1))
    rows = evidence.unusual(far_off(np.log(sides), least_spread=SIZES, distance=FAR))
    if rows:
        usual = round(float(np.median(sides)))
        message = (
            f"{counted(len(rows), len(sides))} of an unusual size, for instance {_size(sizes, rows[0])}"
            f" where about {usual}×{usual} pixels are usual. Look whether they are thumbnails, screenshots or scans of"
            " something else, and remove those that are."
        )
        yield Finding(len(rows), message, evidence.paths(rows), _details(sizes, rows))


def odd_aspect(evidence: Evidence) -> Iterator[Finding]:
    """A picture far longer, or far squarer, than the others; standing or lying makes no difference."""
    sizes = _sizes(evidence)
    lengths = sizes.max(axis=1) / np.maximum(1, sizes.min(axis=1))
    rows = evidence.unusual(far_off(np.log(lengths), least_spread=SHAPES, distance=FAR))
    if rows:
        message = (
            f"{counted(len(rows), len(sizes))} of an unusual shape, for instance"
            f" {_size(sizes, rows[0])}, {lengths[rows[0]]:.1f} to 1, where {np.median(lengths):.1f} to 1 is usual."
            " Fitted into a square they are thin strips (dataset.fit: pad) or cut off (crop): cut out what matters."
        )
        yield Finding(len(rows), message, evidence.paths(rows), _details(sizes, rows))


def small_images(evidence: Evidence) -> Iterator[Finding]:
    """Pictures with fewer pixels than the model looks at, so that most of what it sees is made up."""
    sizes, wanted = _sizes(evidence), evidence.image_size
    longest = sizes.max(axis=1)
    rows = [int(row) for row in np.argsort(longest, kind="stable") if longest[row] * BLOWN_UP <= wanted]
    few = len(rows) <= MANY * len(sizes)
    if rows:
        advice = "take larger pictures." if few else _advice(float(np.median(longest)))
        message = (
            f"{counted(len(rows), len(sizes))} much smaller than the {wanted}×{wanted} pixels that the model sees"
            f" (dataset.image_size), the smallest {_size(sizes, rows[0])}. Blown up, they are blurred and show nothing"
            f" more: {advice}"
        )
        yield Finding(len(rows), message, evidence.paths(rows), _details(sizes, rows), harmless=few)


def _advice(usual: float) -> str:
    """What to do where many pictures are small, from their usual longer side in pixels."""
    if usual < LEAST_SIDE:
        return f"take larger pictures; models see {LEAST_SIDE}×{LEAST_SIDE} pixels at the least."
    return f"set a smaller dataset.image_size (the median longer side is {usual:.0f} pixels), or take larger pictures."


def _sizes(evidence: Evidence) -> NDArray[np.int64]:
    """Width and height of each picture as stored, (N, 2)."""
    return np.array([(fact.width, fact.height) for fact in evidence.facts], dtype=np.int64).reshape(-1, 2)


def _size(sizes: NDArray[np.int64], row: int) -> str:
    return f"{sizes[row, 0]}×{sizes[row, 1]}"


def _details(sizes: NDArray[np.int64], rows: Sequence[int]) -> tuple[str, ...]:
    return tuple(f"{_size(sizes, row)} pixels" for row in rows)
