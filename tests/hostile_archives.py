"""Zip and tar files that no honest program writes."""

import gzip
import io
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Iterable
from pathlib import Path

import pytest
from pictures import files_below

from tinysight.data.sources.archive import unpacked
from tinysight.errors import DataError

BLOCK = 1 << 20
PICTURE = b"the bytes of a picture"


def write_zip(path: Path, *names: str, content: bytes = PICTURE) -> Path:
    """Plain members of these names, which Python's own writer would make harmless."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in names:
            info = zipfile.ZipInfo("name")
            info.filename = name
            archive.writestr(info, content)
    return path


def write_zip_bomb(path: Path, gigabytes: int) -> Path:
    """Members of one GB of zeros each; a deflate stream of a MB is said over and over again."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    repeated = packer.compress(bytes(BLOCK)) + packer.flush(zlib.Z_FULL_FLUSH)
    stream = repeated * 1024 + packer.flush()
    return write_raw_zip(path, [(f"{n}.png".encode(), stream, BLOCK * 1024) for n in range(gigabytes)])


def write_raw_zip(path: Path, members: Iterable[tuple[bytes, bytes, int]], *, flags: int = 0, mode: int = 0) -> Path:
    """Members of name, deflate stream and what the headers say of its size."""
    body, directory, count = b"", b"", 0
    for count, (name, stream, size) in enumerate(members, start=1):  # noqa: B007, the last number counts
        shared = struct.pack("<HHHHIIIHH", flags, 8, 0, 0x21, 0, len(stream), size, len(name), 0)
        directory += struct.pack("<IBBH", 0x02014B50, 20, 3, 20) + shared
        directory += struct.pack("<HHHII", 0, 0, 0, mode << 16, len(body)) + name
        body += struct.pack("<IH", 0x04034B50, 20) + shared + name + stream
    end = struct.pack("<IHHHHIIH", 0x06054B50, 0, 0, count, count, len(directory), len(body), 0)
    path.write_bytes(body + directory + end)
    return path


def deflated(data: bytes) -> bytes:
    """A raw deflate stream."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    return packer.compress(data) + packer.flush()


def write_tar(path: Path, *members: tarfile.TarInfo, form: str = "", content: bytes = PICTURE) -> Path:
    """Members as given; plain files get the content."""
    with tarfile.open(path, f"w:{form}") as archive:  # type: ignore[call-overload]
        for member in members:
            if member.isreg():
                member.size = len(content)
            archive.addfile(member, io.BytesIO(content) if member.isreg() else None)
    return path


def tar_member(name: str, kind: bytes = tarfile.REGTYPE, target: str = "") -> tarfile.TarInfo:
    """One entry of a tar file."""
    member = tarfile.TarInfo(name)
    member.type, member.linkname = kind, target
    return member


def write_tar_bomb(path: Path, gigabytes: int) -> Path:
    """One member of zeros, gzipped."""
    member = tarfile.TarInfo("zeros.png")
    member.size = gigabytes * 1024 * BLOCK
    path.write_bytes(gzip.compress(member.tobuf()) + gzip.compress(bytes(64 * BLOCK)) * (gigabytes * 16))
    return path


def expect_refusal(archive: Path, match: str) -> None:
    """The archive is refused and named; nothing is left and nothing was written elsewhere."""
    place = archive.parent
    before = files_below(place)
    with pytest.raises(DataError, match=match) as caught:
        unpacked(archive, place / "cache")
    assert str(archive) in str(caught.value)
    assert files_below(place) == before
    assert [path.name for path in (place / "cache").rglob("*")] in ([], ["unpacked"])
