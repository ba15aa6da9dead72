"""Reads and decodes source files on all cores, in order and in bounded memory."""

import hashlib
import os
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

from tinysight.data.facts import Facts
from tinysight.data.sources.source import SourceFile
from tinysight.errors import ImageError
from tinysight.imaging import Decoding, Pixels, decode_with_header

T = TypeVar("T")
BATCH = 32  # files a task: small pictures cost less than handing them over one by one


@dataclass(frozen=True)
class Reading:
    """What became of one source file.

    Attributes:
        file: what was read.
        digest: sha256 of its bytes, in hex; empty if they could not be read.
        pixels: (S, S, 3) uint8, or None if it is broken.
        facts: what the file is like, or None if it is broken.
        reason: why it is broken, else empty.
    """

    file: SourceFile
    digest: str
    pixels: Pixels | None
    facts: Facts | None
    reason: str = ""


def read_pictures(files: Sequence[SourceFile], decoding: Decoding) -> Iterator[Reading]:
    """Reads each file once, in the order given."""
    return on_all_cores(partial(_read, decoding), files)


def on_all_cores(function: Callable[[SourceFile], T], files: Sequence[SourceFile]) -> Iterator[T]:
    """What the function gives for each file, in the order given; only a few batches are in memory.

    Threads are enough: Pillow decodes outside of the interpreter's lock.
    """
    workers = len(os.sched_getaffinity(0))
    with ThreadPoolExecutor(workers) as pool:
        waiting: deque[Future[list[T]]] = deque()
        for start in range(0, len(files), BATCH):
            waiting.append(pool.submit(_each, function, files[start : start + BATCH]))
            if len(waiting) > workers:
                yield from waiting.popleft().result()
        while waiting:
            yield from waiting.popleft().result()


def _each(function: Callable[[SourceFile], T], files: Sequence[SourceFile]) -> list[T]:
    return [function(file) for file in files]


def _read(decoding: Decoding, file: SourceFile) -> Reading:
    digest = ""
    try:
        data = file.read()
        digest = hashlib.sha256(data).hexdigest()
        pixels, header = decode_with_header(data, decoding)
        facts = Facts(*header.size, header.format, header.mode, header.orientation, len(data))
        return Reading(file, digest, pixels, facts)
    except ImageError as error:
        return Reading(file, digest, None, None, str(error))
