"""What the parent counts: versions, polls and workers; whichever worker is asked shows it."""

import os
import time
from collections.abc import Collection

from serve import families
from serve.exposition import series
from serve.families import Family
from serve.follow_state import FollowState
from serve.metrics import forget_passing
from serve.shared_cells import FLAG, OPEN, PID, SharedCells
from serve.workers import Worker


class ServiceCounts:
    """Writes the parent's page; it is the same for all workers, and outlives each of them."""

    def __init__(self, shared: SharedCells) -> None:
        """Counts from zero.

        Args:
            shared: with the workers.
        """
        self._shared, self._page = shared, shared.page(0)
        self._page.cells[PID] = os.getpid()
        for family in (families.SWAPS, families.FAILURES, families.FAILED_POLLS, families.DEATHS, families.WORKERS):
            self._set(family, 0)
        self._set(families.START, time.time())

    def follow(self, state: FollowState) -> None:
        """Takes over what is known about the versions."""
        self._set(families.SWAPS, state.swaps)
        self._set(families.FAILURES, state.failures)
        self._set(families.FAILED_POLLS, state.failed_polls)
        self._set(families.TROUBLE, state.trouble is not None)
        if state.last_success is not None:
            self._set(families.LAST_POLL, state.last_success)

    def load(self) -> None:
        """Another version is taken into service now."""
        self._set(families.LOADED, time.time())

    def count_workers(self, alive: Collection[Worker], number: int) -> None:
        """How many workers there are, and how many of them serve the accepted version.

        Args:
            alive: the workers.
            number: of the release that they are to serve.
        """
        self._set(families.WORKERS, len(alive))
        self._set(families.CURRENT, sum(worker.serves == number for worker in alive))

    def bury(self, place: int, *, expected: bool) -> None:
        """A worker has ended; what it counted stays.

        Args:
            place: among the workers.
            expected: False if nobody told it to.
        """
        page = self._shared.page(1 + place)
        page.cells[PID] = 0
        page.cells[OPEN] = float("inf")  # nobody leaves a connection to it; its successor begins with none
        forget_passing(page)
        if not expected:
            self._page.cells[self._page.place(families.DEATHS.name)] += 1

    def drain(self) -> None:
        """Tells all workers that the service is about to stop."""
        self._page.cells[FLAG] = 1

    def _set(self, family: Family, value: float) -> None:
        self._page.cells[self._page.place(series(family))] = value
