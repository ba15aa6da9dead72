"""The side that a picture has by itself, from its digest and nothing else."""

from collections.abc import Mapping
from hashlib import sha256

from tinysight.data.imageset import Sample

SIDES = ("train", "val", "test")

Spans = Mapping[str, tuple[float, float]]


def key_of(sample: Sample) -> str:
    """What decides a sample's own side: the source's group where it names one, else the sample's digest.

    A named group has one key however many pictures are added to it.
    """
    return f"group {sample.group}" if sample.group else sample.digest


def position_of(key: str) -> float:
    """A key's place in [0, 1): the first 53 bits of its sha256."""
    return float((int.from_bytes(sha256(key.encode()).digest()[:8]) >> 11) * 2.0**-53)


def lay_out(shares: Mapping[str, float]) -> dict[str, tuple[float, float]]:
    """Lays the sides end to end over [0, 1), in the order given and in the ratio of their shares."""
    total, low, spans = sum(shares.values()), 0.0, {}
    for side, share in shares.items():
        high = 1.0 if side == list(shares)[-1] else low + share / total  # 1, whatever the rounding
        spans[side] = (low, high)
        low = high
    return spans


def own_side(key: str, spans: Spans) -> str:
    """The side that a key has, whatever else is in the data set."""
    position = position_of(key)
    return next(side for side, (low, high) in spans.items() if low <= position < high)


def distance(key: str, span: tuple[float, float]) -> float:
    """How far a key is from a side; 0 on it."""
    position = position_of(key)
    return max(span[0] - position, position - span[1], 0.0)
