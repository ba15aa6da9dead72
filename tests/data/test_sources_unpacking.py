"""What is hostile or damaged in an archive is refused whole, and named; nothing is written anywhere else."""

import gzip
import os
import shutil
import stat
import tarfile
import zipfile
from pathlib import Path

import pytest
from hostile_archives import (
    PICTURE,
    deflated,
    expect_refusal,
    tar_member,
    write_raw_zip,
    write_tar,
    write_tar_bomb,
    write_zip,
    write_zip_bomb,
)
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pictures import files_below

from tinysight.data.sources import unpacking
from tinysight.data.sources.archive import is_archive, unpacked
from tinysight.errors import DataError

LEADING_OUT = ("../evil.png", "a/../../evil.png", "/tmp/evil.png", "//evil.png", "C:/evil.png", "C:evil.png", "a/..")


@pytest.mark.parametrize("name", LEADING_OUT)
def test_a_name_that_leads_out_is_refused(name: str, tmp_path: Path) -> None:
    expect_refusal(write_zip(tmp_path / "parts.zip", "a/1.png", name), f"{name!r} leads out")
    (tmp_path / "parts.zip").unlink()
    shutil.rmtree(tmp_path / "cache")
    expect_refusal(write_tar(tmp_path / "parts.tar", tar_member("a/1.png"), tar_member(name)), "leads out|not safe")


@pytest.mark.parametrize("name", ["a\\..\\..\\evil.png", "..\\evil.png", "a\\1.png"])
def test_a_backslash_is_refused(name: str, tmp_path: Path) -> None:
    expect_refusal(write_zip(tmp_path / "parts.zip", name), "backslash")
    shutil.rmtree(tmp_path / "cache")
    expect_refusal(write_tar(tmp_path / "parts.tar", tar_member(name)), "backslash")


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.BLKTYPE, tarfile.FIFOTYPE])
def test_links_and_devices_in_a_tar_file_are_refused(kind: bytes, tmp_path: Path) -> None:
    link = tar_member("a/link", kind, "/etc")
    archive = write_tar(tmp_path / "parts.tar", tar_member("a/1.png"), link, tar_member("a/link/evil.png"))
    expect_refusal(archive, "'a/link' is a link or a device")


@pytest.mark.parametrize("kind", [stat.S_IFLNK, stat.S_IFCHR, stat.S_IFIFO])
def test_links_and_devices_in_a_zip_file_are_refused(kind: int, tmp_path: Path) -> None:
    archive = write_raw_zip(tmp_path / "parts.zip", [(b"a/link", deflated(b"/etc"), 4)], mode=kind | 0o777)
    expect_refusal(archive, "'a/link' is a link or a device")


def test_what_comes_twice_is_refused(tmp_path: Path) -> None:
    with pytest.warns(UserWarning, match="Duplicate"):
        write_zip(tmp_path / "parts.zip", "a/1.png", "a/1.png")
    expect_refusal(tmp_path / "parts.zip", "'a/1.png' stands in the archive twice")
    for first, second in (("a", "a/1.png"), ("a/1.png", "a"), ("a/1.png", "a//./1.png")):
        archive = write_tar(tmp_path / "parts.tar", tar_member(first), tar_member(second))
        expect_refusal(archive, f"'{second}' stands in the archive twice")


def test_an_encrypted_zip_is_refused(tmp_path: Path) -> None:
    archive = write_raw_zip(tmp_path / "parts.zip", [(b"a/1.png", deflated(PICTURE), len(PICTURE))], flags=1)
    expect_refusal(archive, "'a/1.png' is encrypted")


def test_names_that_are_not_utf8_are_refused(tmp_path: Path) -> None:
    expect_refusal(write_raw_zip(tmp_path / "old.zip", [(b"a/caf\x82.png", deflated(b""), 0)]), "not UTF-8")
    said = write_raw_zip(tmp_path / "said.zip", [(b"a/caf\xe9.png", deflated(b""), 0)], flags=0x800)
    expect_refusal(said, "utf-8")
    with tarfile.open(tmp_path / "old.tar", "w", encoding="latin-1", format=tarfile.GNU_FORMAT) as archive:
        archive.addfile(tar_member("a/café.png"))
    expect_refusal(tmp_path / "old.tar", r"caf\\\\xe9.*not UTF-8")


def test_a_name_longer_than_a_disk_takes_is_refused(tmp_path: Path) -> None:
    expect_refusal(write_zip(tmp_path / "parts.zip", f"a/{'ü' * 128}.png"), "more than 255 bytes")
    expect_refusal(write_zip(tmp_path / "deep.zip", "/".join(["x" * 200] * 50)), "cannot be unpacked.*long")


