"""A process like one that serves: loads a model, predicts pictures one by one, reports its time and memory.

`python -m tinysight.evaluation.probe MODEL` reads raw pixels from standard input and prints JSON; it
imports nothing that the service would not.
"""

import json
import sys
import time
from pathlib import Path
from typing import BinaryIO

import numpy as np

from tinysight.imaging import Pixels
from tinysight.predictor import Predictor

STATUS = Path("/proc/self/status")
WARM_UP = 10  # first calls allocate and fill caches


def main(model: Path, stream: BinaryIO) -> dict[str, float | None]:
    """Predicts every image of the stream on one thread.

    Returns:
        cpu_ms (mean), p50_ms and p99_ms for one image; peak_mb of this process, in 10^6 bytes.
    """
    predictor = Predictor(model, threads=1)
    side = predictor.contract.image_size
    first = _read(stream, side)
    for _ in range(WARM_UP):
        predictor.probabilities(first)
    wall_ms, cpu_ms = [], []
    image = first
    while len(image):
        started, cpu_started = time.perf_counter(), time.process_time()
        predictor.probabilities(image)
        cpu_ms.append((time.process_time() - cpu_started) * 1e3)
        wall_ms.append((time.perf_counter() - started) * 1e3)
        image = _read(stream, side)
    p50, p99 = np.percentile(wall_ms, [50, 99])
    return {"cpu_ms": float(np.mean(cpu_ms)), "p50_ms": float(p50), "p99_ms": float(p99), "peak_mb": peak_mb()}


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


def _read(stream: BinaryIO, side: int) -> Pixels:
    """(1, S, S, 3) uint8, or no image at the stream's end."""
    data = stream.read(side * side * 3)
    return np.frombuffer(data, dtype=np.uint8).reshape(-1, side, side, 3)


if __name__ == "__main__":
    print(json.dumps(main(Path(sys.argv[1]), sys.stdin.buffer)))
