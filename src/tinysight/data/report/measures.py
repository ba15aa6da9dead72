"""Distributions: sizes, shapes, kinds of files and brightness."""

from collections import Counter
from collections.abc import Sequence
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from tinysight.data.facts import Facts
from tinysight.data.report.content import FilesSummary, Histogram, Size

Key = TypeVar("Key", str, tuple[int, int])

SIDEWAYS = 5  # from this EXIF orientation on, width and height change places
ASPECTS = (0.0, 0.4, 0.58, 0.71, 0.95, 1.05, 1.41, 1.72, 2.5, float("inf"))
BRIGHTNESS_BINS = 32


def summarise_files(facts: Sequence[Facts]) -> FilesSummary | None:
    """What the files are like; None if nothing is known of them."""
    if not facts:
        return None
    sizes = Counter(upright_size(one) for one in facts)
    aspects = [width / height for width, height in map(upright_size, facts)]
    return FilesSummary(
        sizes=tuple(Size(width, height, pictures) for (width, height), pictures in _commonest(sizes)),
        aspects=_histogram(aspects, ASPECTS),
        formats=dict(_commonest(Counter(one.format for one in facts))),
        modes=dict(_commonest(Counter(one.mode for one in facts))),
        turned=sum(one.orientation > 1 for one in facts),
        bytes=sum(one.file_bytes for one in facts),
    )


def upright_size(facts: Facts) -> tuple[int, int]:
    """Width and height in pixels after EXIF has turned the picture."""
    sideways = facts.orientation >= SIDEWAYS
    return (facts.height, facts.width) if sideways else (facts.width, facts.height)


def summarise_brightness(brightness: NDArray[np.float32]) -> Histogram:
    """How bright the pictures are on average, (N,) from 0 to 255."""
    return _histogram(brightness, np.linspace(0, 256, BRIGHTNESS_BINS + 1).tolist())


def _histogram(values: Sequence[float] | NDArray[np.float32], edges: Sequence[float]) -> Histogram:
    places = np.searchsorted(edges, values, side="right") - 1
    counts = np.bincount(places, minlength=len(edges) - 1)
    return Histogram(tuple(edges), tuple(counts.tolist()))


def _commonest(counts: Counter[Key]) -> list[tuple[Key, int]]:
    return sorted(counts.items(), key=lambda item: (-item[1], item[0]))
