"""Grey arrays as PNG files whose bytes depend on nothing but the pixels."""

import struct
import zlib

from tinysight.imaging import Pixels

SIGNATURE = b"\x89PNG\r\n\x1a\n"
LARGEST_BLOCK = 65535  # bytes in one stored block of deflate


def encode_grey(pixels: Pixels) -> bytes:
    """A PNG file of a grey picture, stored without compression.

    A compressor's bytes change with its version, and a sample's digest, hence its side of the
    split, with them; stored blocks never change.

    Args:
        pixels: (H, W) uint8.
    """
    height, width = pixels.shape
    rows = b"".join(b"\x00" + row.tobytes() for row in pixels)  # filter 0 before each row
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return SIGNATURE + _chunk(b"IHDR", header) + _chunk(b"IDAT", _stored(rows)) + _chunk(b"IEND", b"")


def _chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def _stored(data: bytes) -> bytes:
    """A zlib stream of stored blocks (RFC 1950 and 1951)."""
    blocks = [data[start : start + LARGEST_BLOCK] for start in range(0, len(data), LARGEST_BLOCK)]
    last = len(blocks) - 1
    stored = (struct.pack("<BHH", i == last, len(b), len(b) ^ 0xFFFF) + b for i, b in enumerate(blocks))
    return b"\x78\x01" + b"".join(stored) + struct.pack(">I", zlib.adler32(data))
