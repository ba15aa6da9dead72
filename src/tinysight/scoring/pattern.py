"""Files that a pattern with * and ? names, in a fixed order and in bounded memory."""

import os
import re
from collections.abc import Iterator, Sequence
from fnmatch import translate

from tinysight.errors import DataError
from tinysight.scoring.folder_order import names_in_order

MAGIC = re.compile(r"[*?[]")
ANY_DEPTH = "**"


def is_pattern(word: str) -> bool:
    """Whether a word holds what a shell would look for file names with."""
    return bool(MAGIC.search(word))


def matching(pattern: str) -> Iterator[str]:
    """Files, not folders; `**` stands for any depth. Hidden names match only where the pattern begins with a dot.

    Raises:
        DataError: if `**` stands there twice: a file could match in two ways.
    """
    top, *parts = pattern.split("/")
    if [top, *parts].count(ANY_DEPTH) > 1:
        raise DataError(f"A pattern may hold ** once. Received: {pattern!r}. Name the folder, or several patterns.")
    return _below("/", parts) if not top else _below("", [top, *parts])


def _below(folder: str, parts: Sequence[str]) -> Iterator[str]:
    part, *rest = parts
    if part == ANY_DEPTH:
        return _any_depth(folder, rest or ["*"])
    if not is_pattern(part):
        return _literal(folder, part, rest)
    return _found(folder, part, rest)


def _literal(folder: str, part: str, rest: Sequence[str]) -> Iterator[str]:
    path = os.path.join(folder, part)  # noqa: PTH118, a path that begins with nothing must stay so
    if rest and os.path.isdir(path or "."):  # noqa: PTH112
        yield from _below(path, rest)
    elif not rest and os.path.isfile(path):  # noqa: PTH113
        yield path


def _found(folder: str, part: str, rest: Sequence[str]) -> Iterator[str]:
    fits = re.compile(translate(part)).match
    for name in names_in_order(folder or "."):
        plain = name.removesuffix("/")
        if not fits(plain) or (plain.startswith(".") and not part.startswith(".")):
            continue
        path = os.path.join(folder, plain)  # noqa: PTH118
        if name == plain and not rest:
            yield path
        elif name != plain and rest:
            yield from _below(path, rest)


def _any_depth(folder: str, rest: Sequence[str], above: tuple[str, ...] = ()) -> Iterator[str]:
    """What matches here, then what matches in each folder; a link back to a folder above is not followed."""
    real = os.path.realpath(folder or ".")
    if real in above:
        return
    yield from _below(folder, rest)
    for name in names_in_order(folder or "."):
        if name.endswith("/") and not name.startswith("."):
            yield from _any_depth(os.path.join(folder, name[:-1]), rest, (*above, real))  # noqa: PTH118
