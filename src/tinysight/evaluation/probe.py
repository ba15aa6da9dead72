"""A process like one that serves: loads a model, predicts pictures one by one, reports its time and memory.

`python -m tinysight.evaluation.probe MODEL [FILES]` reads raw pixels from standard input and prints JSON; FILES is a
folder of pictures to decode. It imports nothing that the service would not.
"""

import json
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import BinaryIO

import numpy as np

from tinysight.imaging import Pixels
from tinysight.machine import usable_cores
from tinysight.predictor import Predictor

STATUS = Path("/proc/self/status")
WARM_UP = 10  # first calls allocate and fill caches
SECONDS = 0.15  # for decoding, and for as many pictures as all cores can predict
BATCH, BATCH_BYTES = 32, 2_000_000  # pictures of one call and their pixels; few enough to stay in the processor's cache

Figures = dict[str, float | None]


def main(model: Path, stream: BinaryIO, files: Path | None = None) -> Figures:
    """Predicts every image of the stream on one thread, then decodes the files, then uses all cores.

    Returns:
        cpu_ms (mean), p50_ms and p99_ms for one image; peak_mb of this process after them, in 10^6 bytes;
        decode_ms (mean, of processor time) for one file, None without files; images_per_second on so many cores.
    """
    predictor = Predictor(model, threads=1)
    first = _read(stream, predictor.contract.image_size)
    figures = _one_by_one(predictor, first, stream)
    figures["peak_mb"] = peak_mb()
    pictures = [path.read_bytes() for path in sorted(files.iterdir())] if files else []
    figures["decode_ms"] = decode_ms(predictor, pictures) if pictures else None
    cores = usable_cores()
    return {**figures, "images_per_second": images_per_second(predictor, first, cores), "cores": cores}


def _one_by_one(predictor: Predictor, first: Pixels, stream: BinaryIO) -> Figures:
    for _ in range(WARM_UP):
        predictor.probabilities(first)
    wall_ms, cpu_ms = [], []
    image = first
    while len(image):
        started, cpu_started = time.perf_counter(), time.process_time()
        predictor.probabilities(image)
        cpu_ms.append((time.process_time() - cpu_started) * 1e3)
        wall_ms.append((time.perf_counter() - started) * 1e3)
        image = _read(stream, predictor.contract.image_size)
    p50, p99 = np.percentile(wall_ms, [50, 99])
    return {"cpu_ms": float(np.mean(cpu_ms)), "p50_ms": float(p50), "p99_ms": float(p99)}


def decode_ms(predictor: Predictor, pictures: list[bytes]) -> float:
    """Mean processor time of decoding one of the pictures, in turns for a while, each once at least."""
    predictor.decode(pictures[0])
    started = time.process_time()
    decoded = _repeated(lambda: [predictor.decode(picture) for picture in pictures])
    return (time.process_time() - started) * 1e3 / (decoded * len(pictures))


def images_per_second(predictor: Predictor, image: Pixels, cores: int) -> float:
    """How many decoded pictures go through the model in a second, in batches, with a thread for each core."""
    batch = np.repeat(image, max(1, min(BATCH, BATCH_BYTES // image.nbytes)), axis=0)  # (n, S, S, 3) uint8
    predictor.probabilities(batch)
    with ThreadPoolExecutor(cores) as pool:
        started = time.perf_counter()
        calls = sum(pool.map(lambda _: _repeated(lambda: predictor.probabilities(batch)), range(cores)))
        return float(calls * len(batch) / (time.perf_counter() - started))


def peak_mb() -> float | None:
    """The peak of the proportional set size that this process has where it serves alone.

    There nothing shares its libraries, so that it is the peak of the resident set. The proportional
    size that it has here would be a third smaller, because the evaluation that started it has the same
    libraries loaded.

    Returns:
        In 10^6 bytes; None where /proc does not tell.
    """
    try:
        lines = STATUS.read_text(encoding="ascii", errors="replace").splitlines()
    except OSError:
        return None
    peaks = [int(line.split()[1]) for line in lines if line.startswith("VmHWM:")]  # in KiB
    return peaks[0] * 1024 / 1e6 if peaks else None


def _repeated(call: Callable[[], object]) -> int:
    """How often something was done in SECONDS; once at least."""
    end, done = time.perf_counter() + SECONDS, 0
    while not done or time.perf_counter() < end:
        call()
        done += 1
    return done


def _read(stream: BinaryIO, side: int) -> Pixels:
    """(1, S, S, 3) uint8, or no image at the stream's end."""
    data = stream.read(side * side * 3)
    return np.frombuffer(data, dtype=np.uint8).reshape(-1, side, side, 3)


if __name__ == "__main__":
    print(json.dumps(main(Path(sys.argv[1]), sys.stdin.buffer, Path(sys.argv[2]) if sys.argv[2:] else None)))
