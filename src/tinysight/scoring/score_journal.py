"""The scores of the groups that are done, written down in order as they come, so that a kill loses little."""

import json
import struct
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

import numpy as np

from tinysight.scoring.group_scores import GroupScores

HEAD = struct.Struct("<III")  # pictures, bytes of errors, checksum of what follows


class ScoreJournal:
    """One open journal: read what it holds to the end, then add to it."""

    def __init__(self, file: BinaryIO, classes: int) -> None:
        self._file, self._classes = file, classes

    def earlier(self) -> Iterator[GroupScores]:
        """The scores that are whole; what a kill or a failing disk cut off after them is taken away at the end."""
        end = self._file.seek(0)
        while (scores := self._next()) is not None:
            end = self._file.tell()
            yield scores
        self._file.seek(end)
        self._file.truncate()

    def add(self, scores: GroupScores) -> None:
        """Writes the scores of one group down."""
        errors = json.dumps(scores.errors).encode() if scores.errors else b""
        body = scores.probabilities.tobytes() + errors
        self._file.write(HEAD.pack(len(scores.probabilities), len(errors), zlib.crc32(body)) + body)
        self._file.flush()

    def _next(self) -> GroupScores | None:
        head = self._file.read(HEAD.size)
        if len(head) < HEAD.size:
            return None
        pictures, length, checksum = HEAD.unpack(head)
        numbers = pictures * self._classes * 4
        body = self._file.read(numbers + length)
        if len(body) < numbers + length or zlib.crc32(body) != checksum:
            return None
        probabilities = np.frombuffer(body[:numbers], dtype="<f4").reshape(pictures, self._classes)
        errors = json.loads(body[numbers:]) if length else {}
        return GroupScores(probabilities, {int(place): text for place, text in errors.items()})


@contextmanager
def score_journal(path: Path, classes: int) -> Iterator[ScoreJournal]:
    """The journal in a file, which is made if it is not there."""
    with path.open("a+b") as file:
        yield ScoreJournal(file, classes)
