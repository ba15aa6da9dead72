"""What each worker has just seen, in memory that all of them see, so that one of them can watch for all."""

from mmap import mmap
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from serve.shared import SIGHTINGS
from tinysight.drift.measures import NAMES
from tinysight.drift.reference import Seen

WIDTH = 4 + len(NAMES)  # bytes a picture: two of the model's digest, two of the class, one for each statistic
COUNTER = 8  # bytes
KEPT = (SIGHTINGS - COUNTER) // WIDTH  # pictures of a worker: enough for whoever reads ten times a second

Rows = NDArray[np.uint8]


class News(NamedTuple):
    """What a worker has seen since it was last asked.

    Attributes:
        seen: in the bins of the reference.
        number: of pictures that it has seen in all, for the next question.
    """

    seen: Seen
    number: int


class Sightings:
    """A ring of pictures for each place among the workers, written by who has the place; there are no locks.

    A picture that is overwritten while it is read is counted wrongly, and that is all.
    """

    def __init__(self, memory: mmap | None = None) -> None:
        """Reads and writes there.

        Args:
            memory: SIGHTINGS bytes for each worker; by default there is one, which is alone.
        """
        whole = np.frombuffer(memory or mmap(-1, SIGHTINGS), dtype=np.uint8).reshape(-1, SIGHTINGS)
        self._numbers = [page[:COUNTER].view(np.int64) for page in whole]
        self._rings = [page[COUNTER : COUNTER + KEPT * WIDTH].reshape(KEPT, WIDTH) for page in whole]

    @property
    def places(self) -> range:
        """Of the workers."""
        return range(len(self._rings))

    def number(self, place: int) -> int:
        """How many pictures a worker and those before it at its place have seen."""
        return int(self._numbers[place][0])

    def write(self, place: int, model: int, seen: Seen) -> None:
        """Adds pictures, which only the worker at this place may do.

        Args:
            place: of the worker.
            model: a number of 16 bits for the reference whose bins these are.
            seen: at most KEPT of them.
        """
        count, number = len(seen.classes), self.number(place)
        rows = np.empty((count, WIDTH), dtype=np.uint8)
        rows[:, :2], rows[:, 2:4] = _two_bytes(np.full(count, model)), _two_bytes(seen.classes)
        rows[:, 4:] = seen.bins
        self._rings[place][(number + np.arange(count)) % KEPT] = rows
        self._numbers[place][0] = number + count  # last: what is counted is there

    def since(self, place: int, number: int, model: int) -> News:
        """What a worker has seen with this model after it had seen so many; the oldest may be lost."""
        now = self.number(place)
        first = max(number, now - KEPT)
        rows = self._rings[place][np.arange(first, now) % KEPT]
        rows = rows[rows[:, :2].copy().view("<u2")[:, 0] == model]
        classes = rows[:, 2:4].copy().view("<u2")[:, 0].astype(np.int64)
        return News(Seen(rows[:, 4:].astype(np.int64), classes), now)


def _two_bytes(values: NDArray[np.int64]) -> Rows:
    """(n,) to (n, 2)."""
    return values.astype("<u2").view(np.uint8).reshape(-1, 2)
