"""Files are read on all cores, in order, with few in memory; a bar shows only to people."""

import os
import pty
import threading

import pytest

from tinysight.data.progress import progress_bar
from tinysight.data.reading import BATCH, on_all_cores, read_pictures
from tinysight.data.sources.source import SourceFile
from tinysight.errors import ImageError
from tinysight.imaging import Decoding


def files(count: int) -> list[SourceFile]:
    return [SourceFile(f"a/{i}", "a", reader=b"not a picture".strip) for i in range(count)]


@pytest.mark.parametrize("count", [0, 1, BATCH, 5 * BATCH + 3])
def test_the_order_is_kept(count: int) -> None:
    assert [reading.file for reading in read_pictures(files(count), Decoding(8))] == files(count)


def test_few_files_are_ahead_of_the_reader() -> None:
    started, lock = [0], threading.Lock()

    def count(file: SourceFile) -> str:
        with lock:
            started[0] += 1
        return file.path

    results = on_all_cores(count, files(100 * BATCH))
    next(results)
    assert started[0] <= (len(os.sched_getaffinity(0)) + 1) * BATCH


def test_an_error_that_is_no_picture_s_fault_is_not_swallowed() -> None:
    def fail(file: SourceFile) -> str:
        raise MemoryError

    with pytest.raises(MemoryError):
        list(on_all_cores(fail, files(3)))


def test_a_file_that_cannot_be_read_has_a_reason_and_no_digest() -> None:
    def refuse() -> bytes:
        raise ImageError("The file cannot be read: gone. Restore it.", reason="broken")

    (reading,) = read_pictures([SourceFile("a/1", "a", reader=refuse)], Decoding(8))
    assert (reading.pixels, reading.digest, reading.reason) == (None, "", "The file cannot be read: gone. Restore it.")


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
