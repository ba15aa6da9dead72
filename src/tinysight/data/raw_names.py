"""Names for files in data/raw: readable, fit for any disk, and never one for two contents."""

from collections.abc import Iterable, Mapping
from hashlib import sha256
from itertools import chain, count
from pathlib import PurePosixPath

from tinysight.data.class_names import UNSAFE, safe_name
from tinysight.data.sources.disk import may_be_picture
from tinysight.data.sources.source import SourceFile

LONGEST = 200  # bytes of a file's name; file systems allow 255, and a mark may be added
LONGEST_SUFFIX = 12


class FreeNames:
    """The names that are taken, and by which content.

    Args:
        present: the digest of each picture that lies there, by its path.
        others: further paths that are taken.
    """

    def __init__(self, present: Mapping[str, str] | None = None, others: Iterable[str] = ()) -> None:
        self._present = dict(present or {})
        self._taken = {*self._present, *others}

    def find(self, path: str, digest: str, origin: str) -> str | None:
        """A free name for a new picture; None if the same content lies there under that name already.

        Args:
            path: what it would best be called.
            digest: of its bytes.
            origin: its path in its source, which tells it from its copies there.
        """
        for name in (path, _marked(path, digest)):
            if self._present.get(name) == digest:
                return None
            if name not in self._taken:
                self._taken.add(name)
                return name
        return self.take(path, digest, origin)

    def take(self, path: str, digest: str, origin: str) -> str:
        """A free name for a picture, whatever lies there."""
        copies = (sha256(f"{origin} {number}".encode(errors="replace")).hexdigest() for number in count(1))
        marked = (_marked(path, mark) for mark in chain([digest], copies))
        name = next(name for name in chain([path], marked) if name not in self._taken)
        self._taken.add(name)
        return name


def tail_of(file: SourceFile, folder: str) -> str:
    """A source file's path below its class's folder: what its own class folder has below it, else its name."""
    parts = PurePosixPath(file.path).parts or (file.path,)  # "." has none
    classes = [place for place, part in enumerate(parts[:-1]) if part in (folder, file.class_name)]
    below = parts[classes[-1] + 1 :] if classes else parts[-1:]
    return "/".join([*(_folder_name(part) for part in below[:-1]), _file_name(below[-1])])


def _folder_name(part: str) -> str:
    return part if _is_fine(part) else safe_name(part)


def _file_name(name: str) -> str:
    if not _is_fine(name):
        suffix = PurePosixPath(name).suffix
        kept = suffix if suffix[1:].isalnum() and len(suffix.encode()) < LONGEST_SUFFIX else ""
        name = safe_name(name.removesuffix(kept)) + kept
    return name if may_be_picture(name) else name.replace(".", "_")


def _is_fine(part: str) -> bool:
    return not (part.startswith(".") or UNSAFE.search(part) or len(part.encode(errors="replace")) > LONGEST)


def _marked(path: str, mark: str) -> str:
    place = PurePosixPath(path)
    return place.with_name(f"{place.stem}-{mark[:8]}{place.suffix}").as_posix()
