"""What a check found, before the configuration says how bad that is."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from tinysight.data.evidence import Evidence


@dataclass(frozen=True)
class Finding:
    """What a Violation is but for its check and level.

    Attributes:
        count: how often.
        message: one line that ends in what to do.
        paths: the pictures concerned, the worst first where there is a worst.
        details: what is special about each of paths; empty where there is nothing to add.
        sets: where pictures belong together, the paths of each set.
        harmless: it is a note, whatever the level of its check.
    """

    count: int
    message: str
    paths: tuple[str, ...] = ()
    details: tuple[str, ...] = ()
    sets: tuple[tuple[str, ...], ...] = ()
    harmless: bool = False


Check = Callable[[Evidence], Iterator[Finding]]


def share_of(count: int, total: int) -> str:
    """`50 of 1000 (5 %)`, with a decimal where that would be a round 0 or 100."""
    share = 100 * count / max(1, total)
    digits = 1 if count and (share < 1 or (share > 99 and count < total)) else 0
    return f"{count} of {total} ({share:.{digits}f} %)"


def listed(names: list[str], most: int = 4) -> str:
    """`a, b and c`, or `a, b, c and 7 more`."""
    if len(names) > most:
        return f"{', '.join(names[: most - 1])} and {len(names) - most + 1} more"
    return " and ".join(part for part in (", ".join(names[:-1]), names[-1] if names else "") if part)
