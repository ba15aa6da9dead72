"""Writes the members of an archive below a folder: nowhere else, and never more than an archive may hold."""

import re
import shutil
from pathlib import Path, PurePosixPath

from tinysight.data.progress import progress_bar
from tinysight.data.sources.archive_members import LARGEST_READ, Member, Members, refused
from tinysight.data.sources.disk import is_utf8, readable
from tinysight.errors import DataError

MOST_FILES = 1_000_000
ALWAYS = 1_000_000_000  # bytes that any archive may unpack to
MOST_TIMES = 100  # its own size is what a larger one may unpack to: pictures hardly shrink, bombs 1,000 times
RESERVE = 500_000_000  # bytes of disk that stay free
LONGEST_NAME = 255  # bytes that file systems take
DRIVE = re.compile(r"[A-Za-z]:")
LEFT_BEHIND = ("__MACOSX", ".DS_Store")  # what macOS adds to archives


def unpack_into(folder: Path, archive: Path, members: Members) -> None:
    """Writes all members below an empty folder.

    Args:
        folder: where to.
        archive: where they come from, for errors and its size.
        members: what it holds.

    Raises:
        DataError: if a name leads elsewhere or comes twice, a limit is reached, or the disk is full.
    """
    room = _Room(archive, folder)
    room.check(members.size or 0, members.count or 0)
    with progress_bar("unpack files", members.count) as advance:
        for number, member in enumerate(members.each, start=1):
            room.check(member.size, number)
            path = _path_below(archive, member)
            if path.parts and not set(path.parts) & set(LEFT_BEHIND):
                _write(folder / path, member, archive, room)
            advance(1)


class _Room:
    """How much may still be written."""

    def __init__(self, archive: Path, folder: Path) -> None:
        size, free = archive.stat().st_size, shutil.disk_usage(folder).free - RESERVE
        self._archive = archive
        self._left, self._why = min(
            (max(ALWAYS, MOST_TIMES * size), f"{MOST_TIMES} times its own size, as only a bomb does"),
            (free, f"of {(free + RESERVE) / 1e9:,.1f} GB free disk, {RESERVE / 1e9:,.1f} GB stay free"),
        )
        self._most = self._left

    def check(self, wanted: int, files: int) -> None:
        """Whether so many bytes more can be written, and so many files in all."""
        if files > MOST_FILES:
            raise self._too_much(f"more than {MOST_FILES:,} files")
        if wanted > self._left:
            raise self._too_much(f"more than {max(0, self._most) / 1e9:,.2f} GB ({self._why})")

    def take(self, written: int) -> None:
        """Counts what is about to be written."""
        self.check(written, 0)
        self._left -= written

    def _too_much(self, what: str) -> DataError:
        return DataError(
            f"{self._archive} unpacks to {what}. Nothing was kept. If it holds pictures, make room, unpack it"
            " yourself and name the folder."
        )


def _path_below(archive: Path, member: Member) -> PurePosixPath:
    name = member.name
    parts = [part for part in name.split("/") if part not in ("", ".")]
    if not is_utf8(name):
        raise refused(archive, readable(name), "has a name that is not UTF-8")
    if name.startswith("/") or DRIVE.match(name) or ".." in parts:
        raise refused(archive, name, "leads out of the archive's folder")
    if "\\" in name or "\0" in name:
        raise refused(archive, name, "has a backslash or a zero in its name")
    if any(len(part.encode()) > LONGEST_NAME for part in parts):
        raise refused(archive, name, f"has a name of more than {LONGEST_NAME} bytes")
    return PurePosixPath(*parts)


def _write(target: Path, member: Member, archive: Path, room: _Room) -> None:
    try:
        if member.is_folder:
            target.mkdir(parents=True, exist_ok=True)
            return
        target.parent.mkdir(parents=True, exist_ok=True)
        file = target.open("xb")
    except (FileExistsError, NotADirectoryError):
        raise refused(archive, member.name, "stands in the archive twice") from None
    except OSError as error:
        raise _no_room(archive, error) from None
    with file, member.open() as content:
        while data := content.read(LARGEST_READ):
            room.take(len(data))
            try:
                file.write(data)
            except OSError as error:
                raise _no_room(archive, error) from None


def _no_room(archive: Path, error: OSError) -> DataError:
    return DataError(f"{archive} cannot be unpacked: {error.strerror}. Make room on the disk, or unpack it elsewhere.")
