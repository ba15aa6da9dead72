"""Which pictures stand for many: chosen by digest, so that they stay the same while data is added."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from tinysight.data.facts import Facts
from tinysight.data.imageset import Sample

PER_CLASS = 10
ALL_CLASSES = 600  # samples of all classes together
SEEN = 12
UNUSUAL = 6  # of those shown as the model sees them


def samples_of_classes(samples: Sequence[Sample], groups: Sequence[int], class_names: Sequence[str]) -> list[list[int]]:
    """Rows of a few pictures of each class, one of each group at most.

    Args:
        samples: N rows.
        groups: (N,) numbers; rows of one number show about the same.
        class_names: what to give rows for.
    """
    most = max(3, min(PER_CLASS, ALL_CLASSES // max(1, len(class_names))))
    rows: defaultdict[str, list[int]] = defaultdict(list)
    for row, sample in enumerate(samples):
        rows[sample.class_name].append(row)
    return [_by_digest(samples, groups, rows[name])[:most] for name in class_names]


def seen_rows(samples: Sequence[Sample], facts: Sequence[Facts], groups: Sequence[int]) -> list[int]:
    """Twelve rows that show what decoding does: unusual files first, then the classes in turn.

    Args:
        samples: N rows.
        facts: N of them, or none.
        groups: (N,) numbers.
    """
    own = _by_digest(samples, groups, range(len(samples)))
    chosen = _unusual(own, facts)[:UNUSUAL] if facts else []
    turns: defaultdict[str, list[int]] = defaultdict(list)
    for row in own:
        turns[samples[row].class_name].append(row)
    in_turn = sorted((number, name, row) for name, rows in turns.items() for number, row in enumerate(rows[:SEEN]))
    return list(dict.fromkeys([*chosen, *(row for _, _, row in in_turn)]))[:SEEN]


def _by_digest(samples: Sequence[Sample], groups: Sequence[int], rows: Iterable[int]) -> list[int]:
    first: dict[int, int] = {}
    for row in sorted(rows, key=lambda row: (samples[row].digest, row)):
        first.setdefault(groups[row], row)
    return list(first.values())


def _unusual(rows: Sequence[int], facts: Sequence[Facts]) -> list[int]:
    """The widest and the tallest, then one of each kind of pixels and one that EXIF turns."""
    widest = max(rows, key=lambda row: facts[row].width / facts[row].height, default=None)
    tallest = min(rows, key=lambda row: facts[row].width / facts[row].height, default=None)
    shapes = [] if widest is None or tallest is None or _alike(facts[widest], facts[tallest]) else [widest, tallest]
    kinds: dict[tuple[str, bool], int] = {}
    for row in rows:
        kinds.setdefault((facts[row].mode, facts[row].orientation > 1), row)
    return list(dict.fromkeys([*shapes, *kinds.values()]))


def _alike(one: Facts, other: Facts) -> bool:
    return one.width * other.height == other.width * one.height
