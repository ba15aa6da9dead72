"""What a service saw and what people said of it: a folder of records that its workers write and others read."""

import json
import os
import re
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, fields
from hashlib import sha256
from pathlib import Path
from typing import Any, Literal, TypeVar

from tinysight.errors import DataError
from tinysight.record_file import Entry, Note, RecordFile, began, entries, find, record_files

CAPTURES, KEPT, FEEDBACK = "captures", "kept", "feedback"  # folders; kept: those with feedback that had to move
MARGIN = 10  # seconds that two clocks, or one before and after it was set, may differ
LARGEST = 1 << 62
NONE = "none of these"  # how people are asked and answered about a picture of no class
START = b'{"prediction_id":"'
IDENTIFIER = re.compile("[0-9a-f]{32}")
Reason = Literal["sample", "unknown", "unsure", "asked"]


@dataclass(frozen=True, kw_only=True)
class Capture:
    """A picture that the service was sent, with what it answered.

    Attributes:
        prediction_id: of the answer; `new_id` makes them.
        when: of the answer, in seconds since 1970.
        class_name: that was answered; None for unknown.
        best_class: the best class, sure or not.
        confidence: the probability of best_class.
        probabilities: of all classes, in the model's order.
        model: the name of the model that answered.
        model_version: that answered.
        reason: why it was kept. `sample`: drawn from all traffic with one probability, so these alone are a fair
            sample of it; the others are beside that: unknown, unsure, or the client asked for it.
        rate: the probability with which pictures of this reason were drawn.
        digest: sha256 of the picture's bytes, in hex.
        entry: where it lies; None before it is written.
    """

    prediction_id: str
    when: float
    class_name: str | None
    best_class: str
    confidence: float
    probabilities: dict[str, float]
    model: str
    model_version: str
    reason: Reason
    rate: float
    digest: str
    entry: Entry | None = field(default=None, compare=False, repr=False)

    @property
    def unknown(self) -> bool:
        """Whether the model was not sure enough to answer a class."""
        return self.class_name is None

    def picture(self) -> bytes:
        """The picture's bytes, just as they were sent.

        Raises:
            DataError: if they are damaged, or the service has removed them since.
        """
        content = self.entry.content() if self.entry else None
        if content is None or sha256(content).hexdigest() != self.digest:
            raise DataError(
                f"The picture of prediction {self.prediction_id} is damaged or gone. Remove its file"
                f" {self.entry.path.name if self.entry else ''} and pull again, or pass it over."
            )
        return content


@dataclass(frozen=True, kw_only=True)
class Feedback:
    """What somebody said of a prediction; of several about the same one the latest counts.

    Attributes:
        prediction_id: of the answer.
        when: it was said, in seconds since 1970.
        class_name: the right class; None for none of the model's classes.
        model_version: that had answered.
        who: the name of the API key that it came with; None without one.
    """

    prediction_id: str
    when: float
    class_name: str | None
    model_version: str
    who: str | None = None


Record = TypeVar("Record", Capture, Feedback)


def new_id(now: float | None = None) -> str:
    """A new prediction id, 32 hex digits: the second, so that its record is found soon, and 96 random bits."""
    return f"{int(time.time() if now is None else now) & 0xFFFFFFFF:08x}{os.urandom(12).hex()}"


def id_of(header: bytes) -> str:
    """The prediction id in a record's header, which it begins with."""
    return header[len(START) : len(START) + 32].decode("ascii", "replace")


def to_header(record: Capture | Feedback) -> bytes:
    """The record without its picture, as JSON."""
    values = {one.name: getattr(record, one.name) for one in fields(record) if one.name != "entry"}
    return json.dumps(values, ensure_ascii=False, separators=(",", ":")).encode()


def read_captures(folder: Path, since: float = 0.0, note: Note = lambda _: None) -> Iterator[Capture]:
    """Each capture once, file by file, the oldest file first; pictures are not read.

    Args:
        folder: of the records.
        since: seconds since 1970; older captures are passed over.
        note: told in a line what is broken.
    """
    seen: set[bytes] = set()
    for path in (path for name in (CAPTURES, KEPT) for path in record_files(folder / name)):
        if _grew_after(path, since):
            for capture in _records(path, Capture, note):
                mark = capture.prediction_id.encode()
                if capture.when >= since and mark not in seen:
                    seen.add(mark)
                    yield capture


def read_feedback(folder: Path, note: Note = lambda _: None) -> list[Feedback]:
    """All feedback, the oldest first."""
    files = record_files(folder / FEEDBACK)
    return sorted((one for path in files for one in _records(path, Feedback, note)), key=lambda one: one.when)


def find_capture(folder: Path, prediction_id: str) -> Capture | None:
    """The capture of one prediction; None if there is none. Its id says in which few files it may be."""
    if not IDENTIFIER.fullmatch(prediction_id):
        return None
    second, start = int(prediction_id[:8], 16), START + prediction_id.encode()
    for kind in (CAPTURES, KEPT):
        files = [path for path in record_files(folder / kind) if began(path) - MARGIN <= second]
        files.sort(key=lambda path: abs(began(path) - second))  # most probably it is in one that had just begun
        for path in files:
            if _grew_after(path, second) and (entry := find(path, start)):
                return _record(entry, Capture)
    return None


def write_captures(folder: Path, captures: Sequence[tuple[Capture, bytes]]) -> None:
    """Adds captures with their pictures in a file of their own, for programs that are no service."""
    _write(folder / CAPTURES, captures)


def write_feedback(folder: Path, feedback: Sequence[Feedback]) -> None:
    """Adds feedback in a file of its own, for programs that are no service."""
    _write(folder / FEEDBACK, [(one, b"") for one in feedback])


def _write(folder: Path, records: Sequence[tuple[Capture | Feedback, bytes]]) -> None:
    file = RecordFile(folder, LARGEST, min((record.when for record, _ in records), default=None))
    try:
        for record, content in records:
            file.append(to_header(record), content)
        file.sync()
    finally:
        file.close()


def _grew_after(path: Path, moment: float) -> bool:
    try:
        return path.stat().st_mtime + MARGIN >= moment
    except OSError:
        return False


def _records(path: Path, kind: type[Record], note: Note) -> Iterator[Record]:
    for entry in entries(path, note):
        record = _record(entry, kind)
        if record is None:
            note(f"{path.name}: a record of another version of tinysight is passed over.")
        else:
            yield record


def _record(entry: Entry, kind: type[Record]) -> Record | None:
    """A record of what stands in a file; fields that are not known are passed over."""
    try:
        said: dict[str, Any] = json.loads(entry.header) | {"entry": entry}
        return kind(**{one.name: said[one.name] for one in fields(kind) if one.name in said})
    except (ValueError, TypeError):
        return None
