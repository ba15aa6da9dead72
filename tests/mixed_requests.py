"""What a service is asked in its life: small and large pictures of all formats, broken ones, batches, and mistakes."""

import asyncio
import io
import random
from collections import Counter
from collections.abc import Iterator
from urllib.parse import urlsplit

import numpy as np
from bench.http_load import Connection, form_request, run_all
from mutated import mutate, seed_files
from PIL import Image

from tinysight.client import multipart

Weighed = list[tuple[int, bytes]]  # how often, and the request as it goes over the wire
BOUNDARY = "between-the-files"
SIDES = (64, 150, 320, 640, 1024)


def mixed_requests(host: str, *, seed: int = 0, large: int = 4, key: str = "") -> Weighed:
    """Requests that differ in everything a client may choose.

    Args:
        host: for their heads.
        seed: of the chance.
        large: how often in about 2,000 each of the large pictures (12 to 25 million pixels) comes.
        key: an API key for all of them.
    """
    chance = random.Random(seed)
    pictures = [_picture(side, form, options, chance) for side in SIDES for form, options in _FORMS]
    pictures += seed_files()
    broken = [mutate(pictures, random.Random(f"{seed}/{number}")) for number in range(60)]

    def post(picture: bytes, path: str = "/predict") -> bytes:
        return form_request(path, host, *multipart("picture", picture), key)

    batches = [
        form_request("/predict/batch", host, f"multipart/form-data; boundary={BOUNDARY}",
                     _form(chance.sample(pictures + broken, 6)), key)
        for _ in range(12)
    ]  # fmt: skip
    mistakes = [form_request("/predict", host, "text/plain", b"not a form", key), post(b""), post(b"x" * 70_000)]
    reads = [f"GET {path} HTTP/1.1\r\nHost: {host}\r\n\r\n".encode() for path in ("/healthz", "/readyz", "/model", "/")]
    return [
        *((30, post(picture)) for picture in pictures),
        *((4, post(picture)) for picture in broken),
        *((4, request) for request in batches),
        *((10, request) for request in (*mistakes, *reads)),
        *((large, post(picture)) for picture in large_pictures()),
    ]


def large_pictures() -> list[bytes]:
    """A photo as cameras write it, and what costs most memory: PNG, WebP, TIFF and progressive JPEG near the limits."""
    return [
        _encode(_flat(4000, 3000), "JPEG", {"quality": 85}),
        _encode(_flat(5000, 4900), "PNG", {"compress_level": 1}),
        _encode(_flat(4000, 3000).convert("RGBA"), "WEBP", {"quality": 30, "method": 0}),
        _encode(_flat(4900, 4900), "TIFF", {"compression": "tiff_adobe_deflate"}),
        _encode(_flat(5000, 4000), "JPEG", {"progressive": True}),
    ]


async def send_mixed(url: str, requests: Weighed, count: int, *, clients: int = 8, seed: int = 0) -> Counter[int]:
    """Sends so many of the requests, drawn by weight; how often each status was answered, 0 for no answer."""
    parts, drawn = urlsplit(url), _drawn(requests, count, seed)
    connections = [
        Connection((parts.hostname or "", parts.port or 0), lambda: next(drawn, None)) for _ in range(clients)
    ]
    await run_all(connections, 60 + count)
    return sum((one.statuses for one in connections), Counter())


def send(url: str, requests: Weighed, count: int, *, clients: int = 8, seed: int = 0) -> Counter[int]:
    """The same for callers without an event loop."""
    return asyncio.run(send_mixed(url, requests, count, clients=clients, seed=seed))


def _drawn(requests: Weighed, count: int, seed: int) -> Iterator[bytes]:
    weights, choices = zip(*requests, strict=True)
    yield from random.Random(seed).choices(choices, weights, k=count)


_FORMS: tuple[tuple[str, dict[str, object]], ...] = (
    ("JPEG", {"quality": 85}),
    ("JPEG", {"progressive": True}),
    ("PNG", {}),
    ("WEBP", {"quality": 80, "method": 0}),
    ("GIF", {}),
    ("TIFF", {"compression": "tiff_lzw"}),
    ("BMP", {}),
)


def _picture(side: int, form: str, options: dict[str, object], chance: random.Random) -> bytes:
    random_ = np.random.default_rng(chance.getrandbits(32))
    coarse = Image.fromarray(random_.integers(0, 256, (12, 16, 3), dtype=np.uint8))
    return _encode(coarse.resize((side, side * 3 // 4), Image.Resampling.BICUBIC), form, options)


def _flat(width: int, height: int) -> Image.Image:
    """A slow change of colours with a little grain, so that it packs as photos do and its file stays under 10 MB."""
    grain = Image.effect_noise((256, 256), 12).resize((width // 4, height // 4))
    soft = Image.blend(Image.linear_gradient("L").resize(grain.size), grain, 0.1).resize((width, height))
    return Image.merge("RGB", (soft, soft.transpose(Image.Transpose.FLIP_LEFT_RIGHT), soft))


def _form(files: list[bytes]) -> bytes:
    head = '--{}\r\nContent-Disposition: form-data; name="files"; filename="{}"\r\n\r\n'
    parts = [head.format(BOUNDARY, number).encode() + file + b"\r\n" for number, file in enumerate(files)]
    return b"".join(parts) + f"--{BOUNDARY}--\r\n".encode()


def _encode(image: Image.Image, form: str, options: dict[str, object]) -> bytes:
    file = io.BytesIO()
    image.save(file, form, **options)
    return file.getvalue()
