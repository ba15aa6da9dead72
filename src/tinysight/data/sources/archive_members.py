"""The files inside zip and tar archives, one after the other, with nothing believed that an archive says."""

import bz2
import gzip
import io
import lzma
import stat
import tarfile
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from tinysight.errors import DataError

LARGEST_READ = 1 << 16  # bytes: more at once is an extended header of a tar file that fills the memory
MOST_PADDING = 64 * LARGEST_READ  # after the end mark of a tar file
UTF8 = 0x800  # a zip member's flag: its name is UTF-8
ENCRYPTED = 0x1
DECOMPRESS = {"tar": io.FileIO, "gz": gzip.GzipFile, "bz2": bz2.BZ2File, "xz": lzma.LZMAFile}


@dataclass(frozen=True)
class Member:
    """One entry of an archive.

    Attributes:
        name: as the archive says, with `/` between the parts.
        is_folder: whether it is a folder; else a plain file.
        size: how many bytes the archive says it has.
        open: gives its content.
    """

    name: str
    is_folder: bool
    size: int
    open: Callable[[], IO[bytes]]


@dataclass(frozen=True)
class Members:
    """All entries of an archive.

    Attributes:
        each: gives them in the archive's order, once.
        count: how many there are; None where only reading tells.
        size: of all together, as the archive says; None where only reading tells.
    """

    each: Iterator[Member]
    count: int | None
    size: int | None


@contextmanager
def members_of(archive: Path, form: str) -> Iterator[Members]:
    """Opens an archive.

    Args:
        archive: the file.
        form: zip, tar, gz, bz2 or xz.

    Raises:
        DataError: if it is damaged, or a member is encrypted, a link or a device, or has a name that is not UTF-8.
    """
    try:
        if form == "zip":
            with zipfile.ZipFile(archive) as opened:
                infos = opened.infolist()
                size = sum(info.file_size for info in infos)
                yield Members(_zip_members(archive, opened), len(infos), size)
        else:
            opener: Any = DECOMPRESS[form]
            with opener(archive) as file, tarfile.open(fileobj=_guarded(file), mode="r:") as tar:
                yield Members(_tar_members(archive, tar), None, None)
    except DataError:
        raise
    except Exception as error:  # damaged archives raise whatever their parsers raise
        raise _damaged(archive, error) from None


def _zip_members(archive: Path, opened: zipfile.ZipFile) -> Iterator[Member]:
    for info in opened.infolist():
        name = _zip_name(archive, info)
        if stat.S_IFMT(info.external_attr >> 16) not in (0, stat.S_IFREG, stat.S_IFDIR):
            raise refused(archive, name, "is a link or a device")
        if info.flag_bits & ENCRYPTED:
            raise refused(archive, name, "is encrypted")
        yield Member(name, info.is_dir(), info.file_size, lambda info=info: opened.open(info))  # type: ignore[misc]


def _zip_name(archive: Path, info: zipfile.ZipInfo) -> str:
    """The name; macOS writes UTF-8 without saying so, and Windows used to write what its country used."""
    if info.flag_bits & UTF8 or info.orig_filename.isascii():
        return info.orig_filename
    try:
        return info.orig_filename.encode("cp437").decode()
    except UnicodeError:
        raise refused(archive, info.orig_filename, "has a name that is not UTF-8") from None


def _tar_members(archive: Path, tar: tarfile.TarFile) -> Iterator[Member]:
    while (info := tar.next()) is not None:
        if not (info.isreg() or info.isdir()):
            raise refused(archive, info.name, "is a link or a device")
        try:
            tarfile.data_filter(info, "/unpacked")
        except tarfile.FilterError as error:
            raise refused(archive, info.name, f"is not safe: {error}") from None
        yield Member(info.name, info.isdir(), info.size, lambda info=info: _content(tar, info))  # type: ignore[misc]
        tar.members.clear()  # type: ignore[attr-defined] # else each member would stay in memory
    _read_to_the_end(tar)


def _read_to_the_end(tar: tarfile.TarFile) -> None:
    """Makes sure of the end mark, since tarfile stops at a broken header, and of a compressed file's checksum."""
    file: Any = tar.fileobj
    file.seek(tar.offset)
    if file.read(tarfile.BLOCKSIZE) != bytes(tarfile.BLOCKSIZE):
        raise EOFError("a member is broken, or the end mark is missing")
    for _ in range(MOST_PADDING // LARGEST_READ):
        if not file.read(LARGEST_READ):
            return
    raise ValueError("too much follows its end mark")


def _content(tar: tarfile.TarFile, info: tarfile.TarInfo) -> IO[bytes]:
    content = tar.extractfile(info)
    assert content is not None  # it is a plain file
    return content


def _guarded(file: IO[bytes]) -> Any:
    """Tarfile asks for less than all that its types promise."""
    return _Guarded(file)


class _Guarded:
    """A file that refuses to be read in large pieces: tarfile takes an extended header of any size into memory."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file

    def read(self, size: int = -1) -> bytes:
        if not 0 <= size <= LARGEST_READ:
            raise ValueError(f"a header of {size:,} bytes")
        return self._file.read(size)

    def seek(self, offset: int, whence: int = 0) -> int:
        return self._file.seek(offset, whence)

    def tell(self) -> int:
        return self._file.tell()


def refused(archive: Path, name: str, why: str) -> DataError:
    """What is wrong with one member."""
    return DataError(
        f"{archive}: the member {name[:200]!r} {why}. Nothing was unpacked. Pack plain files in folders again, without"
        " links and passwords, or unpack them yourself and name the folder."
    )


def _damaged(archive: Path, error: Exception) -> DataError:
    why = str(error) or type(error).__name__
    return DataError(f"{archive} is damaged or cut short: {why}. Copy or download it again.")
