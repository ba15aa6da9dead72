"""The scores of the groups that are done, written down in order as they come, so that a kill loses little."""

import json
import os
import struct
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

import numpy as np

from tinysight.scoring.group_scores import GroupScores

SIZES = struct.Struct("<II")  # pictures, bytes of errors
CHECKSUM = struct.Struct("<I")  # of the sizes, the probabilities and the errors


class ScoreJournal:
    """One open journal: read what it holds to the end, then add to it."""

    def __init__(self, file: BinaryIO, classes: int) -> None:
        self._file, self._classes, self._size = file, classes, 0

    def earlier(self) -> Iterator[GroupScores]:
        """The scores that are whole; what a kill or a failing disk cut off after them is taken away at the end."""
        self._size = self._file.seek(0, os.SEEK_END)
        end = self._file.seek(0)
        while (scores := self._next()) is not None:
            end = self._file.tell()
            yield scores
        self._file.seek(end)
        self._file.truncate()

    def add(self, scores: GroupScores) -> None:
        """Writes the scores of one group down."""
        errors = json.dumps(scores.errors).encode() if scores.errors else b""
        sizes, body = SIZES.pack(len(scores.probabilities), len(errors)), scores.probabilities.tobytes() + errors
        self._file.write(sizes + body + CHECKSUM.pack(zlib.crc32(sizes + body)))
        self._file.flush()

    def _next(self) -> GroupScores | None:
        sizes = self._file.read(SIZES.size)
        if len(sizes) < SIZES.size:
            return None
        pictures, length = SIZES.unpack(sizes)
        numbers = pictures * self._classes * 4
        if self._file.tell() + numbers + length + CHECKSUM.size > self._size:  # damaged sizes may be enormous
            return None
        body = self._file.read(numbers + length)
        if CHECKSUM.unpack(self._file.read(CHECKSUM.size)) != (zlib.crc32(sizes + body),):
            return None
        probabilities = np.frombuffer(body[:numbers], dtype="<f4").reshape(pictures, self._classes)
        errors = json.loads(body[numbers:]) if length else {}
        return GroupScores(probabilities, {int(place): text for place, text in errors.items()})


@contextmanager
def score_journal(path: Path, classes: int) -> Iterator[ScoreJournal]:
    """The journal in a file, which is made if it is not there."""
    with path.open("a+b") as file:
        yield ScoreJournal(file, classes)
