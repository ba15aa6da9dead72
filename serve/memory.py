"""What memory a worker may take for a picture, and that it gives it back."""

import ctypes

from tinysight.machine import machine_memory, memory_limit

M_TRIM_THRESHOLD, M_MMAP_THRESHOLD, M_ARENA_MAX = -1, -3, -8  # as in glibc's malloc.h
LARGE = 1 << 20  # bytes: pictures of up to 512 × 512 pixels are decoded in memory that is kept, which is quicker
WORKER = 64 << 20  # bytes that a worker holds between two requests, with its share of what all processes share
QUESTION = 32 << 20  # bytes of a process that asks the registry and checks a new version
LEAST = 8 << 20  # bytes for a picture, however small the machine: a million pixels


def picture_memory(workers: int, limit: int | None = None) -> int:
    """Bytes that decoding one picture may take in each worker, so that all of them may do so at the same time.

    Args:
        workers: how many there are.
        limit: bytes for the whole service; by default what its control group or else the machine has.
    """
    whole = limit or memory_limit() or machine_memory()
    return max(LEAST, (whole - QUESTION) // workers - WORKER)


def give_back_large_memory() -> None:
    """Fixes what glibc would raise after the first large picture: then it keeps tens of MB that are in nobody's use."""
    libc = ctypes.CDLL(None)
    if hasattr(libc, "mallopt"):  # glibc has it, musl and macOS do not
        libc.mallopt(M_MMAP_THRESHOLD, LARGE)
        libc.mallopt(M_TRIM_THRESHOLD, 2 * LARGE)
        libc.mallopt(M_ARENA_MAX, 1)  # one thread answers; one more only loads models
