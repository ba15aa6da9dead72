"""A long sequence a part at a time, so that memory holds no more than that."""

from collections.abc import Iterator
from typing import Any, Protocol, TypeVar


class Sliceable(Protocol):
    """A sequence or an array."""

    def __len__(self) -> int: ...
    def __getitem__(self, place: slice, /) -> Any: ...


T = TypeVar("T", bound=Sliceable)


def in_parts(items: T, size: int) -> Iterator[T]:
    """All items in order, so many at a time; the last part may be shorter. Nothing of what is empty."""
    for start in range(0, len(items), size):
        yield items[start : start + size]
