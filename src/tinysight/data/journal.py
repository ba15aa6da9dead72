"""What became of each source file, written down as it comes, so that a kill loses little."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple, TextIO

from tinysight.data.facts import Facts
from tinysight.whole_file import write_whole

KEPT_BACK = 32  # readings that a kill may lose


class Reading(NamedTuple):
    """What became of one source file.

    Attributes:
        digest: sha256 of its bytes, in hex; empty if they could not be read.
        reason: why it is broken, else empty.
        facts: what the file is like, or None if it is broken.
        checksum: of its pixels.
    """

    digest: str
    reason: str = ""
    facts: Facts | None = None
    checksum: int = 0


class Journal:
    """Readings by row; those of broken files are not written down, since reading them again may end better."""

    def __init__(self, file: TextIO) -> None:
        self._file = file
        self._kept_back = 0

    def add(self, row: int, reading: Reading) -> None:
        """Writes one down."""
        self._file.write(_line(row, reading))
        self._kept_back += 1
        if self._kept_back == KEPT_BACK:
            self._file.flush()
            self._kept_back = 0


@contextmanager
def journal(path: Path, known: Mapping[int, Reading]) -> Iterator[Journal]:
    """A journal that begins with what is known already."""
    write_whole(path, "".join(_line(row, reading) for row, reading in known.items()))
    with path.open("a", encoding="utf-8") as file:
        yield Journal(file)


def read_journal(path: Path) -> dict[int, Reading]:
    """The readings that are whole; a kill may have cut off the last one. Empty where there is no journal."""
    if not path.exists():
        return {}
    with path.open(encoding="utf-8", errors="replace") as file:
        return dict(_readings(file))


def _line(row: int, reading: Reading) -> str:
    if reading.facts is None:
        return ""
    return json.dumps([row, reading.digest, reading.checksum, *reading.facts]) + "\n"


def _readings(lines: Iterator[str]) -> Iterator[tuple[int, Reading]]:
    for line in lines:
        try:
            row, digest, checksum, *facts = json.loads(line)
            yield row, Reading(digest, "", Facts(*facts), checksum)
        except (ValueError, TypeError):
            return
