"""Lines go to what a service may be started with, and no writer ever waits for a reader."""

import os
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from serve import log_outlet
from serve.log_outlet import MOST_WAITING, LogOutlet

LINE = b"x" * 299 + b"\n"


@pytest.fixture
def pipe() -> Iterator[tuple[int, int]]:
    ends = os.pipe()
    yield ends
    for end in ends:
        os.close(end)


def read_all(file: int, outlet: LogOutlet) -> bytes:
    """What a reader gets who comes late."""
    os.set_blocking(file, False)
    text = b""
    while True:
        try:
            text += os.read(file, 1 << 16)
        except BlockingIOError:
            if not outlet.waiting:
                return text
            outlet.flush()


@pytest.mark.parametrize("reopens", [True, False], ids=["own pipe", "somebody else's pipe"])
def test_a_pipe_that_nobody_reads_stops_nobody(
    pipe: tuple[int, int], monkeypatch: pytest.MonkeyPatch, reopens: bool
) -> None:
    """What waits is kept whole up to a limit, what comes after is counted, and the reader gets it later."""
    if not reopens:
        monkeypatch.setattr(log_outlet.os, "open", lambda *_: (_ for _ in ()).throw(PermissionError()))
    outlet = LogOutlet(pipe[1])
    lines = 3 * MOST_WAITING // len(LINE)
    for _ in range(lines):
        outlet.write(LINE)
    assert os.get_blocking(pipe[1])  # it is shared with other programs
    assert outlet.dropped > 0
    text = read_all(pipe[0], outlet)
    assert text == LINE * (lines - outlet.dropped)
    assert len(text) >= MOST_WAITING
    outlet.write(b"again\n")
    assert read_all(pipe[0], outlet) == b"again\n"


def test_a_forked_process_does_not_repeat_what_waits(pipe: tuple[int, int]) -> None:
    outlet = LogOutlet(pipe[1])
    for _ in range(1000):
        outlet.write(LINE)
    assert outlet.waiting
    if (child := os.fork()) == 0:
        outlet.write(b"from the child\n")
        os._exit(LINE in outlet.waiting)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert read_all(pipe[0], outlet).count(LINE) == 1000


def test_a_line_longer_than_a_pipe_arrives_whole(pipe: tuple[int, int]) -> None:
    outlet = LogOutlet(pipe[1])
    outlet.write(b"y" * 200_000 + b"\n")
    outlet.write(b"z\n")
    assert read_all(pipe[0], outlet) == b"y" * 200_000 + b"\nz\n"


def test_a_reader_that_has_gone_stops_nobody() -> None:
    read, write = os.pipe()
    outlet = LogOutlet(write)
    os.close(read)
    outlet.write(LINE)
    outlet.write(LINE)
    assert outlet.dropped == 2
    os.close(write)


def test_a_socket_such_as_the_journals_is_written_without_waiting() -> None:
    ours, theirs = socket.socketpair()
    outlet = LogOutlet(ours.fileno())
    for _ in range(10_000):
        outlet.write(LINE)
    assert outlet.waiting
    theirs.setblocking(False)
    text = read_all(theirs.fileno(), outlet)
    assert text == LINE * (10_000 - outlet.dropped)
    outlet.close()
    ours.close()
    theirs.close()


def test_a_file_is_continued_and_not_overwritten(tmp_path: Path) -> None:
    with (tmp_path / "log").open("wb") as file:
        file.write(b"before\n")
        file.flush()
        LogOutlet(file.fileno()).write(b"after\n")
    assert (tmp_path / "log").read_bytes() == b"before\nafter\n"


def test_at_the_end_a_slow_reader_gets_some_time(pipe: tuple[int, int]) -> None:
    outlet = LogOutlet(pipe[1])
    for _ in range(1000):
        outlet.write(LINE)
    texts: list[bytes] = []
    reader = threading.Thread(target=lambda: texts.append(_exactly(pipe[0], 1000 * len(LINE))))
    reader.start()
    outlet.finish(5.0)
    reader.join(10)
    assert texts == [LINE * 1000]


def _exactly(file: int, size: int) -> bytes:
    text = b""
    while len(text) < size:
        text += os.read(file, 4096)
    return text
