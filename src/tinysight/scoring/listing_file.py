"""The listing on disk: a million paths are one file and an array of places in it."""

import hashlib
import os
from array import array
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple, overload

from tinysight.scoring.folder_order import from_line, to_line
from tinysight.scoring.listing import Named

GROUP = 32  # pictures that go to a worker and into the journal together


class Group(NamedTuple):
    """Pictures that are classified together.

    Attributes:
        first: the place of the first one in the listing.
        pictures: at most GROUP.
    """

    first: int
    pictures: list[Named]


class Groups(Sequence[Group]):
    """The groups of a listing, read from the disk when they are asked for.

    Attributes:
        pictures: how many there are in all.
        sha256: of the listing.
    """

    def __init__(self, path: Path, starts: "array[int]", pictures: int, sha256: str, skipped: int = 0) -> None:
        """Knows where in the file each group starts; the last start is the file's end."""
        self.pictures, self.sha256 = pictures, sha256
        self._path, self._starts, self._skipped = path, starts, skipped

    def __len__(self) -> int:
        return max(0, len(self._starts) - 1 - self._skipped)

    @overload
    def __getitem__(self, place: int) -> Group: ...
    @overload
    def __getitem__(self, place: slice) -> list[Group]: ...
    def __getitem__(self, place: int | slice) -> Group | list[Group]:
        if isinstance(place, int):
            return self._read(range(len(self))[place])
        return [self._read(each) for each in range(len(self))[place]]

    def moved_to(self, path: Path) -> "Groups":
        """The same listing under another name, to which the file is renamed."""
        os.replace(self._path, path)
        return Groups(path, self._starts, self.pictures, self.sha256)

    def after(self, groups: int) -> "Groups":
        """The groups that follow the first so many."""
        return Groups(self._path, self._starts, self.pictures, self.sha256, self._skipped + groups)

    def _read(self, place: int) -> Group:
        at = place + self._skipped
        with self._path.open("rb") as file:
            file.seek(self._starts[at])
            lines = file.read(self._starts[at + 1] - self._starts[at]).split(b"\n")
        names = [from_line(line) for line in lines[:-1]]
        pairs = zip(names[::2], names[1::2], strict=True)
        return Group(at * GROUP, [Named(file, place or file) for file, place in pairs])


def write_listing(path: Path, named: Iterable[Named]) -> Groups:
    """Writes two lines for each picture: its name, and where it lies if that differs."""
    starts, count, digest = array("Q"), 0, hashlib.sha256()
    with path.open("wb") as file:
        for picture in named:
            if count % GROUP == 0:
                starts.append(file.tell())
            line = to_line(picture.file) + (b"\n" if picture.place == picture.file else to_line(picture.place))
            digest.update(line)
            file.write(line)
            count += 1
        starts.append(file.tell())
    return Groups(path, starts, count, digest.hexdigest())
