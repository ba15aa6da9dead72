"""A file of records that only grows: what a kill or a full disk cuts short is passed over, and harms no other."""

import fcntl
import os
import struct
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from zlib import crc32

from tinysight.whole_file import sync_folder

SUFFIX = ".records"
HEAD = struct.Struct(">16s16sQ")  # what it is, its marker, the size in bytes that it may grow to
ENTRY = struct.Struct(">16sIIII")  # marker, bytes of header and content, checksums of both
SIZES = struct.Struct(">II")
MAGIC = b"tinysight rec 1\n"
PIECE = 4 << 20  # bytes that are looked through at once for the next record behind a broken one
Note = Callable[[str], None]


@dataclass(frozen=True)
class Entry:
    """One whole record as it lies in its file; its content is read when it is wanted.

    Attributes:
        header: what it says, of JSON.
        path: its file.
        place: of the content's first byte.
        size: of the content in bytes.
        checksum: of the content.
    """

    header: bytes
    path: Path
    place: int
    size: int
    checksum: int

    def content(self) -> bytes | None:
        """The bytes behind the header; None if they are damaged, or the file has been removed."""
        try:
            with self.path.open("rb") as file:
                content = os.pread(file.fileno(), self.size, self.place)
        except OSError:
            return None
        return content if len(content) == self.size and crc32(content) == self.checksum else None


class RecordFile:
    """The one writer of a new file; a lock on it, which ends with the process, says that it may still grow.

    Attributes:
        path: of the file; its name begins with the time of its start.
        size: in bytes, so far.
        limit: the size that it may grow to.
    """

    def __init__(self, folder: Path, limit: int, began: float | None = None) -> None:
        """Makes the file.

        Args:
            folder: is made where it is missing.
            limit: bytes that it may grow to.
            began: when its first record came up, in seconds since 1970; now, if None.

        Raises:
            OSError: if it cannot be made.
        """
        if not folder.is_dir():
            folder.mkdir(parents=True, exist_ok=True)
            sync_folder(folder.parent)
        moment = int(1e6 * (time.time() if began is None else began))  # in microseconds, so that names keep the order
        self._marker = os.urandom(16)  # of this file only, so that no picture can hold what looks like a record of it
        self.path = folder / f"{moment:016d}-{os.urandom(6).hex()}{SUFFIX}"
        self.size, self.limit = 0, limit
        draft = self.path.with_suffix(".part")
        self._file = os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_APPEND, 0o640)
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX)  # before it has its name, so that nobody sees it without
            self._write([HEAD.pack(MAGIC, self._marker, limit)])
            os.replace(draft, self.path)
        except BaseException:
            draft.unlink(missing_ok=True)
            os.close(self._file)
            raise

    def fits(self, header: bytes, content: bytes = b"") -> bool:
        """Whether a record has room in what the file may grow to."""
        return self.size + ENTRY.size + len(header) + len(content) <= self.limit

    @property
    def gone(self) -> bool:
        """Whether somebody has removed the file."""
        return os.fstat(self._file).st_nlink == 0

    def append(self, header: bytes, content: bytes = b"") -> None:
        """Adds one record; after an error the file is as before.

        Raises:
            OSError: if the disk refuses it.
        """
        sizes = len(header), len(content)
        self._write([ENTRY.pack(self._marker, *sizes, _checksum(*sizes, header), crc32(content)), header, content])

    def sync(self) -> None:
        """Returns when all that was added, and the file's name, would survive a power cut.

        Raises:
            OSError: if the disk refuses it.
        """
        os.fsync(self._file)
        sync_folder(self.path.parent)

    def close(self) -> None:
        """The file grows no more."""
        os.close(self._file)

    def _write(self, pieces: list[bytes]) -> None:
        data = memoryview(b"".join(pieces))
        written = 0
        try:
            while written < len(data):
                written += os.write(self._file, data[written:])
        except OSError:
            os.ftruncate(self._file, self.size)
            raise
        self.size += written


