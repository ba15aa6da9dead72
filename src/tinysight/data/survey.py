"""Looks at every picture before it becomes part of a data set: content, size, mode, damage."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from tinysight.data.cores import death, on_all_cores
from tinysight.data.dataset import Quarantined
from tinysight.data.progress import progress_bar
from tinysight.data.sources.source import SourceFile
from tinysight.errors import ImageError
from tinysight.imaging import Decoding, decode_image, open_image

SAMPLED_COUNTS = 1000  # of one deep picture
DEEP_PICTURES = 2000  # whose counts are kept: 8 MB, however many pictures there are
GLANCE = 32  # pixels: enough to see colours
WHITE, BLACK = (255, 255, 255), (0, 0, 0)
ANY_WINDOW = (0.0, 65535.0)
NO_COUNTS: NDArray[np.float32] = np.empty(0, dtype=np.float32)


@dataclass(frozen=True, slots=True)
class Look:
    """What one readable picture is like.

    Attributes:
        file: the picture's file.
        size: width and height in pixels, as stored.
        mode: Pillow's name for its kind of pixels.
        format: one of imaging.FORMATS.
        counts: (n,) float32, a sample of a grey picture of more than 8 bits, else empty; also empty for most
            of very many such pictures.
        deep_colour: whether it has colours of 16 bits, of which the upper 8 are used.
        transparent: the share of it that lets the background through, 0 to 1.
        ink: how light its opaque part is, 0 to 255; only where it is transparent.
        file_bytes: how long the file is.
    """

    file: SourceFile
    size: tuple[int, int]
    mode: str
    format: str
    counts: NDArray[np.float32] = field(repr=False, compare=False)
    deep_colour: bool = False
    transparent: float = 0.0
    ink: float = 0.0
    file_bytes: int = 0


@dataclass(frozen=True)
class Survey:
    """The readable pictures of a source, and those that are not.

    Attributes:
        looks: one for each readable picture.
        broken: the other files, with reasons.
        digests: sha256 in hex of each file's bytes by its path; a file whose bytes cannot be had is not there.
    """

    looks: Sequence[Look]
    broken: Sequence[Quarantined]
    digests: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class _Seen:
    """What a worker says of one file: its digest, and how it looks or why it cannot be read."""

    digest: str = ""
    looks: tuple[Any, ...] | None = None
    reason: str = ""


def survey(files: Sequence[SourceFile], label: str = "look at pictures") -> Survey:
    """Reads and decodes every picture once, on all cores.

    Args:
        files: of a source.
        label: what the progress bar says.
    """
    looks, broken, digests = _Looks(), [], {}
    found = on_all_cores(_see, files, lambda _, how: _Seen(reason=death(how)))
    with progress_bar(label, len(files)) as advance:
        for file, seen in zip(files, found, strict=True):
            if seen.digest:
                digests[file.path] = seen.digest
            if seen.looks:
                looks.add(Look(file, *seen.looks))
            else:
                broken.append(Quarantined(file.path, seen.reason))
            advance(1)
    return Survey(looks.all, broken, digests)


class _Looks:
    """All looks, of which at most DEEP_PICTURES keep their counts, evenly from the first to the last."""

    def __init__(self) -> None:
        self.all: list[Look] = []
        self._deep: list[int] = []
        self._step, self._met = 1, 0

    def add(self, look: Look) -> None:
        if look.counts.size:
            keep, self._met = self._met % self._step == 0, self._met + 1
            if keep:
                self._deep.append(len(self.all))
            else:
                look = replace(look, counts=NO_COUNTS)
        self.all.append(look)
        if len(self._deep) > DEEP_PICTURES:
            for place in self._deep[1::2]:
                self.all[place] = replace(self.all[place], counts=NO_COUNTS)
            self._deep, self._step = self._deep[::2], 2 * self._step


def _see(file: SourceFile) -> _Seen:
    digest = ""
    try:
        data = file.read()
        digest = hashlib.sha256(data).hexdigest()
        return _Seen(digest, _look(data))
    except ImageError as error:
        return _Seen(digest, reason=str(error))


def _look(data: bytes) -> tuple[Any, ...]:
    """The fields of a Look but for its file."""
    image = open_image(data)
    size, mode, form = image.size, image.mode, "JPEG" if image.format == "MPO" else str(image.format)
    deep_colour = mode.startswith(("RGB", "LA")) and ";16" in str(getattr(image, "tile", ""))
    share, ink = _transparency(data) if image.has_transparency_data else (0.0, 0.0)
    decode_image(data, Decoding(GLANCE, "stretch", WHITE, ANY_WINDOW))
    return size, mode, form, _sample_counts(image), deep_colour, share, ink, len(data)


def _sample_counts(image: Image.Image) -> NDArray[np.float32]:
    if image.mode != "F" and not image.mode.startswith("I"):
        return NO_COUNTS
    counts = np.asarray(image).ravel()
    if len(counts) > SAMPLED_COUNTS:  # at random places: equal steps could fall on one column of the picture
        counts = counts[np.random.default_rng(0).integers(0, len(counts), SAMPLED_COUNTS)]
    sampled = counts.astype(np.float32)
    return sampled[np.isfinite(sampled)]


def _transparency(data: bytes) -> tuple[float, float]:
    """The transparent share and the lightness of the rest, from how the picture looks on two backgrounds."""
    on_white, on_black = (
        decode_image(data, Decoding(GLANCE, "stretch", colour, ANY_WINDOW)).astype(np.float64)
        for colour in (WHITE, BLACK)
    )
    through = np.clip((on_white - on_black) / 255.0, 0, 1)  # (GLANCE, GLANCE, 3)
    opaque = float((1 - through).sum())
    return float(through.mean()), float(on_black.sum() / opaque) if opaque > 0 else 0.0
