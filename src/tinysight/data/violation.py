"""One thing that is wrong with a data set, or worth knowing."""

from dataclasses import dataclass
from typing import Literal

Level = Literal["error", "warning", "note"]


@dataclass(frozen=True)
class Violation:
    """What one check found.

    Attributes:
        check: which check it was.
        level: an error stops the pipeline, a warning may explain a bad score, a note harms nothing.
        count: how often.
        message: one line for the user.
        paths: the pictures concerned, the worst first where there is a worst.
        details: what is special about each of paths, in a few words; empty where there is nothing to add.
        sets: where pictures belong together, as duplicates do, the paths of each set.
    """

    check: str
    level: Level
    count: int
    message: str
    paths: tuple[str, ...] = ()
    details: tuple[str, ...] = ()
    sets: tuple[tuple[str, ...], ...] = ()


def pictures(count: int) -> str:
    """`1 picture`, `2 pictures`."""
    return "1 picture" if count == 1 else f"{count} pictures"
