"""Rows come in any order and from any process; at the end they are a file as numpy writes it."""

import os
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tinysight.data import pixel_rows
from tinysight.data.pixel_rows import PixelRows
from tinysight.imaging import Pixels

SIZE = 4


def picture(number: int) -> Pixels:
    return np.random.default_rng(number).integers(0, 256, (SIZE, SIZE, 3), dtype=np.uint8)


@pytest.fixture
def rows(tmp_path: Path) -> Iterator[PixelRows]:
    opened = PixelRows(tmp_path / "pixels.npy", SIZE)
    yield opened
    opened.close()


@given(order=st.permutations(range(9)), kept=st.sets(st.integers(0, 8)))
def test_the_rows_kept_are_what_numpy_would_write(
    order: list[int], kept: set[int], tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("rows")
    rows = PixelRows(folder / "pixels.npy", SIZE)
    for row in order:
        rows.write(row, picture(row))
    rows.keep(sorted(kept))
    rows.close()
    expected = np.stack([picture(row) for row in sorted(kept)]) if kept else np.empty((0, SIZE, SIZE, 3), np.uint8)
    np.save(folder / "numpy.npy", expected)
    assert (folder / "pixels.npy").read_bytes() == (folder / "numpy.npy").read_bytes()


def test_the_checksum_tells_a_row_that_is_not_what_was_written(rows: PixelRows) -> None:
    checksum = rows.write(3, picture(3))
    assert rows.checksum(3) == checksum
    assert {rows.checksum(row) for row in (0, 2, 4, 99)}.isdisjoint({checksum})


def test_an_opened_file_keeps_its_rows(rows: PixelRows, tmp_path: Path) -> None:
    checksum = rows.write(3, picture(3))
    again = PixelRows(tmp_path / "pixels.npy", SIZE)
    assert again.checksum(3) == checksum
    again.close()


def test_what_is_stored_is_counted_without_the_holes(tmp_path: Path) -> None:
    rows = PixelRows(tmp_path / "pixels.npy", 64)
    assert rows.stored() == 0
    rows.write(10_000, np.ones((64, 64, 3), dtype=np.uint8))
    assert 1 <= rows.stored() <= 2
    rows.close()


def test_a_part_that_the_system_did_not_write_at_once_is_written_then(
    rows: PixelRows, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = os.pwrite
    monkeypatch.setattr(pixel_rows.os, "pwrite", lambda file, data, place: whole(file, data[:5], place))
    checksum = rows.write(1, picture(1))
    assert rows.checksum(1) == checksum


def test_a_process_whose_starter_is_gone_writes_no_more(rows: PixelRows) -> None:
    before = rows.checksum(0)
    rows._owner = 1  # nobody's child here
    child = os.fork()
    if child == 0:
        rows.write(0, picture(0))
        os._exit(0)
    _, status = os.waitpid(child, 0)
    assert os.waitstatus_to_exitcode(status) == 1
    assert rows.checksum(0) == before
