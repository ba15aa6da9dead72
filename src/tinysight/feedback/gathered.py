"""The pictures of pulled records, each once, with the last that was said of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from tinysight.errors import DataError
from tinysight.record_file import Note
from tinysight.records import Capture, Feedback, read_captures, read_feedback

SIGNS = (
    *((b"\x89PNG", ".png"), (b"\xff\xd8", ".jpg"), (b"GIF8", ".gif"), (b"BM", ".bmp"), (b"RIFF", ".webp")),
    *((b"II*\0", ".tif"), (b"MM\0*", ".tif")),
)


@dataclass(frozen=True)
class Seen:
    """A picture that the service saw.

    Attributes:
        capture: it, and what was answered.
        feedback: the last that was said of it; None if nobody has.
    """

    capture: Capture
    feedback: Feedback | None

    @property
    def digest(self) -> str:
        """Of its bytes."""
        return self.capture.digest

    @property
    def is_here(self) -> bool:
        """Whether all its bytes are; one that is damaged must not stop the others."""
        try:
            self.capture.picture()
        except DataError:
            return False
        return True

    @property
    def name(self) -> str:
        """What its file is called."""
        start = self.capture.picture()[:8]
        return self.capture.prediction_id + next((end for sign, end in SIGNS if start.startswith(sign)), "")

    @property
    def day(self) -> str:
        """When it was answered, such as 2026-11-22, in UTC."""
        return datetime.fromtimestamp(self.capture.when, UTC).strftime("%Y-%m-%d")

    def origin(self, confirmed_by: str) -> str:
        """Where it came from, in words."""
        said = f", said by {self.feedback.who or 'somebody'}" if self.feedback else ""
        capture = self.capture
        return (
            f"feedback {capture.prediction_id} of {self.day}, answered by {capture.model} version"
            f" {capture.model_version}{said}, confirmed by {confirmed_by}"
        )


@dataclass(frozen=True)
class Gathered:
    """All that was pulled.

    Attributes:
        pictures: each content once, in the order that the service saw them.
        lost: feedback whose picture is not there any more.
    """

    pictures: Sequence[Seen]
    lost: Sequence[Feedback]

    @property
    def spoken_of(self) -> list[Seen]:
        """The pictures that somebody has said something about."""
        return [one for one in self.pictures if one.feedback]

    @property
    def class_names(self) -> list[str]:
        """The classes of the model that answered last."""
        return [*self.pictures[-1].capture.probabilities] if self.pictures else []


def gather(folder: Path, note: Note = lambda _: None) -> Gathered:
    """Reads the records of a folder.

    Args:
        folder: of records.
        note: told in a line what is broken.
    """
    last = {one.prediction_id: one for one in read_feedback(folder, note)}  # the oldest first
    by_digest: dict[str, Seen] = {}
    found: set[str] = set()
    for capture in sorted(read_captures(folder, note=note), key=lambda one: one.when):
        seen, before = Seen(capture, last.get(capture.prediction_id)), by_digest.get(capture.digest)
        found.add(capture.prediction_id)
        if before is None or _said(seen) >= _said(before):
            by_digest[capture.digest] = seen
    pictures = sorted(by_digest.values(), key=lambda one: one.capture.when)
    return Gathered(pictures, [one for one in last.values() if one.prediction_id not in found])


def _said(one: Seen) -> float:
    return one.feedback.when if one.feedback else 0.0
