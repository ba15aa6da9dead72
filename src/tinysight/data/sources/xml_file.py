"""Reads label files in XML element by element, and refuses those that could do harm."""

import math
from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn
from xml.etree.ElementTree import Element, TreeBuilder
from xml.parsers import expat

from tinysight.errors import DataError

LARGEST_XML = 1_000_000_000  # bytes
CHUNK = 1 << 16
DEEPEST = 100  # elements inside one another


def read_elements(path: Path, root: str, *tags: str) -> Iterator[Element]:
    """Reads the elements of these names one after the other; of a large file only one is in memory at a time.

    A document type definition is refused: no labelling program writes one, and entities that grow, or that
    name other files, can only be defined in it.

    Args:
        path: the file.
        root: what its outermost element must be called; an element of it may be asked for too.
        tags: names of elements; one inside another of them is part of that one.

    Raises:
        DataError: if the file cannot be read, is too large, is not such XML, or holds a definition.
    """
    collector = _Collector(path, root, tags)
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = collector.refuse
    parser.StartElementHandler = collector.start
    parser.EndElementHandler = collector.end
    parser.CharacterDataHandler = collector.text
    try:
        size = path.stat().st_size
        if size > LARGEST_XML:
            raise _unusable(path, f"it has {size:,} bytes; at most {LARGEST_XML:,} are read")
        with path.open("rb") as file:
            while chunk := file.read(CHUNK):
                parser.Parse(chunk, False)
                yield from collector.taken()
        parser.Parse(b"", True)
    except (expat.ExpatError, ValueError, LookupError) as error:  # the last two: an unknown or wrong encoding
        raise _unusable(path, str(error)) from None
    except OSError as error:
        raise _unusable(path, str(error.strerror or error)) from None
    yield from collector.taken()


def root_name(path: Path) -> str:
    """What the outermost element is called; empty where the file is no XML, or holds a definition."""
    names: list[str] = []
    parser = expat.ParserCreate()
    parser.StartElementHandler = lambda name, _: names.append(name)
    try:
        with path.open("rb") as file:
            parser.Parse(file.read(CHUNK), False)
    except (OSError, expat.ExpatError, ValueError, LookupError):
        pass  # what was understood until then counts
    return names[0] if names else ""


class _Collector:
    """Builds the wanted elements from the parser's events."""

    def __init__(self, path: Path, root: str, tags: tuple[str, ...]) -> None:
        self._path, self._root, self._tags = path, root, tags
        self._depth = self._opened_at = 0
        self._builder: TreeBuilder | None = None
        self._whole: list[Element] = []

    def taken(self) -> list[Element]:
        whole, self._whole = self._whole, []
        return whole

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        if self._depth == 1 and tag != self._root:
            raise _unusable(self._path, f"its outermost element must be {self._root}, and is {tag}")
        if self._depth > DEEPEST:
            raise _unusable(self._path, f"its elements lie more than {DEEPEST} deep")
        if self._builder is None and tag in self._tags:
            self._builder, self._opened_at = TreeBuilder(), self._depth
        if self._builder is not None:
            self._builder.start(tag, attributes)

    def end(self, tag: str) -> None:
        if self._builder is not None:
            self._builder.end(tag)
            if self._depth == self._opened_at:
                self._whole.append(self._builder.close())
                self._builder = None
        self._depth -= 1

    def text(self, text: str) -> None:
        if self._builder is not None:
            self._builder.data(text)

    def refuse(self, name: str, *_: object) -> NoReturn:
        raise _unusable(self._path, f"it defines a document type ({name}), which may hide entities that explode")


def finite_number(text: str) -> float | None:
    """The number that a label file writes; None where there is none, or it is infinite."""
    try:
        number = float(text)
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def _unusable(path: Path, why: str) -> DataError:
    return DataError(f"{path} cannot be used: {why}. Export the labels again, or remove the file.")
