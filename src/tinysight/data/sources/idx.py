"""Reads IDX files, the format of MNIST and Fashion-MNIST, gzipped or plain."""

import gzip
import math
import struct
import zlib
from pathlib import Path

import numpy as np

from tinysight.errors import DataError
from tinysight.imaging import Pixels

GZIP = b"\x1f\x8b"
UNSIGNED_BYTES = 8  # IDX's code for the type of the numbers


def read_idx(path: Path) -> Pixels:
    """The array of an IDX file of unsigned bytes, in the shape that its header says.

    Raises:
        DataError: if the file cannot be read, is cut short or is no such file.
    """
    content = unpack(path)
    zeros, kind, dimensions = struct.unpack_from(">HBB", content.ljust(4, b"\xff"))
    if zeros or kind != UNSIGNED_BYTES or not 1 <= dimensions <= 3 or len(content) < 4 + 4 * dimensions:
        raise DataError(f"{path} is not an IDX file of unsigned bytes. Download it again.")
    shape = struct.unpack_from(f">{dimensions}I", content, 4)
    values = np.frombuffer(content, dtype=np.uint8, offset=4 + 4 * dimensions)
    if len(values) != math.prod(shape):
        raise DataError(f"{path} promises {math.prod(shape)} bytes. Received: {len(values)}. Download it again.")
    return values.reshape(shape)


def unpack(path: Path) -> bytes:
    """A file's content, gunzipped if it is gzipped.

    Raises:
        DataError: if the file cannot be read or its gzip stream is damaged.
    """
    try:
        data = path.read_bytes()
        return gzip.decompress(data) if data.startswith(GZIP) else data
    except (OSError, EOFError, zlib.error) as error:
        raise DataError(f"{path} cannot be read: {error}. Download it again.") from None
