"""Groups of rows, and where each one stands: its own side, the source's, or train when its members disagree."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from tinysight.data.imageset import Sample
from tinysight.data.sides import SIDES, Spans, key_of, own_side


@dataclass(frozen=True)
class Group:
    """Rows that stay together.

    Attributes:
        rows: ascending.
        classes: what they show.
        keys: what its side is made from, ascending.
        given: the sides that the source put some of them on.
        side: where they stand.
        joined: its members' own sides differ, so that it stands on train.
        left: rows of it that stand on no side, since the source gave its side to others of it.
    """

    rows: tuple[int, ...]
    classes: frozenset[str]
    keys: tuple[str, ...]
    given: frozenset[str]
    side: str = ""
    joined: bool = False
    left: tuple[int, ...] = ()


def collect(samples: Sequence[Sample], groups: Iterable[int]) -> list[Group]:
    """Puts rows of one group number together; the result is in the order of keys, not of rows."""
    members: defaultdict[int, list[int]] = defaultdict(list)
    for row, group in enumerate(groups):
        members[group].append(row)
    return sorted((_group(samples, rows) for rows in members.values()), key=lambda group: group.keys)


def _group(samples: Sequence[Sample], rows: Sequence[int]) -> Group:
    own = [samples[row] for row in rows]
    return Group(
        rows=tuple(rows),
        classes=frozenset(sample.class_name for sample in own),
        keys=tuple(sorted({key_of(sample) for sample in own})),
        given=frozenset(sample.split for sample in own if sample.split),
    )


def place(group: Group, samples: Sequence[Sample], spans: Spans) -> Group:
    """Gives a group its side.

    The side may depend on nothing but digests, and no picture of train may leave it when a picture
    is added. So a group whose members' own sides differ stands on train: any other choice would
    take some member from train, or from val to test, when the last one came.

    Where the source gave sides, the last of train, val and test that a member was given is the
    group's. Members that were given another one stand nowhere, and those without any follow, but to
    test: the test rows stay what the source says.
    """
    if group.given:
        side = max(group.given, key=SIDES.index)
        allowed = {side} if side == "test" else {side, ""}
        rows = tuple(row for row in group.rows if samples[row].split in allowed)
        left = tuple(row for row in group.rows if samples[row].split not in allowed)
        classes = frozenset(samples[row].class_name for row in rows)
        return replace(group, rows=rows, left=left, classes=classes, side=side)
    sides = {own_side(key, spans) for key in group.keys}
    return replace(group, side=sides.pop()) if len(sides) == 1 else replace(group, side="train", joined=True)
