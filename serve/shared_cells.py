"""Numbers that several processes count together, in memory that all of them see; each writes its own page only.

A page belongs to a place among the workers, not to a process: the successor of a dead worker counts on from where it
stopped. There are no locks: a cell has one writer, and eight aligned bytes are never seen half written.
"""

import mmap
from collections.abc import Iterator

CELLS = 2048  # float64 a page
NAMES = 48 * 1024  # bytes of names a page
PAGE = CELLS * 8 + NAMES
PID, TAKEN, NAMED = 0, 1, 2  # cells with a meaning of their own: whose page, cells in use, bytes of names in use
LOST = 3  # counts what a full page had no room for
FLAG = 4  # what its process tells the others
OPEN = 5  # its open connections
WATCHED = 6  # which version its drift alarm is about
SINK = 7  # from here on: written and never read, in place of what a full page has no room for
LONGEST = 60  # cells of one series
FIRST = SINK + LONGEST


class Page:
    """The cells of one process.

    Attributes:
        cells: to be written at the places that `place` gives.
    """

    def __init__(self, memory: memoryview) -> None:
        """Goes on with what is there: all zeros, or what a process that ended has left.

        Args:
            memory: (PAGE,) bytes.
        """
        self.cells = memory[: CELLS * 8].cast("d")
        self._names = memory[CELLS * 8 :]
        if self.cells[TAKEN] == 0:
            self.cells[TAKEN] = FIRST
        self._places = {name: first for name, first, _ in self._series()}

    def place(self, series: str, length: int = 1) -> int:
        """The first of the cells of a series, which is written down where it is new.

        Args:
            series: its name, without a tab or a line break.
            length: how many cells it has, at most LONGEST.
        """
        place = self._places.get(series)
        if place is None:
            place = self._places[series] = self._write_down(series, length)
        return place

    def read(self) -> Iterator[tuple[str, list[float]]]:
        """Each series with what stands in its cells now."""
        for name, first, length in self._series():
            yield name, [*self.cells[first : first + length]]

    def _write_down(self, series: str, length: int) -> int:
        first, named = int(self.cells[TAKEN]), int(self.cells[NAMED])
        line = f"{first}\t{length}\t{series}\n".encode("utf-8", "replace")
        if first + length > CELLS or named + len(line) > NAMES:
            self.cells[LOST] += 1
            return SINK
        self._names[named : named + len(line)] = line
        self.cells[TAKEN] = first + length
        self.cells[NAMED] = named + len(line)  # last: what is named is whole
        return first

    def _series(self) -> Iterator[tuple[str, int, int]]:
        text = bytes(self._names[: int(self.cells[NAMED])]).decode()
        for line in text.split("\n")[:-1]:
            first, length, name = line.split("\t")
            yield name, int(first), int(length)


class SharedCells:
    """Pages for a parent, which has number 0, and for each place among its workers."""

    def __init__(self, workers: int = 0) -> None:
        """Takes the memory, which must be done before the workers are forked; a page that nobody touches costs none."""
        self._count = 1 + workers
        self._memory = memoryview(mmap.mmap(-1, self._count * PAGE))

    def page(self, number: int) -> Page:
        """One process's own page."""
        return Page(self._memory[number * PAGE : (number + 1) * PAGE])

    def pages(self) -> list[Page]:
        """All of them, to be read."""
        return [self.page(number) for number in range(self._count)]

    def everybodys(self, cell: int) -> "list[memoryview[float]]":
        """One of the cells with a meaning of their own, of each place among the workers."""
        return [page.cells[cell : cell + 1] for page in self.pages()[1:]]

    def totals(self) -> dict[str, list[float]]:
        """Each series with its cells added up over all processes, also those that have ended."""
        totals: dict[str, list[float]] = {}
        for page in self.pages():
            for name, values in page.read():
                known = totals.get(name)
                totals[name] = values if known is None else [a + b for a, b in zip(known, values, strict=True)]
        return totals
