"""Picture files as no program writes them: real ones of every format, changed in the ways that break decoders."""

import io
import random
import struct
import zlib
from collections.abc import Callable, Iterator, Sequence

import numpy as np
from PIL import Image

Mutation = Callable[[bytearray, random.Random], bytearray]
PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
MANY = 64  # bytes: the longest piece that is set, cut or repeated where a mutation takes a short one
# what length fields, dimensions and counts are most often not ready for
EDGES = (0, 1, 2, 3, 0x7F, 0x80, 0xFF, 0x100, 0x7FFF, 0x8000, 0xFFFF, 0x10000, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF)


def seed_files() -> list[bytes]:
    """Small picture files of every allowed format, mode, compression and number of frames that Pillow writes."""
    random_ = np.random.default_rng(0)
    y, x = np.mgrid[:48, :40]
    wave = np.stack([np.sin(x * a + y * b) for a, b in ((0.2, 0.1), (0.05, 0.3), (0.4, 0.0))], axis=-1)
    pixels = (127 + 90 * wave + random_.normal(0, 12, wave.shape)).clip(0, 255).astype(np.uint8)
    picture = Image.fromarray(pixels)  # 40 × 48
    deep = Image.fromarray(pixels[..., 0].astype(np.uint16) * 257)
    others = [picture.rotate(90), picture.rotate(180)]
    frames = [_encode(picture, form, save_all=True, append_images=others) for form in _ANIMATED]
    counts = [_encode(deep, form, **options) for form, options in _DEEP]
    return [_encode(picture.convert(mode), form, **options) for mode, form, options in _WRITTEN] + counts + frames


_ANIMATED = ("GIF", "WEBP", "TIFF", "PNG", "MPO")
_DEEP: tuple[tuple[str, dict[str, object]], ...] = (("PNG", {}), ("TIFF", {}), ("TIFF", {"compression": "tiff_lzw"}))
_JPEG: tuple[dict[str, object], ...] = ({"quality": 80}, {"progressive": True}, {"subsampling": 0}, {"optimize": True})
_TIFF: tuple[str, ...] = ("raw", "tiff_lzw", "tiff_adobe_deflate", "packbits", "jpeg", "zstd")
_WRITTEN: list[tuple[str, str, dict[str, object]]] = [
    *(("RGB", "JPEG", options) for options in _JPEG),
    ("L", "JPEG", {}),
    ("CMYK", "JPEG", {}),
    ("RGB", "JPEG", {"exif": b"Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0"}),
    *((mode, "PNG", {}) for mode in ("RGB", "RGBA", "L", "LA", "P", "1")),
    ("RGB", "PNG", {"icc_profile": b"not a profile" * 9, "dpi": (72, 72)}),
    *((mode, "GIF", {}) for mode in ("P", "L")),
    *((mode, "BMP", {}) for mode in ("RGB", "L", "P", "1", "RGBA")),
    *(("RGB", "TIFF", {"compression": how}) for how in _TIFF),
    *((mode, "TIFF", {}) for mode in ("L", "CMYK", "RGBA", "1", "F", "I")),
    ("1", "TIFF", {"compression": "group4"}),
    ("RGB", "WEBP", {}),
    ("RGBA", "WEBP", {}),
    ("RGB", "WEBP", {"lossless": True}),
]  # fmt: skip


def mutated(count: int, seed: int) -> Iterator[bytes]:
    """Files that are each a seed file changed one to four times; the same for the same seed.

    Args:
        count: how many.
        seed: of the chance.
    """
    files = seed_files()
    for number in range(count):
        yield mutate(files, random.Random(f"{seed}/{number}"))


def mutate(files: Sequence[bytes], chance: random.Random) -> bytes:
    """One of the files, changed; PNG's checksums are often set right again, or nothing behind them would be reached."""
    data = bytearray(chance.choice(files))
    for _ in range(chance.choice((1, 1, 1, 2, 2, 3, 4))):
        if chance.random() < 0.1:
            data = _spliced(data, bytearray(chance.choice(files)), chance)
        elif data:
            data = chance.choice(MUTATIONS)(data, chance)
    if data.startswith(PNG_SIGNATURE) and chance.random() < 0.7:
        data = _with_checksums(data)
    return bytes(data)


