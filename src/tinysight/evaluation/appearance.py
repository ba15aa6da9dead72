"""What pictures look like in some hundred numbers, in milliseconds and without a network: outlines and colours."""

import cv2
import numpy as np
from numpy.typing import NDArray

from tinysight.data.groups import Rows
from tinysight.imaging import Pixels
from tinysight.parts import in_parts

SIDE, CELL, BINS = 32, 4, 9  # pixels, pixels, directions
THUMBNAIL = 8  # pixels, height and width of what is left of the colours
CLIP, FLOOR = 0.2, 1e-2  # as in models/hog.py, which says why
BATCH = 256

Features = NDArray[np.float32]


def appearance(pixels: Pixels, rows: Rows) -> tuple[Features, Features]:
    """Outlines and colours of some pictures.

    Args:
        pixels: (N, S, S, 3) uint8; a few hundred are in memory at a time.
        rows: which n of them.

    Returns:
        (n, 1764) histograms of oriented gradients, and (n, 192) colours of 8 × 8 fields from 0 to 1.
    """
    forms, colours = [], []
    for part in in_parts(rows, BATCH):
        batch = pixels[part]
        forms.append(outlines(_shrink(batch, SIDE)))
        colours.append(_shrink(batch, THUMBNAIL).reshape(len(batch), -1) / np.float32(255))
    return np.concatenate(forms), np.concatenate(colours)


def _shrink(pixels: Pixels, side: int) -> Pixels:
    """(N, S, S, 3) to (N, side, side, 3)."""
    wanted = (side, side)
    return np.stack([np.asarray(cv2.resize(image, wanted, interpolation=cv2.INTER_AREA)) for image in pixels])


def outlines(pixels: Pixels) -> Features:
    """Histograms of oriented gradients, as `models.hog.Hog` computes them in Keras; (N, S, S, 3) to (N, features)."""
    grey = pixels.mean(axis=3, dtype=np.float32) / 255  # (N, S, S)
    framed = np.pad(grey, ((0, 0), (1, 1), (1, 1)), mode="edge")
    across = framed[:, 1:-1, 2:] - framed[:, 1:-1, :-2]
    down = framed[:, 2:, 1:-1] - framed[:, :-2, 1:-1]
    angles = np.arange(BINS) * np.pi / BINS
    cells = np.stack([_votes(across, down, angle) for angle in angles], axis=-1)  # (N, C, C, BINS)
    corners = [cells[:, :-1, :-1], cells[:, :-1, 1:], cells[:, 1:, :-1], cells[:, 1:, 1:]]
    blocks = _normalise(np.concatenate(corners, axis=-1))  # (N, C-1, C-1, 4 * BINS)
    return _normalise(np.minimum(blocks, CLIP)).reshape(len(pixels), -1)


def _votes(across: Features, down: Features, angle: float) -> Features:
    """How much each cell votes for one direction: (N, S, S) twice to (N, C, C)."""
    reach = np.cos(np.pi / BINS)
    projection = np.abs(across * np.float32(np.cos(angle)) + down * np.float32(np.sin(angle)))
    votes = np.maximum(projection - np.hypot(across, down) * np.float32(reach), 0) / np.float32(1 - reach)
    count = votes.shape[1] // CELL
    return np.asarray(votes.reshape(-1, count, CELL, count, CELL).mean(axis=(2, 4)), dtype=np.float32)


def _normalise(blocks: Features) -> Features:
    return np.asarray(blocks / np.sqrt((blocks * blocks).sum(axis=-1, keepdims=True) + FLOOR**2), dtype=np.float32)
