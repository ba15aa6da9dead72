"""The files below a folder in a fixed order, whose memory does not grow with their number."""

import heapq
import os
from collections.abc import Iterator
from contextlib import ExitStack
from itertools import islice
from tempfile import TemporaryFile

from tinysight.data.sources.disk import may_be_picture

AT_ONCE = 50_000  # names that are sorted in memory; more go through sorted runs on the disk


def walk_in_order(folder: str, above: tuple[str, ...] = ()) -> Iterator[str]:
    """Files that may be pictures, at any depth, as sorting their whole paths would order them.

    Links are followed, except back to a folder that is being walked. What is hidden is passed over.

    Args:
        folder: where to start; the paths begin with it.
        above: the real paths of the folders that are being walked.
    """
    real = os.path.realpath(folder)
    if real in above:
        return
    start = folder if folder.endswith("/") else f"{folder}/"
    for name in names_in_order(folder):
        if name[-1] != "/":
            if may_be_picture(name):
                yield start + name
        elif name[0] != ".":
            yield from walk_in_order(start + name[:-1], (*above, real))


def names_in_order(folder: str, at_once: int = AT_ONCE) -> Iterator[str]:
    """The names in a folder, sorted; that of a folder ends in a slash, and sorts as with it."""
    with os.scandir(folder) as entries, ExitStack() as held:
        names = (name for entry in entries if (name := _name(entry)))
        runs: list[Iterator[str]] = []
        while len(run := sorted(islice(names, at_once))) == at_once:
            runs.append(_on_disk(run, held))
        yield from heapq.merge(*runs, run) if runs else run


def _name(entry: "os.DirEntry[str]") -> str:
    """Empty for what is neither a file, a folder nor a link, as a pipe."""
    try:
        if entry.is_dir():
            return f"{entry.name}/"
    except OSError:  # a link to itself; reading it will say so
        return entry.name
    return entry.name if entry.is_file(follow_symlinks=False) or entry.is_symlink() else ""


def _on_disk(run: list[str], held: ExitStack) -> Iterator[str]:
    """The same names from a file that goes with the stack."""
    file = held.enter_context(TemporaryFile())  # noqa: SIM115, the stack closes it
    file.writelines(to_line(name) for name in run)
    file.seek(0)
    return (from_line(line) for line in file)


def to_line(name: str) -> bytes:
    """A name as one line: a newline in it becomes a zero byte, which no name holds."""
    return os.fsencode(name).replace(b"\n", b"\0") + b"\n"


def from_line(line: bytes) -> str:
    """The name that to_line was given."""
    return os.fsdecode(line.removesuffix(b"\n").replace(b"\0", b"\n"))
