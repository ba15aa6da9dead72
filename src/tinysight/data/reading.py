"""Reads and decodes source files on all cores, each picture once, into its own row on the disk."""

import hashlib
import json
from collections.abc import Sequence
from contextlib import closing
from dataclasses import asdict
from functools import partial
from pathlib import Path

import PIL

import tinysight
from tinysight.data.cores import death, on_all_cores
from tinysight.data.facts import Facts
from tinysight.data.journal import Reading, journal, read_journal
from tinysight.data.pixel_rows import PixelRows
from tinysight.data.progress import progress_bar
from tinysight.data.sources.source import SourceFile
from tinysight.data.work_folder import stamp
from tinysight.errors import ImageError
from tinysight.imaging import Decoding, decode_with_header

JOURNAL = "readings.jsonl"


def work_key(files: Sequence[SourceFile], decoding: Decoding) -> str:
    """The same for the same files decoded in the same way, as far as can be told without reading them."""
    how = [tinysight.__version__, PIL.__version__, asdict(decoding)]
    key = hashlib.sha256(json.dumps(how).encode())
    for file in files:
        key.update(f"{file.path}\n{_stamp(file)}\n".encode(errors="backslashreplace"))
    return key.hexdigest()[:32]


def read_pictures(files: Sequence[SourceFile], decoding: Decoding, rows: PixelRows, folder: Path) -> list[Reading]:
    """Decodes file i into row i.

    What a killed run of the same work left is not decoded again, but for files without a stamp.

    Args:
        files: what to read.
        decoding: what their pixels shall be.
        rows: where pixels go.
        folder: keeps what a kill must not lose; for this work alone, see work_key.

    Returns:
        one for each file.
    """
    readings = _earlier(files, rows, folder / JOURNAL)
    to_do = [row for row in range(len(files)) if row not in readings]
    fresh = on_all_cores(partial(_read, files, decoding, rows), to_do, lambda _, how: Reading("", death(how)), ahead=64)
    with (
        closing(fresh),
        journal(folder / JOURNAL, readings) as written,
        progress_bar("decode pictures", len(files)) as advance,
    ):
        advance(len(readings))
        for row, reading in zip(to_do, fresh, strict=True):
            readings[row] = reading
            written.add(row, reading)
            advance(1)
    return [readings[row] for row in range(len(files))]


def _earlier(files: Sequence[SourceFile], rows: PixelRows, path: Path) -> dict[int, Reading]:
    """What is known already, and true: after a power failure pixels may be lost that the journal tells of."""
    return {
        row: reading
        for row, reading in read_journal(path).items()
        if (files[row].origin or files[row].made_from) and rows.checksum(row) == reading.checksum
    }


def _stamp(file: SourceFile) -> str:
    """Empty where nothing tells whether the file's bytes are still the same."""
    if file.origin is not None:
        return stamp(file.origin)
    return f"{stamp(file.made_from[0])} {file.made_from[1]}" if file.made_from else ""


def _read(files: Sequence[SourceFile], decoding: Decoding, rows: PixelRows, row: int) -> Reading:
    digest = ""
    try:
        data = files[row].read()
        digest = hashlib.sha256(data).hexdigest()
        pixels, header = decode_with_header(data, decoding)
    except ImageError as error:
        return Reading(digest, str(error))
    facts = Facts(*header.size, header.format, header.mode, header.orientation, len(data))
    return Reading(digest, "", facts, rows.write(row, pixels))
