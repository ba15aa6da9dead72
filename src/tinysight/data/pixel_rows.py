"""Pictures in a file, row by row, written in any order by several processes."""

import io
import os
import zlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.lib.format import write_array_header_1_0

from tinysight.imaging import Pixels


class PixelRows:
    """A file that becomes the pixels of an ImageSet: room for a header, then one row a picture.

    Plain writes: on a full disk they raise OSError, where a mapped file would end the process by SIGBUS.
    """

    def __init__(self, path: Path, image_size: int) -> None:
        """Opens the file and keeps what is in it; there need be none.

        Args:
            path: of the file.
            image_size: height and width of each picture.
        """
        self._shape = (image_size, image_size, 3)
        self._row_bytes = image_size * image_size * 3
        self._start = len(_header((0, *self._shape)))
        self._file = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
        self._owner = os.getpid()

    def write(self, row: int, pixels: Pixels) -> int:
        """Writes a picture (S, S, 3) to its row and gives its checksum."""
        if self._owner not in (os.getpid(), os.getppid()):
            os._exit(1)  # who started this was killed, and the file may be another's already
        data = np.ascontiguousarray(pixels).reshape(-1).data
        self._write(self._place(row), data)
        return zlib.crc32(data)

    def stored(self) -> int:
        """How many rows' worth of room the file takes on the disk; it may have holes."""
        return os.fstat(self._file).st_blocks * 512 // self._row_bytes

    def checksum(self, row: int) -> int:
        """The checksum of what stands in a row; any number where the file ends before it."""
        return zlib.crc32(os.pread(self._file, self._row_bytes, self._place(row)))

    def keep(self, rows: Sequence[int]) -> None:
        """Makes these rows, in rising order, all that is in the file, and the file what numpy would write."""
        for place, row in enumerate(rows):
            if place != row:
                self._write(self._place(place), os.pread(self._file, self._row_bytes, self._place(row)))
        os.ftruncate(self._file, self._place(len(rows)))
        self._write(0, _header((len(rows), *self._shape)))

    def close(self) -> None:
        """Closes the file."""
        os.close(self._file)

    def _place(self, row: int) -> int:
        return self._start + row * self._row_bytes

    def _write(self, place: int, data: bytes | memoryview) -> None:
        view = memoryview(data)
        while view:
            written = os.pwrite(self._file, view, place)
            view, place = view[written:], place + written


def _header(shape: tuple[int, int, int, int]) -> bytes:
    """Its length is the same for any number of rows: numpy leaves room for more digits."""
    buffer = io.BytesIO()
    write_array_header_1_0(buffer, {"descr": "|u1", "fortran_order": False, "shape": shape})
    return buffer.getvalue()