def _bits_flipped(data: bytearray, chance: random.Random) -> bytearray:
    for _ in range(chance.choice((1, 1, 2, 4, 16, 64))):
        data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
    return data


def _head_changed(data: bytearray, chance: random.Random) -> bytearray:
    """One to four of the first 64 bytes, where dimensions, modes and offsets stand."""
    for _ in range(chance.randint(1, 4)):
        data[chance.randrange(min(MANY, len(data)))] = chance.choice((0, 1, 0x7F, 0x80, 0xFF, chance.randrange(256)))
    return data


def _cut_short(data: bytearray, chance: random.Random) -> bytearray:
    return data[: chance.randrange(len(data))]


def _piece_removed(data: bytearray, chance: random.Random) -> bytearray:
    at = chance.randrange(len(data))
    del data[at : at + chance.randint(1, MANY)]
    return data


def _piece_repeated(data: bytearray, chance: random.Random) -> bytearray:
    at = chance.randrange(len(data))
    piece = data[at : at + chance.randint(1, MANY)]
    data[at:at] = piece * chance.choice((1, 1, 2, 8, 100))
    return data


def _length_changed(data: bytearray, chance: random.Random) -> bytearray:
    """A number of 2, 4 or 8 bytes at any place becomes one that programs stumble over."""
    form = chance.choice(("<H", ">H", "<I", ">I", "<Q", ">Q"))
    size = struct.calcsize(form)
    if len(data) < size:
        return data
    at = chance.randrange(len(data) - size + 1)
    value = chance.choice((*EDGES, len(data), max(0, at - 1), chance.getrandbits(32)))
    struct.pack_into(form, data, at, value & (1 << 8 * size) - 1)
    return data


def _chunk_repeated(data: bytearray, chance: random.Random) -> bytearray:
    """A whole part of the format (PNG's chunks, JPEG's segments, RIFF's chunks) once more, removed, or elsewhere."""
    parts = _parts(data)
    if not parts:
        return _piece_repeated(data, chance)
    start, end = chance.choice(parts)
    part = data[start:end]
    if chance.random() < 0.5:
        del data[start:end]
    at = min(chance.choice(parts)[chance.randrange(2)], len(data))
    data[at:at] = part * chance.choice((0, 1, 1, 2, 50))
    return data


def _noise_put(data: bytearray, chance: random.Random) -> bytearray:
    at = chance.randrange(len(data))
    data[at : at + chance.randint(1, MANY)] = chance.randbytes(chance.randint(1, MANY))
    return data


def _spliced(data: bytearray, other: bytearray, chance: random.Random) -> bytearray:
    """The head of one file with the tail of another."""
    return data[: chance.randrange(len(data) + 1)] + other[chance.randrange(len(other) + 1) :]


MUTATIONS: tuple[Mutation, ...] = (
    _bits_flipped,
    _head_changed,
    _cut_short,
    _piece_removed,
    _piece_repeated,
    _length_changed,
    _length_changed,
    _chunk_repeated,
    _noise_put,
)


def _parts(data: bytearray) -> list[tuple[int, int]]:
    """Start and end of the format's parts, as far as the file still has them."""
    if data.startswith(PNG_SIGNATURE):
        return list(_walk(data, 8, ">I", lengths_at=0, around=12))
    if data.startswith(b"RIFF"):
        return list(_walk(data, 12, "<I", lengths_at=4, around=8))
    if data.startswith(b"\xff\xd8"):
        return list(_walk(data, 2, ">H", lengths_at=2, around=2))
    return []


def _walk(data: bytearray, at: int, form: str, *, lengths_at: int, around: int) -> Iterator[tuple[int, int]]:
    while at + around <= len(data) - struct.calcsize(form):
        end = at + around + int(struct.unpack_from(form, data, at + lengths_at)[0])
        if end > len(data):
            return
        yield at, end
        at = end


def _with_checksums(data: bytearray) -> bytearray:
    for start, end in _walk(data, 8, ">I", lengths_at=0, around=12):
        struct.pack_into(">I", data, end - 4, zlib.crc32(data[start + 4 : end - 4]))
    return data


def _encode(image: Image.Image, form: str, **options: object) -> bytes:
    file = io.BytesIO()
    image.save(file, form, **options)
    return file.getvalue()
