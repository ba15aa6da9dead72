"""Zip and tar files of pictures: unpacked once into the cache, and read from there."""

import fcntl
import hashlib
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tinysight.data.sources.archive_members import members_of
from tinysight.data.sources.unpacking import unpack_into
from tinysight.errors import DataError

TAR_MARK = 257  # where a tar file says what it is
BEGINNINGS = {
    b"PK\x03\x04": "zip",
    b"PK\x05\x06": "zip",  # without members
    b"\x1f\x8b": "gz",
    b"BZh": "bz2",
    b"\xfd7zXZ\x00": "xz",
    b"7z\xbc\xaf\x27\x1c": "7z",
    b"Rar!\x1a\x07": "rar",
    b"\x28\xb5\x2f\xfd": "zstd",
}
NOT_READ = ("7z", "rar", "zstd")


def is_archive(path: Path) -> bool:
    """Whether a file is an archive, by its content."""
    return _form(path) != ""


def unpacked(archive: Path, cache: Path) -> Path:
    """The folder that an archive holds: its one folder where it has just one, else all of it.

    It is unpacked under another name, which becomes the right one when all is there: a kill leaves nothing that
    is taken for whole.

    Args:
        archive: a zip file, or a tar file that may be compressed.
        cache: the content is kept in `unpacked/<sha256 of the archive>` below it.

    Raises:
        DataError: if the archive is damaged, wants to write elsewhere, grows too much, or the disk is full.
    """
    form = _form(archive)
    if form in (*NOT_READ, ""):
        raise DataError(
            f"{archive} is {f'a {form}' if form else 'no'} archive; zip and tar files (plain, gz, bz2, xz) are read."
            " Unpack it, and name the folder."
        )
    kept = cache / "unpacked"
    with archive.open("rb") as file:
        target = kept / hashlib.file_digest(file, "sha256").hexdigest()
    if not target.is_dir():
        kept.mkdir(parents=True, exist_ok=True)
        with _alone_in(kept):
            if not target.is_dir():  # another process may have been at it
                _unpack(archive, form, target)
    inside = [entry for entry in target.iterdir() if not entry.name.startswith(".")]
    return inside[0] if len(inside) == 1 and inside[0].is_dir() else target


def _unpack(archive: Path, form: str, target: Path) -> None:
    for rubbish in target.parent.glob("*.part"):  # of a process that was killed
        shutil.rmtree(rubbish, ignore_errors=True)
    draft = target.with_name(f"{target.name}.part")
    draft.mkdir()
    try:
        with members_of(archive, form) as members:
            unpack_into(draft, archive, members)
        os.replace(draft, target)
    finally:
        shutil.rmtree(draft, ignore_errors=True)


@contextmanager
def _alone_in(folder: Path) -> Iterator[None]:
    """Lets one process at a time unpack; the lock goes with the process."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _form(path: Path) -> str:
    """What kind of archive a file is; empty if it is none."""
    try:
        if not path.is_file():
            return ""
        with path.open("rb") as file:
            head = file.read(512)
    except OSError:
        return ""
    if head[TAR_MARK : TAR_MARK + 5] == b"ustar":
        return "tar"
    return next((form for beginning, form in BEGINNINGS.items() if head.startswith(beginning)), "")
