"""Archives are known by their content and unpacked once, by one process; what is there is whole."""

from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import pytest
from hostile_archives import PICTURE, deflated, expect_refusal, tar_member, write_raw_zip, write_tar, write_zip
from pictures import files_below

from tinysight.data.sources.archive import is_archive, unpacked


@pytest.mark.parametrize("form", ["", "gz", "bz2", "xz"])
def test_a_tar_file_is_known_by_its_content_and_unpacked_once(form: str, tmp_path: Path) -> None:
    archive = write_tar(tmp_path / "parts.download", tar_member("a/1.png"), tar_member("b/2.png"), form=form)
    assert is_archive(archive)
    folder = unpacked(archive, tmp_path / "cache")
    assert files_below(folder) == {"a/1.png": PICTURE, "b/2.png": PICTURE}
    (folder / "a" / "1.png").write_bytes(b"changed")
    assert unpacked(archive, tmp_path / "cache") == folder
    assert (folder / "a" / "1.png").read_bytes() == b"changed"  # not unpacked again


def test_a_changed_archive_is_unpacked_beside_the_old_one(tmp_path: Path) -> None:
    first = unpacked(write_zip(tmp_path / "parts.zip", "a/1.png", "b/1.png"), tmp_path / "cache")
    second = unpacked(write_zip(tmp_path / "parts.zip", "a/2.png", "b/2.png"), tmp_path / "cache")
    assert first != second
    assert set(files_below(second)) == {"a/2.png", "b/2.png"}


def test_the_one_folder_at_the_top_is_entered(tmp_path: Path) -> None:
    archive = write_zip(tmp_path / "parts.zip", "my parts/a/1.png", "my parts/b/1.png", "__MACOSX/my parts/a/._1.png")
    folder = unpacked(archive, tmp_path / "cache")
    assert folder.name == "my parts"
    assert set(files_below(folder)) == {"a/1.png", "b/1.png"}


def test_names_that_macos_wrote_in_utf8_without_saying_so_are_read(tmp_path: Path) -> None:
    member = ("größe/1.png".encode(), deflated(b""), 0)
    folder = unpacked(write_raw_zip(tmp_path / "parts.zip", [member]), tmp_path / "cache")
    assert folder.name == "größe"


@pytest.mark.parametrize("content", [b"", b"PK", b"path,label\n", b"\x89PNG\r\n\x1a\n", b"x" * 600])
def test_other_files_are_no_archives(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "file.zip").write_bytes(content)
    assert not is_archive(tmp_path / "file.zip")
    expect_refusal(tmp_path / "file.zip", "is no archive; zip and tar files")
    assert not is_archive(tmp_path)
    assert not is_archive(tmp_path / "missing.zip")


@pytest.mark.parametrize("head", [b"7z\xbc\xaf\x27\x1c", b"Rar!\x1a\x07\x01\x00", b"\x28\xb5\x2f\xfd"])
def test_archives_of_other_kinds_are_refused_by_name(head: bytes, tmp_path: Path) -> None:
    (tmp_path / "parts.zip").write_bytes(head + bytes(600))
    expect_refusal(tmp_path / "parts.zip", "(7z|rar|zstd) archive; zip and tar files.*Unpack it, and name the folder")


def test_what_a_killed_process_left_is_cleared_away(tmp_path: Path) -> None:
    rubbish = tmp_path / "cache" / "unpacked" / "0123.part" / "a"
    rubbish.mkdir(parents=True)
    folder = unpacked(write_zip(tmp_path / "parts.zip", "a/1.png", "b/1.png"), tmp_path / "cache")
    assert [path.name for path in (tmp_path / "cache" / "unpacked").iterdir()] == [folder.name]


def test_processes_that_unpack_at_once_get_the_same_whole_folder(tmp_path: Path) -> None:
    archive = write_zip(tmp_path / "parts.zip", *(f"{number % 7}/{number}.png" for number in range(500)))
    with ProcessPoolExecutor(4) as pool:
        folders = list(pool.map(unpacked, [archive] * 4, [tmp_path / "cache"] * 4))
    assert len(set(folders)) == 1
    assert len(files_below(folders[0])) == 500
