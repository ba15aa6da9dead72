"""The folder of what the service keeps: within its limits of size, age and free disk, whatever the workers do."""

import fcntl
import logging
import os
import tempfile
import time
from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from serve.settings import Settings
from tinysight.errors import ConfigError
from tinysight.record_file import ENTRY, HEAD, RecordFile, began, claim, entries, record_files
from tinysight.records import CAPTURES, FEEDBACK, KEPT, id_of, read_feedback

log = logging.getLogger("serve")
LOCK = "lock"
KINDS = (CAPTURES, KEPT, FEEDBACK)
FILES = 12  # of captures a worker, when the folder is full: the oldest of them make room
MARGIN = 8  # one part in so many is free after room was made
DRAFTS = 600.0  # seconds between two looks for what killed writers have left
FEEDBACK_FILES = 64  # the same of feedback, which is small
FEEDBACK_SHARE = 4  # feedback may take one part in so many, so that it cannot displace the pictures that it is about
KEPT_SHARE = 2  # and pictures with feedback one in so many, before the oldest of them goes first
LEAST_FREE = 64 << 20  # bytes of the disk that are left to others
MEGABYTE = 1_000_000


class FullError(Exception):
    """There is no room for more."""


class CaptureFolder:
    """What all workers of a service, or of several on one folder, agree on by a lock that ends with its holder."""

    def __init__(self, settings: Settings) -> None:
        """Makes the folder where it is missing.

        Raises:
            ConfigError: if nothing can be written there.
        """
        assert settings.capture_dir is not None
        self.path = settings.capture_dir.expanduser()
        # what _keep copies lies there twice for a moment: at most one file of the usual size; larger ones are moved
        self._limit = int(settings.capture_megabytes * MEGABYTE * (1 - 1 / FILES))
        self._seconds = settings.capture_days * 86_400
        self._usual = {CAPTURES: self._limit // (FILES * settings.workers)}
        self._usual[FEEDBACK] = self._limit // (FEEDBACK_FILES * settings.workers)
        self._closed: dict[str, int] = {}  # bytes of files that do not grow any more
        self._drafts_due = 0.0
        self.roll_seconds = min(3600.0, self._seconds / 10)  # a file's oldest record decides when it goes
        check_writable(self.path)

    @contextmanager
    def locked(self, *, alone: bool) -> Iterator[None]:
        """Nobody else tidies meanwhile; with `alone`, nobody looks for a record either.

        Raises:
            OSError: if the disk refuses it.
        """
        self.path.mkdir(mode=0o750, parents=True, exist_ok=True)  # somebody may have removed all that was kept
        file = os.open(self.path / LOCK, os.O_CREAT | os.O_RDWR, 0o640)
        try:
            fcntl.flock(file, fcntl.LOCK_EX if alone else fcntl.LOCK_SH)
            yield
        finally:
            os.close(file)

    def open_file(self, kind: str, header: bytes, content: bytes = b"") -> RecordFile:
        """A new file with room for a record and more; older captures make room for it.

        Args:
            kind: CAPTURES or FEEDBACK.
            header: of the record.
            content: of the record.

        Raises:
            FullError: if there is no room within the limits.
            OSError: if the disk refuses it.
        """
        wanted = max(self._usual[kind], HEAD.size + ENTRY.size + len(header) + len(content))
        with self.locked(alone=True):
            lying = self._tidied()
            if kind == FEEDBACK and self._sum(lying[FEEDBACK]) + wanted > self._limit // FEEDBACK_SHARE:
                raise FullError
            self._make_room(wanted, lying)
            disk = os.statvfs(self.path)
            if disk.f_bavail * disk.f_frsize < LEAST_FREE + wanted:
                raise FullError
            return RecordFile(self.path / kind, wanted)

    def tidy(self) -> None:
        """Removes what is too old.

        Raises:
            OSError: if the disk refuses it.
        """
        with self.locked(alone=True):
            self._tidied()

    def _tidied(self) -> dict[str, list[Path]]:
        """The files of each kind, the oldest first, after those that are too old have been removed."""
        last, lying = time.time() - self._seconds, {}
        for kind in KINDS:
            files = record_files(self.path / kind)
            old = [path for path in files if began(path) < last and not self._claim(path)[1]]
            for path in old:
                path.unlink(missing_ok=True)
            lying[kind] = files[:] if not old else [path for path in files if path not in old]
        if self._drafts_due < time.monotonic():
            self._drafts_due = time.monotonic() + DRAFTS
            for draft in self.path.glob("*/*.part"):  # its writer was killed: they are made under the lock
                draft.unlink(missing_ok=True)
        return lying

    def _claim(self, path: Path) -> tuple[int, bool]:
        """Bytes that a file may come to, and whether it grows; one that does not grow is asked once."""
        size = self._closed.get(path.name)
        if size is not None:
            return size, False
        try:
            size, active = claim(path)
        except OSError:
            return 0, False
        if not active:
            self._closed[path.name] = size
        return size, active

    def _sum(self, files: Iterable[Path]) -> int:
        return sum(self._claim(path)[0] for path in files)

    def _make_room(self, wanted: int, lying: dict[str, list[Path]]) -> None:
        """Removes the oldest captures until there is room; those with feedback stay longer, in their share.

        Raises:
            FullError: if that does not suffice.
        """
        sums = {kind: self._sum(lying[kind]) for kind in KINDS}
        if sum(sums.values()) + wanted <= self._limit:
            return
        there = {path.name for kind in KINDS for path in lying[kind]}
        self._closed = {name: size for name, size in self._closed.items() if name in there}
        given = {one.prediction_id for one in read_feedback(self.path)}
        going = {kind: deque(path for path in lying[kind] if path.name in self._closed) for kind in (CAPTURES, KEPT)}
        goal = self._limit - self._limit // MARGIN  # more than is needed, since each look at the folder costs
        while sum(sums.values()) + wanted > goal:
            many = going[KEPT] and sums[KEPT] > self._limit // KEPT_SHARE
            kind = KEPT if many or not going[CAPTURES] else CAPTURES
            if not going[kind]:
                break
            path = going[kind].popleft()
            sums[kind] -= self._closed[path.name]
            if kind == CAPTURES:
                sums[KEPT] += self._keep(path, given)
            path.unlink(missing_ok=True)  # unless it was moved as it is
        if sum(sums.values()) + wanted > self._limit:
            raise FullError

    def _keep(self, path: Path, given: set[str]) -> int:
        """Copies the captures with feedback to where they stay longer; the bytes that they take there."""
        there = [*entries(path)]
        wanted = [entry for entry in there if id_of(entry.header) in given]
        if not wanted:
            return 0
        if len(wanted) == len(there):  # as of one picture that is larger than a usual file
            (self.path / KEPT).mkdir(exist_ok=True)
            os.replace(path, self.path / KEPT / path.name)
            return self._closed[path.name]
        kept = RecordFile(self.path / KEPT, HEAD.size, began(path))
        try:
            for entry in wanted:
                if (content := entry.content()) is not None:
                    kept.append(entry.header, content)
            kept.sync()
        except OSError:  # they still lie where they were
            kept.path.unlink(missing_ok=True)
            raise
        finally:
            kept.close()
        return kept.size

    def bytes(self) -> int:
        """What lies there, for whoever counts."""
        size = 0
        for path in (path for kind in KINDS for path in record_files(self.path / kind)):
            with suppress(OSError):
                size += path.stat().st_size
        return size


def check_writable(folder: Path) -> None:
    """Makes the folder where it is missing.

    Raises:
        ConfigError: if nothing can be written there.
    """
    try:
        folder.mkdir(mode=0o750, parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise ConfigError(
            f"TINYSIGHT_CAPTURE_DIR: {folder} cannot be written: {error.strerror}. Set it to a folder that can, or"
            " unset it to keep nothing."
        ) from None
