"""Reads and decodes source files on all cores, in order and in bounded memory."""

import hashlib
import os
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

from tinysight.data.sources.source import SourceFile
from tinysight.errors import ImageError
from tinysight.imaging import Decoding, Pixels, decode_image

BATCH = 32  # files a task: small pictures cost less than handing them over one by one


@dataclass(frozen=True)
class Reading:
    """What became of one source file.

    Attributes:
        file: what was read.
        digest: sha256 of its bytes, in hex; empty if they could not be read.
        pixels: (S, S, 3) uint8, or None if it is broken.
        reason: why it is broken, else empty.
    """

    file: SourceFile
    digest: str
    pixels: Pixels | None
    reason: str = ""


def read_pictures(files: Sequence[SourceFile], decoding: Decoding) -> Iterator[Reading]:
    """Reads each file once, in the order given.

    Threads are enough: Pillow decodes outside of the interpreter's lock.
    """
    workers = len(os.sched_getaffinity(0))
    with ThreadPoolExecutor(workers) as pool:
        waiting: deque[Future[list[Reading]]] = deque()
        for start in range(0, len(files), BATCH):
            waiting.append(pool.submit(_read_batch, files[start : start + BATCH], decoding))
            if len(waiting) > workers:
                yield from waiting.popleft().result()
        while waiting:
            yield from waiting.popleft().result()


def _read_batch(files: Sequence[SourceFile], decoding: Decoding) -> list[Reading]:
    return [_read(file, decoding) for file in files]


def _read(file: SourceFile, decoding: Decoding) -> Reading:
    digest = ""
    try:
        data = file.read()
        digest = hashlib.sha256(data).hexdigest()
        return Reading(file, digest, decode_image(data, decoding))
    except ImageError as error:
        return Reading(file, digest, None, str(error))
