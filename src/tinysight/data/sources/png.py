"""Arrays as PNG files whose bytes depend on nothing but the pixels."""

import struct
import zlib
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tinysight.errors import DataError
from tinysight.imaging import Pixels
from tinysight.parts import in_parts

SIGNATURE = b"\x89PNG\r\n\x1a\n"
LARGEST_BLOCK = 65535  # bytes in one stored block of deflate
COLOURS = {1: 0, 3: 2, 4: 6}  # PNG's code for so many channels: grey, RGB, RGBA


def encode_png(pixels: NDArray[Any]) -> bytes:
    """A PNG file of a picture, stored without compression.

    A compressor's bytes change with its version, and a sample's digest, hence its side of the
    split, with them; stored blocks never change.

    Args:
        pixels: uint8 (H, W), (H, W, 1), (H, W, 3) or (H, W, 4): grey, RGB or RGBA; or uint16 (H, W) or (H, W, 1).

    Raises:
        DataError: if it is another kind of array.
    """
    channels = 1 if pixels.ndim == 2 else pixels.shape[-1]
    bits = pixels.dtype.itemsize * 8
    if (
        pixels.ndim not in (2, 3)
        or 0 in pixels.shape
        or (str(pixels.dtype), channels) not in {("uint8", 1), ("uint8", 3), ("uint8", 4), ("uint16", 1)}
    ):
        raise DataError(
            "A picture must be uint8 (H, W), (H, W, 3) or (H, W, 4), or uint16 (H, W)."
            f" Received: {pixels.dtype} {pixels.shape}. Convert it."
        )
    height, width = pixels.shape[:2]
    rows = pixels.astype(">u2" if bits == 16 else np.uint8, copy=False).reshape(height, -1)
    filtered = b"".join(b"\x00" + row.tobytes() for row in rows)  # filter 0 before each row
    header = struct.pack(">IIBBBBB", width, height, bits, COLOURS[channels], 0, 0, 0)
    return SIGNATURE + _chunk(b"IHDR", header) + _chunk(b"IDAT", _stored(filtered)) + _chunk(b"IEND", b"")


def encode_grey(pixels: Pixels) -> bytes:
    """The same of a grey picture.

    Args:
        pixels: (H, W) uint8.
    """
    return encode_png(pixels)


def _chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def _stored(data: bytes) -> bytes:
    """A zlib stream of stored blocks (RFC 1950 and 1951)."""
    blocks = list(in_parts(data, LARGEST_BLOCK))
    last = len(blocks) - 1
    stored = (struct.pack("<BHH", i == last, len(b), len(b) ^ 0xFFFF) + b for i, b in enumerate(blocks))
    return b"\x78\x01" + b"".join(stored) + struct.pack(">I", zlib.adler32(data))
