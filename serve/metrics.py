"""What a worker counts about its requests; called from the event loop's thread only."""

import os
from bisect import bisect_left
from collections.abc import Callable

from serve import exchange, families
from serve.exposition import series
from serve.families import Family
from serve.shared_cells import FLAG, PID, Page, SharedCells


class Metrics:
    """Every call costs about a microsecond and writes only this process's own cells.

    Attributes:
        shared: the cells of all processes of this service.
        ending: True once this worker has been told to end.
    """

    def __init__(self, shared: SharedCells | None = None, number: int = 0) -> None:
        """Goes on counting from where the last process with this number ended.

        Args:
            shared: with the other processes; by default this one counts alone.
            number: of this process's page.
        """
        self.shared, self.ending = shared or SharedCells(), False
        self._page = self.shared.page(number)
        self._cells, self._parents = self._page.cells, self.shared.page(0).cells
        self._requests: dict[tuple[str, str, int], int] = {}
        self._durations: dict[str, int] = {}
        self._classes: dict[str, int] = {}
        self._refusals: dict[str, int] = {}
        self._received, self._sent = self._place(families.RECEIVED), self._place(families.SENT)
        self._in_progress, self._queued = (self._place(family) for family in families.PASSING)
        self._decode, self._inference = self._place(families.DECODE), self._place(families.INFERENCE)
        self._unknown, self._confidence = self._place(families.UNKNOWN), self._place(families.CONFIDENCE)
        self._dropped = self._place(families.DROPPED)
        self._cells[PID] = os.getpid()
        forget_passing(self._page)

    @property
    def draining(self) -> bool:
        """True while the service is about to stop and its clients should go elsewhere."""
        return self.ending or self._parents[FLAG] != 0

    def began(self) -> None:
        """A request's head is here."""
        self._cells[self._in_progress] += 1

    def ended(self, route: str, method: str, status: int, seconds: float, received: int, sent: int) -> None:
        """A request that began is answered.

        Args:
            route: the template of its address, or one word for all that are unknown.
            method: one of those that exist.
            status: of the answer.
            seconds: since its head was here.
            received: bytes of its body.
            sent: bytes of the answer's body.
        """
        cells, key = self._cells, (route, method, status)
        if key not in self._requests:
            labels = {"route": route, "method": method, "status": str(status)}
            self._requests[key] = self._place(families.REQUESTS, **labels)
            self._durations[route] = self._place(families.DURATION, route=route)
        cells[self._in_progress] -= 1
        cells[self._requests[key]] += 1
        cells[self._received] += received
        cells[self._sent] += sent
        self._observe(self._durations[route], families.SECONDS, seconds)

    def decoded(self, seconds: float) -> None:
        """A picture was decoded, or refused by the decoder, in that time."""
        self._observe(self._decode, families.SHORT_SECONDS, seconds)

    def inferred(self, seconds: float) -> None:
        """The model ran once, for one picture or a group of them, in that time."""
        self._observe(self._inference, families.SHORT_SECONDS, seconds)

    def predicted(self, class_name: str | None, confidence: float, version: str | None = None) -> None:
        """A picture was answered with that class, or None for unknown.

        Args:
            class_name: of the answer.
            confidence: the probability of the best class, sure or not.
            version: of the model that answered; for the log.
        """
        if class_name is None:
            self._cells[self._unknown] += 1
        else:
            if class_name not in self._classes:
                self._classes[class_name] = self._place(families.PREDICTIONS, class_=class_name)
            self._cells[self._classes[class_name]] += 1
        self._observe(self._confidence, families.PROBABILITIES, confidence)
        if request := exchange.current.get():
            request.pictures += 1
            request.class_name, request.model_version = class_name, version

    def refused(self, reason: str) -> None:
        """A request was turned away before its work began; the reason is one of a few fixed words."""
        if reason not in self._refusals:
            self._refusals[reason] = self._place(families.REFUSALS, reason=reason)
        self._cells[self._refusals[reason]] += 1

    def queued(self, requests: int) -> None:
        """How many requests of this worker have a place in the queue now, waiting or in work."""
        self._cells[self._queued] = requests

    def dropped(self, lines: int) -> None:
        """That many lines were not logged, because nobody reads the log fast enough."""
        self._cells[self._dropped] += lines

    def counter(self, family: Family, **labels: str) -> Callable[[int], None]:
        """What counts one series up; one thread only may call it, which need not be the event loop's."""
        place, cells = self._place(family, **labels), self._cells

        def count(number: int) -> None:
            cells[place] += number

        return count

    def gauge(self, family: Family, **labels: str) -> Callable[[float], None]:
        """What sets one series that no other worker shows."""
        place, cells = self._place(family, **labels), self._cells

        def show(value: float) -> None:
            cells[place] = value

        return show

    def own(self, cell: int) -> "memoryview[float]":
        """One of this page's cells with a meaning of their own, as serve.shared_cells names them."""
        return self._cells[cell : cell + 1]

    def _place(self, family: Family, **labels: str) -> int:
        return self._page.place(series(family, **labels), length(family))

    def _observe(self, first: int, buckets: tuple[float, ...], value: float) -> None:
        cells = self._cells
        cells[first + bisect_left(buckets, value)] += 1
        cells[first + len(buckets) + 1] += value


def length(family: Family) -> int:
    """Cells of one of its series: a histogram has one a bucket, one for what is above, and the sum."""
    return len(family.buckets) + 2 if family.buckets else 1


def forget_passing(page: Page) -> None:
    """Makes zero what is true of living processes only, after the page's process has ended."""
    for family in families.PASSING:
        page.cells[page.place(family.name)] = 0
