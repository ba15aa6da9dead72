"""What each picture's file was like before it became pixels of one size: read once, by ingest."""

import csv
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from tinysight.errors import DataError
from tinysight.whole_file import write_table

FACTS = "facts.csv"


class Facts(NamedTuple):  # not a dataclass, which takes several times as long through a pipe and into a table
    """One picture's file.

    Attributes:
        width: in pixels, as stored.
        height: in pixels, as stored.
        format: one of imaging.FORMATS.
        mode: Pillow's name for its kind of pixels.
        orientation: EXIF's, 1 to 8; 1 where it has none.
        file_bytes: how long the file is.
    """

    width: int
    height: int
    format: str
    mode: str
    orientation: int
    file_bytes: int


def write_facts(folder: Path, facts: Iterable[Facts]) -> None:
    """Writes facts.csv: row i is image i of the ImageSet beside it."""
    write_table(folder / FACTS, Facts._fields, facts)


def read_facts(folder: Path) -> list[Facts]:
    """Reads facts.csv.

    Raises:
        DataError: if it is missing or not what write_facts wrote.
    """
    try:
        with (folder / FACTS).open(encoding="utf-8", newline="") as file:
            return [
                Facts(int(row["width"]), int(row["height"]), row["format"], row["mode"], int(row["orientation"]),
                      int(row["file_bytes"]))
                for row in csv.DictReader(file)
            ]  # fmt: skip
    except (OSError, ValueError, KeyError) as error:
        raise DataError(f"{folder / FACTS} cannot be read: {error!r}. Run `dvc repro ingest`.") from None
