"""Finds pictures by what a label file calls them, and never one outside of the source."""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from tinysight.data.sources.disk import read_file, readable, walk
from tinysight.errors import DataError, ImageError

EXAMPLES = 3
SUFFIXES = frozenset((".bmp", ".gif", ".jpeg", ".jpg", ".jpe", ".jfif", ".png", ".tif", ".tiff", ".webp", ".heic"))
CHANGED = re.compile(r"[^-\w.]")  # what Label Studio drops from the name of an uploaded file; blanks become _
FEW = 16  # pictures of one name that are looked at one by one
LEVELS = range(3)  # of likeness, as _keys gives them


@dataclass(frozen=True)
class Found:
    """What became of a name.

    Attributes:
        path: where the picture is below the source; if it was not found, what it was called.
        origin: its file, None if it was not found.
        problem: why it was not found, else empty.
    """

    path: str
    origin: Path | None
    problem: str = ""

    def read(self) -> bytes:
        """The picture's bytes.

        Raises:
            ImageError: if it was not found or cannot be read.
        """
        if self.origin is None:
            raise ImageError(self.problem, reason="broken")
        return read_file(self.origin)


class PictureIndex:
    """All files below a folder that may be pictures."""

    def __init__(self, folder: Path) -> None:
        """Walks through the folder once.

        Raises:
            DataError: if it is missing.
        """
        if not folder.is_dir():
            raise DataError(f"{folder} is no folder. Name the pictures' folder as dataset.images, or null to look.")
        self.folder = folder
        self.paths = [readable(path.relative_to(folder).as_posix()) for path in walk(folder)]
        self._called: dict[str, list[str]] = defaultdict(list)
        self._placed: dict[str, dict[str, list[str]]] = {}
        for path in self.paths:
            for key in _keys(PurePosixPath(path).name):
                self._called[key].append(path)

    def find(self, *names: str, beside: str | None = None) -> Found:
        """Looks a picture up by its name, by the end of a path, or without regard to case and suffix.

        Of several pictures of one name, the one whose folders the path names too is meant.

        Args:
            names: what the picture may be called: paths of any machine, the likeliest first.
            beside: the folder of the label file below the source; pictures in it go before all others.
        """
        tried = [parts for name in names if (parts := _parts(name))]
        for level in LEVELS:
            for parts in tried:
                best = self._best(self._candidates(level, parts, beside), parts, beside)
                if len(best) == 1:
                    return Found(best[0], self.folder / best[0])
                if best:
                    return Found(_shown(tried, beside), None, _several(parts, best))
        return self._missing(tried, beside)

    def _candidates(self, level: int, parts: Sequence[str], beside: str | None) -> Sequence[str]:
        """Pictures of the name; of many, only those in the right folder, since many folders may hold an image.jpg."""
        key = _keys(parts[-1])[level]
        paths = self._called.get(key, [])
        if len(paths) <= FEW:
            return paths
        if key not in self._placed:
            self._placed[key] = _by_place(paths)
        places = [beside, parts[-2] if len(parts) > 1 else None]
        found = (self._placed[key].get(place, []) for place in places if place is not None)
        return next((few for few in found if few), paths)

    def _best(self, paths: Sequence[str], parts: Sequence[str], beside: str | None) -> list[str]:
        scores = [(_fit(PurePosixPath(path), parts, beside), path) for path in paths]
        highest = max((score for score, _ in scores), default=None)
        return [path for score, path in scores if score == highest]

    def _missing(self, tried: Sequence[Sequence[str]], beside: str | None) -> Found:
        if not tried:
            return Found("without a name", None, "The labels name no picture file. Export them again.")
        called = _shown(tried, beside)
        why = f"The labels name {called!r}, which is not below {self.folder.name}."
        return Found(called, None, f"{why} Bring the picture, or name the folder where it lies as dataset.images.")


def _by_place(paths: Sequence[str]) -> dict[str, list[str]]:
    """The paths by their folder, whole and by its own name."""
    placed = defaultdict(list)
    for path in paths:
        folder = PurePosixPath(path).parent
        for place in {folder.as_posix(), folder.name}:
            placed[place].append(path)
    return placed


def _shown(tried: Sequence[Sequence[str]], beside: str | None) -> str:
    """What a picture that was not found is called: beside its label file, since other machines' folders say nothing."""
    return "/".join(tried[0] if beside is None else (*_parts(beside), tried[0][-1]))


def _keys(name: str) -> tuple[str, str, str]:
    """The name as it is; without regard to case and to what uploads change; and without its suffix too."""
    plain = unicodedata.normalize("NFC", name)  # macOS takes letters and their accents apart
    folded = CHANGED.sub("", plain.casefold().replace(" ", "_"))
    stem = PurePosixPath(folded).stem if PurePosixPath(folded).suffix in SUFFIXES else folded
    return f"name {plain}", f"case {folded}", f"stem {stem}"


def _parts(called: str) -> tuple[str, ...]:
    """The parts of a path of any machine that may lie below the source."""
    parts = [part for part in called.strip().replace("\\", "/").split("/") if part not in ("", ".")]
    return tuple(parts[len(parts) - parts[::-1].index("..") :] if ".." in parts else parts)


def _fit(path: PurePosixPath, parts: Sequence[str], beside: str | None) -> tuple[bool, int, int]:
    """How well a picture of the right name fits: the larger, the better."""
    folders = path.parts[:-1]
    label_folders = PurePosixPath(beside).parts if beside is not None else ()
    return (
        beside is not None and folders == label_folders,
        _common(folders, parts[:-1]),
        _common(folders, label_folders),
    )


def _common(first: Sequence[str], second: Sequence[str]) -> int:
    """How many parts are the same, counted from the end."""
    count = 0
    for a, b in zip(reversed(first), reversed(second), strict=False):
        if a != b:
            break
        count += 1
    return count


def _several(parts: Sequence[str], paths: Sequence[str]) -> str:
    return (
        f"The labels name {'/'.join(parts)!r}, and {len(paths)} pictures may be meant:"
        f" {', '.join(paths[:EXAMPLES])}. Rename them so that no two have the same name."
    )
