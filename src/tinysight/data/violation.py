"""One thing that is wrong with a data set, or worth knowing."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Violation:
    """What one check found.

    Attributes:
        check: which check it was.
        level: an error stops the pipeline, a warning may explain a bad score, a note harms nothing.
        count: how often.
        message: one line for the user.
        paths: the pictures concerned.
    """

    check: str
    level: Literal["error", "warning", "note"]
    count: int
    message: str
    paths: tuple[str, ...] = ()


def pictures(count: int) -> str:
    """`1 picture`, `2 pictures`."""
    return "1 picture" if count == 1 else f"{count} pictures"
