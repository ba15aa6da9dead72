"""How often a key or an address may ask: token buckets in memory that all workers share."""

import fcntl
import mmap
import os
import re
import time
from contextlib import suppress
from ipaddress import IPv6Address, ip_address

RATE = re.compile(r"(\d{1,9})(?:/(second|minute|hour))?")
SECONDS = {"second": 1, "minute": 60, "hour": 3600}
WAYS = 8  # places that one asker may have
SETS = 2048
CELLS = WAYS * SETS
ROUNDING = 1e-9  # seconds
TRIES = 200  # for the lock; a worker that is stopped while it has it must not stop the others


class Buckets:
    """A token bucket for each asker, exact over all workers that were forked after it was made.

    A bucket is one number: the time at which it will be full again (the generic cell rate algorithm). The
    table has a fixed number of cells. Where more askers are active than have room, the one that is nearest
    to a full bucket is forgotten, which forgives it what it has spent.
    """

    def __init__(self, rate: str) -> None:
        """A table in which nobody has asked yet.

        Args:
            rate: a number of requests, with /second, /minute or /hour; a minute without. So many may also come at once.
        """
        self.burst, self.period = parse_rate(rate)
        self._cost = self.period / self.burst  # seconds until one token has come back
        self._file = os.memfd_create("tinysight-rate")
        os.ftruncate(self._file, CELLS * 16)
        memory = memoryview(mmap.mmap(self._file, CELLS * 16))
        self._askers, self._full_at = memory[: CELLS * 8].cast("q"), memory[CELLS * 8 :].cast("d")

    def spend(self, asker: str, tokens: int = 1) -> float:
        """Takes tokens out of a bucket if they are in it.

        Args:
            asker: a key's name or an address.
            tokens: how many; more than the bucket holds counts as all that it holds.

        Returns:
            0, or the seconds after which there will be enough.
        """
        number = hash(asker)  # salted for each start of the service, and the same in all its workers
        price = min(tokens, self.burst) * self._cost
        first = number % SETS * WAYS
        self._lock(first)
        try:
            now = time.monotonic()
            cell = self._cell(number, first)
            full_at = max(self._full_at[cell], now) if self._askers[cell] == number else now
            wait = full_at + price - now - self.period
            if wait > ROUNDING:
                return wait
            self._askers[cell], self._full_at[cell] = number, full_at + price
            return 0.0
        finally:
            fcntl.lockf(self._file, fcntl.LOCK_UN, 1, first)

    def _cell(self, number: int, first: int) -> int:
        """Where an asker's bucket is, or the cell of the one that is to be forgotten for it."""
        cells = range(first, first + WAYS)
        for cell in cells:
            if self._askers[cell] == number:
                return cell
        return min(cells, key=self._full_at.__getitem__)

    def _lock(self, place: int) -> None:
        """Keeps other workers from a set of cells; the system frees it if this one dies."""
        for _ in range(TRIES):
            with suppress(OSError):
                fcntl.lockf(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, place)
                return
            os.sched_yield()


def parse_rate(rate: str) -> tuple[int, int]:
    """Requests, and the seconds in which so many may come.

    Raises:
        ValueError: if it is not written as it should be.
    """
    found = RATE.fullmatch(rate.strip().lower())
    if found is None or int(found[1]) == 0:
        raise ValueError("a rate is a number of requests a minute, or like 5/second, 60/minute or 1000/hour")
    return int(found[1]), SECONDS[found[2] or "minute"]


def asker_of(address: str) -> str:
    """Who is behind an address: of IPv6 the network of 64 bits that one customer has."""
    if ":" not in address:
        return address
    with suppress(ValueError):
        given = ip_address(address.partition("%")[0])
        if isinstance(given, IPv6Address):
            mapped = given.ipv4_mapped
            return str(mapped) if mapped is not None else f"{int(given) >> 64:x}::/64"
    return address
