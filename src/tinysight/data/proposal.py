"""Proposes how a folder's pictures should be decoded, and why."""

import math
import re
import unicodedata
from collections.abc import Sequence

import numpy as np

from tinysight.data.survey import BLACK, GLANCE, WHITE, Look
from tinysight.imaging import Decoding, Fit, decode_image
from tinysight.params import FolderParams

SMALLEST, USUAL, STEP = 32, 64, 8  # pixels; larger is slower, tutorial_cnn four times with twice the side
LONG = 1.5  # a shape from which padding would leave a third of the square empty
ALIKE = 0.03  # how far shapes may differ and still be one shape
VISIBLE = 0.01  # share of a picture that must be transparent to count
LIGHT = 200  # of 255: drawings lighter than that are lost on white
DEEP_PICTURES = 1000  # whose counts are looked at
EDGES = 200  # pictures whose edges are looked at
TAILS = (0.1, 99.9)  # percentiles: a few dead or hot pixels must not set the window
MARGIN = 0.02  # of the window, on either side, for pictures yet to come


def propose(folder_name: str, looks: Sequence[Look]) -> FolderParams:
    """The data set's configuration for the pictures seen.

    Args:
        folder_name: what the user's folder is called; the data set is named after it.
        looks: at least one.
    """
    window = propose_window(looks)
    return FolderParams(
        kind="folder",
        name=propose_name(folder_name),
        path="data/raw",
        image_size=propose_image_size(looks),
        fit=propose_fit(looks),
        background=propose_background(looks, window),
        window=window,
        group_pattern=None,
        leaks="refuse",
    )


def propose_name(folder_name: str) -> str:
    """The folder's name in letters, digits, `_`, `.` and `-`."""
    plain = unicodedata.normalize("NFKD", folder_name).encode("ascii", "ignore").decode()
    return re.sub(r"[^A-Za-z0-9_.-]+", "-", plain).strip("-_.") or "mine"


def propose_image_size(looks: Sequence[Look]) -> int:
    """The median short side as a multiple of 8, between 32 and what two slow cores train in minutes."""
    short = float(np.median([min(look.size) for look in looks]))
    return int(min(USUAL, max(SMALLEST, math.ceil(short / STEP) * STEP)))


def propose_fit(looks: Sequence[Look]) -> Fit:
    """Pad, except where all pictures share one long shape; crop is never proposed, since it cuts off."""
    shapes = np.log([look.size[0] / look.size[1] for look in looks])
    one_shape = bool(np.ptp(shapes) < ALIKE)
    return "stretch" if one_shape and abs(shapes[0]) > math.log(LONG) else "pad"


def propose_window(looks: Sequence[Look]) -> tuple[float, float] | None:
    """Low and high count over the pictures of more than 8 bits; None without any."""
    deep = [look.counts for look in looks if look.counts.size]
    if not deep:
        return None
    low, high = np.percentile(np.concatenate(deep[:: math.ceil(len(deep) / DEEP_PICTURES)]), TAILS)
    margin = MARGIN * (high - low) or 0.5
    low, high = low - margin, high + margin
    if all(look.mode.startswith("I;16") for look in looks if look.counts.size):
        low, high = max(low, 0.0), min(high, 65535.0)
    step = 10.0 ** math.floor(math.log10((high - low) / 100))  # three digits say enough
    return _tidy(math.floor(low / step) * step), _tidy(math.ceil(high / step) * step)


def propose_background(looks: Sequence[Look], window: tuple[float, float] | None) -> tuple[int, int, int]:
    """White or black behind transparent drawings, whichever shows them; else the usual colour of the edges."""
    drawings = [look.ink for look in looks if look.transparent > VISIBLE]
    if drawings:
        return BLACK if float(np.median(drawings)) > LIGHT else WHITE
    return _edge_colour(looks[:: math.ceil(len(looks) / EDGES)], window)


def _edge_colour(looks: Sequence[Look], window: tuple[float, float] | None) -> tuple[int, int, int]:
    decoding = Decoding(GLANCE, "stretch", WHITE, window)
    edges = []
    for look in looks:
        pixels = decode_image(look.file.read(), decoding)
        edge = np.concatenate([pixels[0], pixels[-1], pixels[:, 0], pixels[:, -1]])  # (4 * GLANCE, 3)
        edges.append(np.median(edge, axis=0))
    red, green, blue = (_snap(value) for value in np.median(edges, axis=0))
    return red, green, blue


def _snap(value: float) -> int:
    """Nearly black is black, and nearly white white."""
    return 0 if value < 12 else 255 if value > 243 else round(value)


def _tidy(value: float) -> float:
    return float(f"{value:.12g}")
