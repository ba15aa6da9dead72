"""A program that decodes mutated pictures: what became of each, how long the slowest took, and its memory meanwhile.

Run in a process of its own, since a fault of a decoder ends the process. FILE holds the number of the picture that is
being decoded, so that one at which it ended can be made again.
"""

import ctypes
import faulthandler
import gc
import itertools
import json
import os
import random
import sys
import time
import warnings
from collections import Counter
from pathlib import Path

from bench.process_tree import proportional_mib
from mutated import mutate, seed_files

from tinysight.errors import ImageError
from tinysight.imaging import Decoding, decode_image

DECODINGS = (
    Decoding(64, "pad", (0, 0, 0)),
    Decoding(32, "crop", window=(0, 5000)),
    Decoding(96, "stretch"),
)
EVERY = 2500  # pictures between two looks at the memory


def main(seed: int, first: int, count: int, file: Path) -> None:
    """Decodes pictures number `first` to `count`, and prints what it saw as JSON."""
    files, seen, slowest, memory = seed_files(), Counter[str](), (0.0, -1), []
    descriptor = os.open(file, os.O_RDWR | os.O_CREAT)
    for number, decoding in zip(range(first, count), itertools.cycle(DECODINGS), strict=False):
        os.pwrite(descriptor, number.to_bytes(8, "little"), 0)
        data = mutate(files, random.Random(f"{seed}/{number}"))
        began = time.perf_counter()
        seen[_outcome(data, decoding)] += 1
        slowest = max(slowest, (time.perf_counter() - began, number))
        if number % EVERY == EVERY - 1:
            memory.append((number + 1, _memory()))
    print(json.dumps({"outcomes": seen, "slowest": slowest, "memory": memory}))


def _outcome(data: bytes, decoding: Decoding) -> str:
    """`decoded`, the reason of a refusal, or what must never happen."""
    try:
        pixels = decode_image(data, decoding)
    except ImageError as error:
        return error.reason
    except BaseException as error:
        return f"BUG {type(error).__name__}: {error}"
    size = decoding.image_size
    return "decoded" if pixels.shape == (size, size, 3) and pixels.dtype == "uint8" else f"BUG {pixels.shape}"


def _memory() -> float:
    """MiB that are in use: what the allocator only keeps for later is given back before."""
    gc.collect()
    ctypes.CDLL(None).malloc_trim(0)
    return round(proportional_mib(os.getpid()), 2)


if __name__ == "__main__":
    faulthandler.enable()
    warnings.simplefilter("ignore")  # Pillow's, about damaged files
    main(*(int(word) for word in sys.argv[1:4]), Path(sys.argv[4]))
