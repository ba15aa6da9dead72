"""Every class on every side: what the digests alone do not promise to a small class."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from tinysight.data.placing import Group
from tinysight.data.sides import Spans, distance
from tinysight.errors import DataError


def fill_quotas(groups: Sequence[Group], spans: Spans) -> list[Group]:
    """Moves as few groups as it takes for each class to have one on each side.

    Of the groups that no class of theirs needs where they are, the one goes whose digest is nearest to
    the side; one that was joined into train goes last.

    Args:
        groups: placed, in the order of their keys.
        spans: the sides to fill.

    Returns:
        The groups in the same order, some with another side.

    Raises:
        DataError: if a class has too few groups.
    """
    placed = list(groups)
    counts = Counter((name, group.side) for group in placed for name in group.classes)
    for name in sorted({name for group in placed for name in group.classes}):
        for side in spans:
            if not counts[name, side]:
                index = _choose(placed, counts, name, side, spans)
                counts.subtract((other, placed[index].side) for other in placed[index].classes)
                counts.update((other, side) for other in placed[index].classes)
                placed[index] = replace(placed[index], side=side)
    return placed


def _choose(placed: Sequence[Group], counts: Counter[tuple[str, str]], name: str, side: str, spans: Spans) -> int:
    movable = [
        index
        for index, group in enumerate(placed)
        if name in group.classes and not group.given and all(counts[other, group.side] > 1 for other in group.classes)
    ]
    if not movable:
        raise DataError(_too_few(placed, name, side, spans))
    return min(movable, key=lambda i: (placed[i].joined, distance(placed[i].keys[0], spans[side]), placed[i].keys))


def _too_few(placed: Sequence[Group], name: str, side: str, spans: Spans) -> str:
    own = [group for group in placed if name in group.classes and not group.given]
    return (
        f"Class {name} has no picture to spare for {side}: each of {', '.join(spans)} needs a group of its pictures,"
        f" and those without a given side form {len(own)} group{'' if len(own) == 1 else 's'} that must stay"
        " together (see data/validation/groups.csv). Add pictures of it that are no copies of these, or of another"
        " group."
    )
