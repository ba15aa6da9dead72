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


def counted(count: int, total: int, what: str = "pictures") -> str:
    """`50 of 1000 pictures (5 %) are`: how a message begins."""
    share = 100 * count / max(1, total)
    near_the_end = share < 1 or (share > 99 and count < total)
    rounded = "under 0.1" if 0 < share < 0.05 else f"{share:.{int(near_the_end)}f}"
    return f"{count} of {total} {what} ({rounded} %) {'is' if count == 1 else 'are'}"


def several(count: int, what: str) -> str:
    """`1 set`, `2 sets`."""
    return f"{count} {what}" if count == 1 else f"{count} {what}s"


def percent(share: float) -> str:
    """0.97 → `97 %`."""
    return f"{100 * share:.0f} %"


def listed(names: list[str], most: int = 4) -> str:
    """`a, b and c`, or `a, b, c and 7 more`."""
    if len(names) > most:
        return f"{', '.join(names[: most - 1])} and {len(names) - most + 1} more"
    return " and ".join(part for part in (", ".join(names[:-1]), names[-1] if names else "") if part)
