"""Accuracy under what the user's pictures do: how they are moved, lit, taken and saved."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tinysight.data.augmentation import Rows, Warps, warp
from tinysight.data.tones import LOSSLESS, Tones, change_tones
from tinysight.evaluation.metrics import wilson_interval
from tinysight.imaging import Pixels
from tinysight.params import ExpectedParams

KINDS = {"jpeg_quality": "JPEG"}  # keys of evaluate.expected whose curve has another name
SEED_OFFSET = 1_000_003  # training's copies are drawn from the seed itself: no warp is seen twice


@dataclass(frozen=True)
class ExpectedFigures:
    """What the right and wrong answers under the expected warps say.

    Attributes:
        accuracy: share of right answers over all rows and draws.
        standard_error: of that share; the rows are independent, the draws of one row are not.
        interval: 95 %.
    """

    accuracy: float
    standard_error: float
    interval: tuple[float, float]


def warp_as_expected(images: Pixels, rows: Rows, expected: ExpectedParams, *, seed: int, draw: int) -> Pixels:
    """Moves images as the user expects, then changes their tones; at the edges the nearest pixel is repeated.

    Args:
        images: (N, S, S, 3) uint8.
        rows: (N,) their row numbers; with seed and draw they alone decide the change.
        expected: the ranges.
        seed: of the whole pipeline.
        draw: which warp of the rows this is.

    Returns:
        (N, S, S, 3) uint8.
    """
    warps = Warps(expected.shift, expected.rotation, zoom=expected.scale)
    tones = Tones(expected.brightness, expected.contrast, expected.blur, expected.noise, expected.jpeg_quality)
    moved = warp(images, rows, warps, seed=seed + SEED_OFFSET, draw=draw)
    return change_tones(moved, rows, tones, seed=seed + SEED_OFFSET, draw=draw)


def stated_levels(expected: ExpectedParams) -> dict[str, float]:
    """What the user expects, by the names of the robustness curves, and up to which level; what is none is left out."""
    levels = {KINDS.get(name, name): float(value) for name, value in expected if value}
    return {kind: level for kind, level in levels.items() if (kind, level) != ("JPEG", LOSSLESS)}


def expected_figures(correct: NDArray[np.bool_]) -> ExpectedFigures:
    """Accuracy under warps, with an uncertainty that does not count a row twice.

    The standard error is that of the rows' mean shares, and never less than one row's worth: on few
    rows, one picture must not decide. The interval is Wilson's, for as many independent images as
    would give this standard error.

    Args:
        correct: (draws, N) whether each warped image was answered rightly.
    """
    draws, rows = correct.shape
    if rows == 0:
        return ExpectedFigures(0.0, 1.0, (0.0, 1.0))
    shares = correct.mean(axis=0)  # (N,)
    mean = float(shares.mean())
    error = float(np.sqrt(shares.var() / rows))
    independent = mean * (1 - mean) / error**2 if error > 0 else float(rows)
    independent = min(max(independent, float(rows)), float(rows * draws))
    return ExpectedFigures(mean, max(error, 1 / rows), wilson_interval(mean, independent))
