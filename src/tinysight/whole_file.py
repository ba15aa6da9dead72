"""Files that are whole or not there: written under another name, then renamed."""

import csv
import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def whole(path: Path) -> Iterator[Path]:
    """Gives a name to write to; the file gets its own name where the block ends well."""
    draft = path.with_name(path.name + ".part")
    yield draft
    os.replace(draft, path)


def write_whole(path: Path, content: str | bytes) -> None:
    """Writes text as UTF-8, or bytes."""
    with whole(path) as draft:
        draft.write_bytes(content.encode() if isinstance(content, str) else content)


def write_table(path: Path, header: Sequence[str], rows: Iterable[Iterable[object]]) -> None:
    """Writes a UTF-8 CSV with a header; lines end in a newline on every system."""
    with whole(path) as draft, draft.open("w", encoding="utf-8", newline="") as file:
        writer, quoting = (
            csv.writer(file, lineterminator="\n", quoting=how) for how in (csv.QUOTE_MINIMAL, csv.QUOTE_ALL)
        )
        writer.writerow(header)
        for row in rows:
            cells = [*row]
            # a lone carriage return (macOS names a file "Icon\r") would end the line for who reads it
            (quoting if any("\r" in str(cell) for cell in cells) else writer).writerow(cells)


def sync_folder(folder: Path) -> None:
    """Returns when the names in a folder would survive a power cut.

    Raises:
        OSError: if the disk refuses it.
    """
    place = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(place)
    finally:
        os.close(place)