def record_files(folder: Path) -> list[Path]:
    """The files of records in a folder, the oldest first; none where there is no such folder."""
    try:
        with os.scandir(folder) as found:
            names = sorted(one.name for one in found if one.name.endswith(SUFFIX))
    except OSError:
        return []
    return [folder / name for name in names]


def began(path: Path) -> float:
    """When a file of records began, in seconds since 1970; 0 for a name that says nothing."""
    moment = path.name.partition("-")[0]
    return int(moment) / 1e6 if moment.isdecimal() else 0.0


def claim(path: Path) -> tuple[int, bool]:
    """Bytes that a file may come to, and whether a process still writes to it: then they are all it may grow to.

    Raises:
        OSError: if it cannot be read.
    """
    with path.open("rb") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            head = os.pread(file.fileno(), HEAD.size, 0)
            return int(HEAD.unpack(head)[2]), True
        return os.fstat(file.fileno()).st_size, False


def find(path: Path, start: bytes) -> Entry | None:
    """The first record whose header begins with these bytes; None if none does. It costs one look at the file.

    Args:
        path: of a file of records.
        start: with which no other header begins, at most PIECE long.
    """
    try:
        with path.open("rb") as file:
            return _found(path, file.fileno(), start)
    except OSError:
        return None


def _found(path: Path, file: int, start: bytes) -> Entry | None:
    head = os.pread(file, HEAD.size, 0)
    if len(head) < HEAD.size or not head.startswith(MAGIC):
        return None
    marker, place, end = HEAD.unpack(head)[1], HEAD.size, os.fstat(file).st_size
    while (at := _find(file, start, place)) is not None:
        entry = _entry(path, file, marker, at - ENTRY.size, end)
        if entry is not None:
            return entry
        place = at + 1
    return None


def entries(path: Path, note: Note = lambda _: None) -> Iterator[Entry]:
    """The whole records of a file, in the order that they came; a file that is removed meanwhile has no more.

    Args:
        path: of the file.
        note: told in a line what is broken.
    """
    try:
        with path.open("rb") as file:
            yield from _entries(path, file.fileno(), note)
    except OSError as error:
        note(f"{path.name} cannot be read: {error.strerror}.")


def _entries(path: Path, file: int, note: Note) -> Iterator[Entry]:
    head = os.pread(file, HEAD.size, 0)
    if len(head) < HEAD.size or not head.startswith(MAGIC):
        note(f"{path.name} is no file of records.")
        return
    marker, place, end = HEAD.unpack(head)[1], HEAD.size, os.fstat(file).st_size
    while place < end:
        entry = _entry(path, file, marker, place, end)
        if entry is None:
            after = _find(file, marker, place + 1)
            what = "its last record is cut short" if after is None else "a record in it is broken"
            note(f"{path.name}: {what}, {(after or end) - place:,} bytes are passed over.")
            place = end if after is None else after
        else:
            yield entry
            place = entry.place + entry.size


def _entry(path: Path, file: int, marker: bytes, place: int, end: int) -> Entry | None:
    """The record that begins at a place; None if it is not whole."""
    start = os.pread(file, ENTRY.size, place)
    if len(start) < ENTRY.size:
        return None
    own, size, content_size, checksum, content_checksum = ENTRY.unpack(start)
    content_place = place + ENTRY.size + size
    if own != marker or content_place + content_size > end:
        return None
    header = os.pread(file, size, place + ENTRY.size)
    if _checksum(size, content_size, header) != checksum:
        return None
    return Entry(header, path, content_place, content_size, content_checksum)


def _checksum(size: int, content_size: int, header: bytes) -> int:
    """Of a header and the sizes, since a wrong size would swallow the records behind."""
    return crc32(header, crc32(SIZES.pack(size, content_size)))


def _find(file: int, what: bytes, place: int) -> int | None:
    """Where these bytes come next; None if they do not."""
    while piece := os.pread(file, PIECE + len(what), place):
        found = piece.find(what)
        if found >= 0:
            return place + found
        place += PIECE
    return None
