"""What a picture file is built of, looked through before a decoder spends time and memory on it.

Decoders read metadata and frames as they come, some of them byte by byte. So a file of a few megabytes can
keep one busy for half a minute although its picture is tiny. Files that programs write are far below the limits here.
"""

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from struct import error as struct_error
from struct import unpack_from

from PIL.Image import Image

from tinysight.errors import ImageError

PACKED = ("PNG", "TIFF", "GIF")  # whose pixels can be packed almost without end
MOST_RATIO, SMALL = (
    600,
    20_000_000,
)  # bytes unpacked, against those of the file; a drawing on an empty page has about 200
MOST_FRAMES = 1000  # of which the first is used
MOST_SCANS = 32  # over the pixels of a JPEG; programs write about 10
MOST_SCANNED = 500_000_000  # pixels, counted again in each scan
MOST_SEGMENTS = 1000  # of a JPEG before its pixels
MOST_EXIF_SEGMENTS = 8
MOST_JUNK = 10_000  # bytes between segments or blocks
MOST_COMPRESSED_TEXTS = 16  # of a PNG; each may unpack to 1 MB
MOST_EXIF_BYTES = 128_000
MOST_RLE_BYTES = 500_000  # of a BMP, whose runs Pillow unpacks in Python
MOST_TIFF_VALUES = 65_536  # of one tag, such as the places of the strips
MOST_TIFF_TAGS = 1000
BYTE_TYPES = (1, 2, 6, 7)  # of TIFF: taken as they are, not value by value
STANDALONE = frozenset((0x01, *range(0xD0, 0xDA)))  # JPEG markers without a length
FRAME_HEADERS = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
PROGRESSIVE = frozenset((0xC2, 0xC6, 0xCA, 0xCE))


def check_structure(data: bytes, most_buffered: int) -> None:
    """Returns if a file may be given to its decoder; broken ones too, for the decoder says what is wrong with them.

    Args:
        data: a whole file.
        most_buffered: pixels that a JPEG may have if all of it must be in memory before the first row.

    Raises:
        ImageError: with the reason `excessive`, if it would cost far more than its picture is worth.
    """
    check = _CHECKS.get(data[:2])
    if check is not None:
        with suppress(IndexError, struct_error):  # it ends too early
            check(data, most_buffered)


def check_packing(image: Image, packed: int) -> None:
    """Returns if the pixels of a file are not far more than its bytes, or few.

    Args:
        image: opened, not loaded.
        packed: bytes of its file.

    Raises:
        ImageError: with the reason `excessive`, for what is called a zip bomb.
    """
    unpacked = image.width * image.height * (1 / 8 if image.mode == "1" else len(image.getbands()))
    if image.format in PACKED and unpacked > max(SMALL, MOST_RATIO * packed):
        raise ImageError(
            f"The file unpacks to over {MOST_RATIO} times its own size. Received: {packed:,} bytes that hold"
            f" {image.width} × {image.height} pixels. Make the picture smaller before sending it.",
            reason="excessive",
        )


def _png(data: bytes, _: int) -> None:
    at, chunks, texts, most = 8, 0, 0, 1000 + len(data) // 1000
    while at + 8 <= len(data):
        length, kind = unpack_from(">I4s", data, at)
        chunks += 1
        texts += kind in (b"zTXt", b"iTXt")
        if chunks > most or texts > MOST_COMPRESSED_TEXTS or (kind == b"eXIf" and length > MOST_EXIF_BYTES):
            raise _excessive(f"PNG of over {chunks - 1} chunks, {texts} of them compressed texts, or of over-long EXIF")
        if kind == b"acTL":
            _check_frames(unpack_from(">I", data, at + 8)[0])
        at += 12 + length


@dataclass
class _Jpeg:
    pixels: int = 0
    components: int = 0
    progressive: bool = False
    exifs: int = 0


def _jpeg(data: bytes, most_buffered: int) -> None:
    found = _Jpeg()
    for marker, at in _segments(data):
        if marker in FRAME_HEADERS:
            height, width, found.components = unpack_from(">HHB", data, at + 3)
            found.pixels, found.progressive = height * width, marker in PROGRESSIVE
        elif marker == 0xE1 and data.startswith(b"Exif\0\0", at + 2):
            found.exifs += 1
            if found.exifs > MOST_EXIF_SEGMENTS:
                raise _excessive(f"JPEG with over {MOST_EXIF_SEGMENTS} EXIF segments")
        elif marker == 0xDA:
            if found.progressive or data[at + 2] < found.components:
                _check_scans(found.pixels, data.count(b"\xff\xda", at - 2), most_buffered)
            return


