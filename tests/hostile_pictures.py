"""Picture files that are built to cost a decoder far more than their picture is worth, each of under 10 MB."""

import io
import struct
import zlib
from collections.abc import Callable

from PIL import Image

GIF_FRAME = b"\x2c" + struct.pack("<HHHHB", 0, 0, 1, 1, 0) + b"\x02\x02\x44\x01\x00"
GREY_TIFF = ((258, 3, 1, 8), (259, 3, 1, 1), (262, 3, 1, 1), (277, 3, 1, 1), (278, 4, 1, 1))  # one row a strip
GIF_HEAD = b"GIF89a" + struct.pack("<HHBBB", 1, 1, 0x80, 0, 0) + b"\0\0\0\xff\xff\xff"


def png_chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def png(*chunks: bytes, width: int = 8, height: int = 8) -> bytes:
    """A grey PNG with more chunks; one of many pixels has none of them."""
    rows = b"".join(b"\0" + bytes(width) for _ in range(height)) if width * height < 1_000_000 else b""
    header = png_chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
    pixels = png_chunk(b"IDAT", zlib.compress(rows))
    return b"".join((b"\x89PNG\r\n\x1a\n", header, *chunks, pixels, png_chunk(b"IEND", b"")))


def jpeg(size: tuple[int, int] = (8, 8), mode: str = "RGB", *, before: bytes = b"", **options: bool) -> bytes:
    """A JPEG with more bytes before its first segment."""
    file = io.BytesIO()
    Image.new(mode, size).save(file, "JPEG", **options)
    return file.getvalue()[:2] + before + file.getvalue()[2:]


def segment(marker: int, content: bytes) -> bytes:
    return struct.pack(">BBH", 0xFF, marker, len(content) + 2) + content


def jpeg_of_scans(scans: int, side: int = 1000) -> bytes:
    data = jpeg((side, side), "L", progressive=True)
    last = data.rindex(b"\xff\xda")
    return data[:last] + data[last:-2] * scans + b"\xff\xd9"


def jpeg_that_must_be_kept_whole(side: int) -> bytes:
    """Its first scan has one component of three, so that the decoder waits for the others."""
    data = jpeg((side, side), subsampling=0)
    at = data.index(b"\xff\xda")
    length = struct.unpack_from(">H", data, at + 2)[0]
    return data[:at] + b"\xff\xda\x00\x08\x01\x01\x00\x00\x3f\x00" + data[at + 2 + length :]


def tiff(*tags: tuple[int, int, int, int | bytes]) -> bytes:
    """A TIFF of tags: number, type, count, and the value or its bytes."""
    entries, blobs, place = b"", b"", 8 + 2 + 12 * len(tags) + 4
    for tag, kind, count, value in tags:
        entries += struct.pack("<HHII", tag, kind, count, value if isinstance(value, int) else place + len(blobs))
        blobs += value if isinstance(value, bytes) else b""
    return b"II*\0" + struct.pack("<IH", 8, len(tags)) + entries + bytes(4) + blobs


def tiff_of_pages(pages: int) -> bytes:
    return b"II*\0" + struct.pack("<I", 8) + b"".join(struct.pack("<HI", 0, 14 + 6 * n) for n in range(pages))


def webp_of_frames(frames: int) -> bytes:
    data = moving("WEBP", 2, step=200)
    last = data.rindex(b"ANMF")
    return data + data[last:] * (frames - 2)


def tiff_of_strips(strips: int) -> bytes:
    places, lengths = struct.pack("<I", 8) * strips, struct.pack("<I", 1) * strips
    return tiff(*GREY_TIFF, (256, 4, 1, 1), (257, 4, 1, strips), (273, 4, strips, places), (279, 4, strips, lengths))