@pytest.mark.parametrize("suffix", ["zip", "tar", "tar.gz", "tar.bz2", "tar.xz"])
def test_a_truncated_archive_is_damaged_wherever_it_ends(suffix: str, tmp_path: Path) -> None:
    names, noise = [f"{folder}/{number}.png" for folder in "ab" for number in range(20)], os.urandom(300)
    whole = tmp_path / f"whole.{suffix}"
    if suffix == "zip":
        write_zip(whole, *names, content=noise)
    else:
        write_tar(whole, *map(tar_member, names), form=suffix[4:], content=noise)
    data = whole.read_bytes()
    whole.unlink()
    end = 40 * 1024 if suffix == "tar" else len(data)  # a tar file ends in zeros, of which one block is enough
    for length in {600, end // 3, end // 2, end - 512, end - 40, end}:
        (tmp_path / "cut").write_bytes(data[:length] if length < len(data) else data[:-1])
        assert is_archive(tmp_path / "cut")
        expect_refusal(tmp_path / "cut", "damaged or cut short")


def test_a_tar_with_a_broken_header_in_its_middle_is_damaged(tmp_path: Path) -> None:
    archive = write_tar(tmp_path / "parts.tar", *map(tar_member, "abc"))
    data = bytearray(archive.read_bytes())
    data[1024 + 150] ^= 1
    archive.write_bytes(data)
    expect_refusal(archive, "damaged or cut short")


@pytest.mark.parametrize("form", ["gz", "bz2", "xz"])
def test_a_compressed_tar_with_a_changed_byte_is_damaged(form: str, tmp_path: Path) -> None:
    archive = write_tar(tmp_path / "parts", *map(tar_member, "abc"), form=form, content=os.urandom(5000))
    data = bytearray(archive.read_bytes())
    data[len(data) // 2] ^= 1
    archive.write_bytes(data)
    expect_refusal(archive, "damaged or cut short")


def test_a_compressed_file_that_is_no_tar_is_damaged(tmp_path: Path) -> None:
    (tmp_path / "table.csv.gz").write_bytes(gzip.compress(b"path,label\n" * 99))
    expect_refusal(tmp_path / "table.csv.gz", "damaged or cut short")


def test_a_zip_that_lies_about_a_size_or_a_checksum_is_damaged(tmp_path: Path) -> None:
    archive = write_raw_zip(tmp_path / "parts.zip", [(b"a/1.png", deflated(bytes(100_000)), 10)])
    expect_refusal(archive, "damaged.*CRC")


def test_a_bomb_of_10_gb_is_refused_before_anything_is_written(tmp_path: Path) -> None:
    expect_refusal(
        write_zip_bomb(tmp_path / "bomb.zip", 10), "more than 1.0. GB .*100 times its own size, as only a bomb"
    )
    expect_refusal(
        write_tar_bomb(tmp_path / "bomb.tgz", 10), "more than 1.0. GB .*100 times its own size, as only a bomb"
    )


def test_what_grows_member_by_member_is_stopped_while_it_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(unpacking, "ALWAYS", 1000)
    monkeypatch.setattr(unpacking, "MOST_TIMES", 1)
    archive = write_tar(tmp_path / "parts.tgz", *(tar_member(f"{number}.png") for number in range(300)), form="gz")
    assert archive.stat().st_size < 300 * len(PICTURE)
    expect_refusal(archive, "more than 0.00 GB")


def test_too_many_files_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unpacking, "MOST_FILES", 3)
    expect_refusal(write_zip(tmp_path / "parts.zip", *"abcd"), "more than 3 files")
    expect_refusal(write_tar(tmp_path / "parts.tar", *map(tar_member, "abcd")), "more than 3 files")
    assert len([*unpacked(write_zip(tmp_path / "few.zip", *"abc"), tmp_path / "cache").iterdir()]) == 3


def test_some_disk_stays_free(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unpacking, "RESERVE", shutil.disk_usage(tmp_path).free + 10**9)
    expect_refusal(write_zip(tmp_path / "parts.zip", "a/1.png"), "free disk")


def test_a_tar_header_that_would_fill_the_memory_is_not_read(tmp_path: Path) -> None:
    header = tar_member("name", tarfile.GNUTYPE_LONGNAME)
    header.size = 10**12
    (tmp_path / "parts.tar").write_bytes(header.tobuf(tarfile.GNU_FORMAT) + bytes(10240))
    expect_refusal(tmp_path / "parts.tar", "damaged.*header of 1,000,000,000,000 bytes")


PARTS = st.sampled_from(["a", "b", "..", ".", "", "C:", "~", "é", "\u202e", "a\\b", "..\\", "\x01", "con", "*", " "])
NAMES = st.lists(PARTS, min_size=1, max_size=5).map("/".join).filter(str.strip)


@given(names=st.lists(NAMES, min_size=1, max_size=4, unique=True), tar=st.booleans())
@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_the_names_nothing_is_written_elsewhere(names: list[str], tar: bool, tmp_path: Path) -> None:
    place = tmp_path / "deep" / "enough"
    shutil.rmtree(tmp_path / "deep", ignore_errors=True)
    place.mkdir(parents=True)
    archive = place / "archive"
    write_tar(archive, *map(tar_member, names)) if tar else write_zip(archive, *names)
    try:
        folder = unpacked(archive, place / "cache")
    except DataError:
        assert [*files_below(tmp_path)] == ["deep/enough/archive"]
    else:
        assert folder.is_relative_to(place / "cache" / "unpacked")
        elsewhere = [path for path in files_below(tmp_path) if not path.startswith("deep/enough/cache/unpacked/")]
        assert elsewhere == ["deep/enough/archive"]
        assert not any(path.is_symlink() for path in place.rglob("*"))


def test_python_reads_what_we_call_a_zip_bomb(tmp_path: Path) -> None:
    """The fixture is a real one: its first MB can be unpacked."""
    with zipfile.ZipFile(write_zip_bomb(tmp_path / "bomb.zip", 1)) as archive, archive.open("0.png") as member:
        assert member.read(1 << 20) == bytes(1 << 20)