def _check_scans(pixels: int, scans: int, most_buffered: int) -> None:
    """Several scans go over pixels that are kept in memory meanwhile."""
    if scans > MOST_SCANS or scans * pixels > MOST_SCANNED:
        raise _excessive(f"JPEG of {scans} scans")
    if pixels > most_buffered:
        raise ImageError(
            f"The picture has too many pixels: at most {most_buffered:,} are allowed in a JPEG of several scans."
            f" Received: {pixels:,}. Make it smaller, or save it as a plain JPEG, before sending it.",
            reason="too_large",
        )


def _segments(data: bytes) -> Iterator[tuple[int, int]]:
    """Marker and place of the length of each JPEG segment, up to the pixels."""
    at, junk = 2, 0
    for _ in range(MOST_SEGMENTS):
        while data[at] != 0xFF or data[at + 1] in (0x00, 0xFF):  # decoders pass over what is no marker
            at, junk = at + 1, junk + 1
            if junk > MOST_JUNK:
                raise _excessive(f"JPEG with over {MOST_JUNK:,} stray bytes")
        marker, at = data[at + 1], at + 2
        if marker not in STANDALONE:
            yield marker, at
            at += max(2, data[at] << 8 | data[at + 1])
    raise _excessive(f"JPEG of over {MOST_SEGMENTS} segments")


def _gif(data: bytes, _: int) -> None:
    at, frames, blocks, most = 13 + _palette(data[10]), 0, 0, MOST_JUNK + len(data) // 64
    while (kind := data[at]) != 0x3B:
        blocks += 1
        if kind == 0x2C:
            frames += 1
            _check_frames(frames)
            at += 11 + _palette(data[at + 9])
        elif kind == 0x21:
            at += 2
        else:  # a stray byte
            at += 1
            if blocks > most:
                raise _excessive(f"GIF of over {most:,} blocks")
            continue
        while size := data[at]:
            at, blocks = at + size + 1, blocks + 1
            if blocks > most:
                raise _excessive(f"GIF of over {most:,} blocks")
        at += 1


def _palette(flags: int) -> int:
    return 3 * 2 ** (flags % 8 + 1) if flags & 0x80 else 0


def _webp(data: bytes, _: int) -> None:
    if data[8:12] != b"WEBP":
        return
    at, frames = 12, 0
    while at + 8 <= len(data):
        kind, length = unpack_from("<4sI", data, at)
        frames += kind == b"ANMF"
        _check_frames(frames)
        at += 8 + length + length % 2


def _bmp(data: bytes, _: int) -> None:
    if unpack_from("<I", data, 30)[0] in (1, 2) and len(data) > MOST_RLE_BYTES:
        raise _excessive(f"run-length BMP of over {MOST_RLE_BYTES:,} bytes")


def _tiff(data: bytes, _: int) -> None:
    order = "<" if data[:2] == b"II" else ">"
    is_big = unpack_from(order + "H", data, 2)[0] == 43
    word, tags, entry = ("Q", "Q", 20) if is_big else ("I", "H", 12)
    place, frames = unpack_from(order + word, data, 8 if is_big else 4)[0], 0
    while place:
        count = unpack_from(order + tags, data, place)[0]
        first = place + (8 if is_big else 2)
        if not frames:
            _check_tags(data, order + "HH" + word, first, entry, count)
        frames += 1
        _check_frames(frames)
        place = unpack_from(order + word, data, first + count * entry)[0]


def _check_tags(data: bytes, layout: str, first: int, entry: int, count: int) -> None:
    if count > MOST_TIFF_TAGS:
        raise _excessive(f"TIFF of {count} tags")
    for at in range(first, first + count * entry, entry):
        tag, kind, values = unpack_from(layout, data, at)
        if values > MOST_TIFF_VALUES and kind not in BYTE_TYPES:
            raise _excessive(f"TIFF with {values:,} values in its tag {tag}")


def _check_frames(frames: int) -> None:
    if frames > MOST_FRAMES:
        raise _excessive(f"moving picture of over {MOST_FRAMES:,} frames")


def _excessive(received: str) -> ImageError:
    return ImageError(
        f"The file holds far more than a picture needs. Received: a {received}."
        " Save it again with an image program, as a plain picture of one frame, and send that file.",
        reason="excessive",
    )


# by their first two bytes; what begins like one of them and is none of them costs one look
_CHECKS: dict[bytes, Callable[[bytes, int], None]] = {
    b"\x89P": _png,
    b"\xff\xd8": _jpeg,
    b"GI": _gif,
    b"RI": _webp,
    b"BM": _bmp,
    b"II": _tiff,
    b"MM": _tiff,
}