def moving(form: str, frames: int, step: int = 1) -> bytes:
    pictures = [Image.new("RGB", (2, 2), (number * step % 256, number // 256, 0)) for number in range(frames)]
    file = io.BytesIO()
    pictures[0].save(file, form, save_all=True, append_images=pictures[1:])
    return file.getvalue()


def zip_bomb(form: str, mode: str = "RGB", side: int = 5000, **options: str) -> bytes:
    file = io.BytesIO()
    Image.new(mode, (side, side)).save(file, form, **options)
    return file.getvalue()


def bmp_of_runs(runs: int) -> bytes:
    """A BMP whose rows are packed as runs of one pixel."""
    palette, data = bytes(1024), b"\x01\x05" * runs
    info = struct.pack("<IiiHHIIiiII", 40, 5000, 4900, 1, 8, 1, len(data), 0, 0, 256, 0)
    return b"BM" + struct.pack("<IHHI", 1078 + len(data), 0, 0, 1078) + info + palette + data


def texts(count: int, size: int) -> bytes:
    content = zlib.compress(bytes(size), 9)
    return png(*(png_chunk(b"zTXt", b"k%d\0\0" % number + content) for number in range(count)))


EXIF_OF_MANY = b"II*\0\x08\0\0\0" + struct.pack("<H", 60_000) + struct.pack("<HHII", 9, 3, 1, 5) * 60_000 + bytes(4)
EXCESSIVE: dict[str, Callable[[], bytes]] = {
    "GIF of 10,000 frames": lambda: GIF_HEAD + GIF_FRAME * 10_000 + b";",
    "APNG of 2,000 frames": lambda: moving("PNG", 2000),
    "WebP of 10,000 frames": lambda: webp_of_frames(10_000),
    "TIFF of 10,000 pages": lambda: tiff_of_pages(10_000),
    "zip bomb in a TIFF": lambda: zip_bomb("TIFF", compression="tiff_adobe_deflate"),
    "zip bomb in a PNG": lambda: zip_bomb("PNG"),
    "PNG of compressed texts": lambda: texts(60, 900_000),
    "PNG of 300,000 texts": lambda: png(*(png_chunk(b"tEXt", b"k%d\0x" % number) for number in range(300_000))),
    "PNG of one-byte pieces": lambda: png(*[png_chunk(b"IDAT", b"x")] * 600_000),
    "PNG of much EXIF": lambda: png(png_chunk(b"eXIf", EXIF_OF_MANY)),
    "JPEG of 400 scans": lambda: jpeg_of_scans(400),
    "JPEG of much EXIF": lambda: jpeg(before=segment(0xE1, b"Exif\0\0" + bytes(65_000)) * 140),
    "JPEG of a million segments": lambda: jpeg(before=b"\xff\xfe\0\2" * 1_000_000),
    "JPEG of padding": lambda: jpeg(before=b"\xff" * 9_000_000),
    "JPEG of rubbish": lambda: jpeg(before=bytes(9_000_000)),
    "GIF of comments": lambda: GIF_HEAD + b"\x21\xfe\x01a\0" * 1_800_000 + GIF_FRAME + b";",
    "GIF of a long comment": lambda: GIF_HEAD + b"\x21\xfe" + b"\x01a" * 4_000_000 + b"\0" + GIF_FRAME + b";",
    "GIF of rubbish": lambda: GIF_HEAD + bytes(9_000_000) + GIF_FRAME + b";",
    "TIFF of a million strips": lambda: tiff_of_strips(1_200_000),
    "TIFF of a million depths": lambda: tiff((256, 4, 1, 8), (258, 3, 1_000_000, b"\x08\0" * 1_000_000)),
    "TIFF of many tags": lambda: tiff(*((1000 + number, 3, 1, 0) for number in range(2000))),
    "BMP of short runs": lambda: bmp_of_runs(4_000_000),
}
TOO_LARGE: dict[str, Callable[[], bytes]] = {
    "PNG of 50,000 × 50,000": lambda: png(width=50_000, height=50_000),
    "TIFF of 30,000 × 30,000": lambda: tiff(*GREY_TIFF, (256, 4, 1, 30_000), (257, 4, 1, 30_000), (273, 4, 1, 8)),
    "JPEG that must be kept whole": lambda: jpeg_that_must_be_kept_whole(6000),
}
