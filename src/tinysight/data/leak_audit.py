"""Whether a split is clean, looked at from outside: it knows the result and nothing of how it was made."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from tinysight.data.groups import Rows
from tinysight.data.imageset import Sample
from tinysight.errors import DataError

SHOWN = 5


@dataclass(frozen=True)
class Audit:
    """What was looked at.

    Attributes:
        rows: on any side.
        groups: of groups.csv.
        names: groups that the source named.
        digests: different files.
        leaks: how many rows, groups, names or files stand on two sides.
        examples: the first of them, in words.
    """

    rows: int
    groups: int
    names: int
    digests: int
    leaks: int
    examples: tuple[str, ...]


def audit_split(sides: Mapping[str, Rows], samples: Sequence[Sample], groups: Sequence[int]) -> Audit:
    """Looks for anything that stands on two sides.

    Args:
        sides: the rows of each side.
        samples: N rows.
        groups: (N,) numbers, as groups.csv has them.
    """
    stands = [(int(row), side) for side, rows in sides.items() for row in rows]
    seen: dict[str, defaultdict[object, dict[str, int]]] = {
        kind: defaultdict(dict) for kind in ("row", "group", "name", "file")
    }
    for row, side in stands:
        own = {"row": row, "group": groups[row], "name": samples[row].group, "file": samples[row].digest}
        for kind, key in own.items():
            if key != "":
                seen[kind][key].setdefault(side, row)
    leaks = [sentence for kind, found in seen.items() for sentence in _leaks(kind, found, samples)]
    counts = {kind: len(found) for kind, found in seen.items()}
    return Audit(len(stands), counts["group"], counts["name"], counts["file"], len(leaks), tuple(leaks[:SHOWN]))


def refuse_leaks(audit: Audit) -> None:
    """Stops where anything stands on two sides.

    Raises:
        DataError: with the first few.
    """
    if audit.leaks:
        raise DataError(
            f"The split leaks: {audit.leaks} of its rows, groups or files stand on two sides."
            f" {' '.join(audit.examples)} A test would show what was learned by heart, so nothing was written."
            " This is a mistake of tinysight: please report it, with data/validation/groups.csv."
        )


def _leaks(kind: str, found: Mapping[object, dict[str, int]], samples: Sequence[Sample]) -> Iterator[str]:
    for rows in found.values():
        if len(rows) > 1:
            where = " and ".join(f"{samples[row].path} ({side})" for side, row in rows.items())
            yield f"One {kind}: {where}."
