"""Files are decoded each into its row; what a killed run has done is kept, unless something changed since."""

import os
import pty
import signal
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from pictures import encode
from PIL import Image

from tinysight.data.cores import BATCH
from tinysight.data.facts import Facts
from tinysight.data.pixel_rows import PixelRows
from tinysight.data.progress import progress_bar
from tinysight.data.reading import JOURNAL, read_pictures, work_key
from tinysight.data.sources.source import SourceFile
from tinysight.errors import ImageError
from tinysight.imaging import Decoding

SIZE = 8
DECODING = Decoding(SIZE)
COUNT = 3 * BATCH


def read_and_count(path: Path) -> bytes:
    """Reads a file and leaves a trace: another process does it."""
    with path.with_suffix(".reads").open("a") as file:
        file.write("1")
    return path.read_bytes()


def reads(files: list[SourceFile]) -> list[int]:
    """How often each was read."""
    traces = [file.origin.with_suffix(".reads") for file in files if file.origin]
    return [trace.stat().st_size if trace.exists() else 0 for trace in traces]


@pytest.fixture
def files(tmp_path: Path) -> list[SourceFile]:
    listed = []
    for number in range(COUNT):
        path = tmp_path / f"{number:03d}.png"
        path.write_bytes(encode(Image.new("RGB", (SIZE, SIZE), (number, 0, 0))))
        listed.append(SourceFile(path.name, "a", origin=path, reader=partial(read_and_count, path)))
    return listed


@pytest.fixture
def rows(tmp_path: Path) -> Iterator[PixelRows]:
    opened = PixelRows(tmp_path / "rows", SIZE)
    yield opened
    opened.close()


def reds(rows: PixelRows, path: Path) -> list[int]:
    rows.keep(range(COUNT))
    return np.load(path)[:, 0, 0, 0].tolist()


def test_each_file_is_read_once_into_its_row(files: list[SourceFile], rows: PixelRows, tmp_path: Path) -> None:
    readings = read_pictures(files, DECODING, rows, tmp_path)
    assert reads(files) == [1] * COUNT
    assert reds(rows, tmp_path / "rows") == list(range(COUNT))
    assert readings[5].facts == Facts(SIZE, SIZE, "PNG", "RGB", 1, (tmp_path / "005.png").stat().st_size)
    assert not any(reading.reason for reading in readings)


def test_a_second_run_decodes_only_what_the_first_has_not_written_down(
    files: list[SourceFile], rows: PixelRows, tmp_path: Path
) -> None:
    whole = read_pictures(files, DECODING, rows, tmp_path)
    journal = tmp_path / JOURNAL
    lines = journal.read_text().splitlines(keepends=True)
    journal.write_text("".join(lines[:20]) + lines[20][:30])  # cut off in the middle of a line, as a kill does
    assert read_pictures(files, DECODING, rows, tmp_path) == whole
    assert reads(files) == [1] * 20 + [2] * (COUNT - 20)
    assert read_pictures(files, DECODING, rows, tmp_path) == whole
    assert sum(reads(files)) == 20 + 2 * (COUNT - 20)


def test_pixels_that_a_power_failure_lost_are_decoded_again(
    files: list[SourceFile], rows: PixelRows, tmp_path: Path
) -> None:
    whole = read_pictures(files, DECODING, rows, tmp_path)
    rows.write(7, np.zeros((SIZE, SIZE, 3), dtype=np.uint8))
    assert read_pictures(files, DECODING, rows, tmp_path) == whole
    assert [row for row, count in enumerate(reads(files)) if count == 2] == [7]
    assert reds(rows, tmp_path / "rows")[7] == 7


