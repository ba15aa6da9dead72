"""Markdown of what others named: a class or a path cannot break a table, link or call somebody by name."""

import re
from collections.abc import Sequence

MARKER = "<!-- tinysight retrain -->"  # begins our comment, by which it is found again
LONGEST = 80  # characters of a cell
BLOCKS = "▏▎▍▌▋▊▉█"  # an eighth to eight eighths
WIDTH = 10  # blocks of a full bar
_SPECIAL = re.compile(r"[\\`*_\[\]<>#|~&@$]|:(?=//)|(?<=www)\.", re.IGNORECASE)


def plain(text: object) -> str:
    """Text that Markdown shows as it is: every sign that could mean something is escaped or an entity."""
    words = " ".join(str(text).split())
    short = words if len(words) <= LONGEST else f"{words[: LONGEST - 1]}…"
    return _SPECIAL.sub(lambda found: f"&#{ord(found[0])};", short)


def table(header: Sequence[str], rows: Sequence[Sequence[str]], most: int = 40) -> list[str]:
    """A table of cells that are Markdown already; of many rows the first, and how many more there are."""
    lines = [f"| {' | '.join(header)} |", f"|{'---|' * len(header)}"]
    lines += [f"| {' | '.join(row)} |" for row in rows[:most]]
    return [*lines, "", *([f"… and {len(rows) - most} more."] if len(rows) > most else [])]


def bar(share: float) -> str:
    """A share as blocks, up to ten of them."""
    eighths = round(max(0.0, min(1.0, share)) * WIDTH * 8)
    whole, rest = divmod(eighths, 8)
    return BLOCKS[-1] * whole + (BLOCKS[rest - 1] if rest else "")


def folded(title: str, lines: Sequence[str], *, closed: bool = True) -> list[str]:
    """Lines behind a title that opens and closes them."""
    return [f"<details{'' if closed else ' open'}><summary>{title}</summary>", "", *lines, "", "</details>", ""]
