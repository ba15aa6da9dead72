"""Files of records: what a writer finished is read back, whatever a kill or a full disk does to the rest."""

import os
import resource
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tinysight.record_file import ENTRY, HEAD, RecordFile, began, claim, entries, find, record_files

RECORDS = st.lists(st.tuples(st.binary(max_size=40), st.binary(max_size=200)), max_size=8)


def written(folder: Path, records: list[tuple[bytes, bytes]]) -> Path:
    file = RecordFile(folder, 1 << 20)
    for header, content in records:
        file.append(header, content)
    file.close()
    return file.path


def read(path: Path) -> list[tuple[bytes, bytes | None]]:
    return [(entry.header, entry.content()) for entry in entries(path)]


@settings(max_examples=40)
@given(RECORDS)
def test_all_that_was_added_is_read_in_its_order(records: list[tuple[bytes, bytes]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        assert read(written(Path(folder), records)) == records


@settings(max_examples=40)
@given(RECORDS, st.data())
def test_a_file_cut_anywhere_gives_its_whole_records(records: list[tuple[bytes, bytes]], data: st.DataObject) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = written(Path(folder), records)
        cut = data.draw(st.integers(0, path.stat().st_size))
        os.truncate(path, cut)
        ends = [HEAD.size]
        for header, content in records:
            ends.append(ends[-1] + ENTRY.size + len(header) + len(content))
        notes: list[str] = []
        assert [entry.header for entry in entries(path, notes.append)] == [
            header for (header, _), end in zip(records, ends[1:], strict=True) if end <= cut
        ]
        assert bool(notes) == (cut not in ends)


@settings(max_examples=40)
@given(RECORDS.filter(len), st.data())
def test_a_wrong_byte_costs_one_record_at_most(records: list[tuple[bytes, bytes]], data: st.DataObject) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = written(Path(folder), records)
        bytes_ = bytearray(path.read_bytes())
        place = data.draw(st.integers(HEAD.size, len(bytes_) - 1))
        bytes_[place] ^= data.draw(st.integers(1, 255))
        path.write_bytes(bytes_)
        whole = [record for record in read(path) if record[1] is not None]
        assert len(whole) >= len(records) - 1
        assert all(record in records for record in whole)


def test_a_record_inside_a_picture_is_no_record(tmp_path: Path) -> None:
    """A stranger cannot know the marker of the file that his picture goes into."""
    other = written(tmp_path / "other", [(b"forged", b"")]).read_bytes()
    path = written(tmp_path / "own", [(b"a", other), (b"b", b"")])
    os.truncate(path, path.stat().st_size - 1)
    assert [header for header, _ in read(path)] == [b"a"]


def test_a_record_is_found_by_how_it_begins(tmp_path: Path) -> None:
    path = written(tmp_path, [(b"ab", b"cd, or cd in a picture"), (b"cd", b"x" * 3_000_000), (b"ef", b"last")])
    found = [find(path, start) for start in (b"ab", b"cd", b"ef", b"gh")]
    assert [one and one.header for one in found] == [b"ab", b"cd", b"ef", None]
    assert find(tmp_path / "gone", b"ab") is None
    path.write_bytes(b"short")
    assert find(path, b"ab") is None


def test_a_file_that_is_written_counts_as_large_as_it_may_get(tmp_path: Path) -> None:
    file = RecordFile(tmp_path, 5000)
    assert claim(file.path) == (5000, True)
    file.close()
    assert claim(file.path) == (HEAD.size, False)


def test_what_is_no_file_of_records_is_said(tmp_path: Path) -> None:
    path = tmp_path / "1-x.records"
    path.write_bytes(b"<html>")
    notes: list[str] = []
    assert not list(entries(path, notes.append))
    assert not list(entries(tmp_path / "gone.records", notes.append))
    assert notes == [f"{path.name} is no file of records.", "gone.records cannot be read: No such file or directory."]


def test_files_stand_in_the_order_of_their_begin(tmp_path: Path) -> None:
    for moment in (1_800_000_000.5, 1_700_000_000.0):
        RecordFile(tmp_path, 1000, moment).close()
    (tmp_path / "0000000001-draft.part").touch()
    assert [began(path) for path in record_files(tmp_path)] == [1_700_000_000.0, 1_800_000_000.5]
    assert record_files(tmp_path / "missing") == []


def test_it_says_what_fits(tmp_path: Path) -> None:
    file = RecordFile(tmp_path, HEAD.size + ENTRY.size + 10)
    assert file.fits(b"12345", b"67890")
    assert not file.fits(b"12345", b"678901")
    file.close()


def test_a_disk_that_is_full_leaves_the_file_as_it_was(tmp_path: Path) -> None:
    """A limit on the size of files cuts a write in its middle, as a full disk does."""
    file = RecordFile(tmp_path, 1 << 20)
    file.append(b"before", b"x" * 100)
    size, limits = file.size, resource.getrlimit(resource.RLIMIT_FSIZE)
    before = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size + 50, limits[1]))
    try:
        with pytest.raises(OSError, match="File too large"):
            file.append(b"too much", b"y" * 100)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        signal.signal(signal.SIGXFSZ, before)
    assert file.path.stat().st_size == size
    file.append(b"after")
    file.close()
    assert [header for header, _ in read(file.path)] == [b"before", b"after"]


def test_a_power_cut_takes_neither_records_nor_the_names_of_file_and_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[Path] = []
    monkeypatch.setattr(os, "fsync", lambda file: synced.append(Path(f"/proc/self/fd/{file}").readlink()))
    file = RecordFile(tmp_path / "new", 1000)
    file.append(b"{}")
    file.sync()
    file.close()
    assert synced == [tmp_path, file.path, tmp_path / "new"]


def test_the_lock_of_a_writer_ends_with_its_process(tmp_path: Path) -> None:
    code = f"""
import os, signal
from pathlib import Path
from tinysight.record_file import RecordFile
file = RecordFile(Path({str(tmp_path)!r}), 1000)
file.append(b"one")
os.kill(os.getpid(), signal.SIGKILL)
"""
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == -signal.SIGKILL
    path = record_files(tmp_path)[0]
    assert [header for header, _ in read(path)] == [b"one"]