def test_a_kill_while_rows_close_up_loses_no_picture(
    files: list[SourceFile], rows: PixelRows, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = read_pictures(files, DECODING, rows, tmp_path)
    moved, write = [], PixelRows._write

    def killed(self: PixelRows, place: int, data: bytes) -> None:
        moved.append(place)
        if len(moved) > 5:
            raise KeyboardInterrupt
        write(self, place, data)

    monkeypatch.setattr(PixelRows, "_write", killed)
    with pytest.raises(KeyboardInterrupt):
        rows.keep(range(10, COUNT))
    monkeypatch.undo()
    assert read_pictures(files, DECODING, rows, tmp_path) == whole
    assert sum(reads(files)) == COUNT + 5
    assert reds(rows, tmp_path / "rows") == list(range(COUNT))


def test_broken_files_and_those_that_nothing_vouches_for_are_read_again(
    files: list[SourceFile], rows: PixelRows, tmp_path: Path
) -> None:
    (tmp_path / "003.png").write_bytes(b"no picture")
    made = SourceFile("made", "a", reader=partial(read_and_count, tmp_path / "004.png"))
    cut = SourceFile("cut", "a", made_from=(tmp_path / "005.png", "its left half"), reader=files[5].reader)
    listed = [*files[:4], made, cut, *files[6:]]
    read_pictures(listed, DECODING, rows, tmp_path)
    read_pictures(listed, DECODING, rows, tmp_path)
    assert [row for row, count in enumerate(reads(files)) if count == 2] == [3, 4]


def test_the_key_changes_with_the_files_and_the_decoding(files: list[SourceFile], tmp_path: Path) -> None:
    def key(files: list[SourceFile] = files, decoding: Decoding = DECODING) -> str:
        return work_key(files, decoding)

    before = key()
    assert before == key()
    assert before != key(files[1:])
    assert before != key(decoding=Decoding(SIZE, "crop"))
    same_length = encode(Image.new("RGB", (SIZE, SIZE), (0, 1, 0)))
    status = (tmp_path / "000.png").stat()
    (tmp_path / "000.png").write_bytes(same_length)
    os.utime(tmp_path / "000.png", ns=(status.st_atime_ns, status.st_mtime_ns))
    assert before != key()
    (tmp_path / "000.png").unlink()
    assert len({before, key(), key([SourceFile("000.png", "a"), *files[1:]])}) == 3


def test_the_class_of_a_picture_is_no_reason_to_decode_it_again(files: list[SourceFile]) -> None:
    renamed = [SourceFile(file.path, "b", "test", "monday", origin=file.origin) for file in files]
    assert work_key(renamed, DECODING) == work_key(files, DECODING)


def test_a_crop_of_another_box_is_another_picture(tmp_path: Path) -> None:
    crops = [SourceFile("1", "a", made_from=(tmp_path, box)) for box in ("0 0 9 9", "0 0 9 8")]
    assert work_key(crops[:1], DECODING) != work_key(crops[1:], DECODING)


def test_a_file_that_cannot_be_read_has_a_reason_and_no_digest(rows: PixelRows, tmp_path: Path) -> None:
    def refuse() -> bytes:
        raise ImageError("The file cannot be read: gone. Restore it.", reason="broken")

    (reading,) = read_pictures([SourceFile("a/1", "a", reader=refuse)], DECODING, rows, tmp_path)
    assert (reading.digest, reading.facts) == ("", None)
    assert reading.reason == "The file cannot be read: gone. Restore it."


def test_a_picture_that_crashes_the_decoder_is_broken_and_no_other(
    files: list[SourceFile], rows: PixelRows, tmp_path: Path
) -> None:
    files[9] = SourceFile("9", "a", reader=lambda: os.kill(os.getpid(), signal.SIGKILL))  # type: ignore[arg-type, return-value]
    readings = read_pictures(files, DECODING, rows, tmp_path)
    assert [row for row, reading in enumerate(readings) if reading.reason] == [9]
    assert "Killed" in readings[9].reason


def test_nobody_watching_sees_nothing(capfd: pytest.CaptureFixture[str]) -> None:
    with progress_bar("decode", 3) as advance:
        advance(3)
    assert capfd.readouterr() == ("", "")


def test_a_terminal_sees_a_bar(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
    reader, writer = pty.openpty()
    with os.fdopen(writer, "w") as terminal:
        monkeypatch.setattr("sys.stderr", terminal)
        with progress_bar("decode", 3) as advance:
            advance(3)
    shown = b"".join(iter(lambda: _read_some(reader), b"")).decode()
    os.close(reader)
    assert "decode" in shown
    assert "3/3" in shown


def _read_some(terminal: int) -> bytes:
    """What a terminal shows next: the kernel hands it over bit by bit; nothing more once its writer is closed."""
    try:
        return os.read(terminal, 1 << 16)
    except OSError:
        return b""
