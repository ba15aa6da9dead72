"""Warps pictures as a camera does: one matrix and one resampling for all motions together."""

from dataclasses import dataclass
from typing import Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from tinysight.data.draws import uniforms
from tinysight.imaging import Pixels

Rows = NDArray[np.int64]
Matrices = NDArray[np.float64]
Fill = Literal["nearest", "background"]


@dataclass(frozen=True)
class Warps:
    """The ranges that a picture's motions are drawn from, each uniformly and each on its own.

    Attributes:
        shift: share of the side; up to that far right or left, and up to that far down or up.
        rotation: degrees, either way; positive turns the picture counterclockwise, as one sees it.
        shear: degrees, either way; positive leans the picture's top to the left.
        zoom: both sides become 1 - zoom to 1 + zoom times as long; above 1 the picture grows.
        flip: whether half of the pictures are mirrored, left to right.
        fill: what appears at the edges: the `nearest` pixel or the `background`.
        background: RGB.
    """

    shift: float = 0.0
    rotation: float = 0.0
    shear: float = 0.0
    zoom: float = 0.0
    flip: bool = False
    fill: Fill = "nearest"
    background: tuple[int, int, int] = (0, 0, 0)


def warp(images: Pixels, rows: Rows, warps: Warps, *, seed: int, draw: int) -> Pixels:
    """Moves each picture by its own draw from the ranges.

    Args:
        images: (N, S, S, 3) uint8.
        rows: (N,) int64, the pictures' row numbers; with seed and draw they alone decide the motion.
        warps: the ranges.
        seed: of the whole pipeline.
        draw: which copy of the row this is.

    Returns:
        (N, S, S, 3) uint8.
    """
    return resample(images, draw_matrices(rows, images.shape[1], warps, seed=seed, draw=draw), warps)


def draw_matrices(rows: Rows, side: int, warps: Warps, *, seed: int, draw: int) -> Matrices:
    """Draws where each picture's points go.

    Args:
        rows: (N,) int64.
        side: S, in pixels.
        warps: the ranges.
        seed: of the whole pipeline.
        draw: which copy of the rows this is.

    Returns:
        (N, 2, 3) float64, from (x, y, 1) in the picture to (x, y) in the warped one, in pixels.
    """
    chance = uniforms(rows, seed=seed, draw=draw, count=6)  # (N, 6)
    swing = 2 * chance - 1  # (N, 6) in [-1, 1)
    return compose(
        side,
        shift=swing[:, 0:2] * warps.shift * side,
        rotation=np.radians(swing[:, 2] * warps.rotation),
        shear=np.radians(swing[:, 3] * warps.shear),
        zoom=1 + swing[:, 4] * warps.zoom,
        flip=(chance[:, 5] < 0.5) & warps.flip,
    )


def compose(
    side: int,
    *,
    shift: NDArray[np.float64],
    rotation: NDArray[np.float64],
    shear: NDArray[np.float64],
    zoom: NDArray[np.float64],
    flip: NDArray[np.bool_],
) -> Matrices:
    """Multiplies flip, zoom, shear, rotation and shift, in this order, about the picture's centre.

    Args:
        side: S, in pixels.
        shift: (N, 2) pixels, right and down.
        rotation: (N,) radians, counterclockwise as seen (y points down).
        shear: (N,) radians.
        zoom: (N,) factors.
        flip: (N,) bool.

    Returns:
        (N, 2, 3) float64.
    """
    cos, sin, tan = np.cos(rotation), np.sin(rotation), np.tan(shear)
    mirror = np.where(flip, -zoom, zoom)
    linear = np.empty((len(zoom), 2, 2))
    linear[:, 0, 0], linear[:, 0, 1] = cos * mirror, (cos * tan + sin) * zoom
    linear[:, 1, 0], linear[:, 1, 1] = -sin * mirror, (cos - sin * tan) * zoom
    centre = np.full(2, (side - 1) / 2)
    offset = centre + shift - linear @ centre  # (N, 2)
    return np.concatenate([linear, offset[:, :, None]], axis=2)  # (N, 2, 3)


def resample(images: Pixels, matrices: Matrices, warps: Warps) -> Pixels:
    """Resamples each picture once, bilinearly.

    Args:
        images: (N, S, S, 3) uint8.
        matrices: (N, 2, 3), where the points go.
        warps: only its fill and background are used.

    Returns:
        (N, S, S, 3) uint8.
    """
    cv2.setNumThreads(1)  # pictures are too small to share one between threads
    side = images.shape[1]
    border = cv2.BORDER_REPLICATE if warps.fill == "nearest" else cv2.BORDER_CONSTANT
    warped = np.empty(images.shape, np.uint8)
    for image, matrix, target in zip(np.asarray(images), matrices, warped, strict=True):
        cv2.warpAffine(image, matrix, (side, side), target, cv2.INTER_LINEAR, border, warps.background)
    return warped
