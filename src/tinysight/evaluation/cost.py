"""What a model costs: arithmetic, bytes, time and memory for one image at a time."""

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tinysight.errors import ModelError
from tinysight.evaluation.operations import multiply_adds
from tinysight.evaluation.scores import Cost
from tinysight.evaluation.service_cost import try_service
from tinysight.imaging import Pixels

PATIENCE_SECONDS = 900.0


def measure_cost(
    model: Path,
    images: Pixels,
    *,
    train_seconds: float,
    pictures: Sequence[bytes] = (),
    service_seconds: float = 0,
) -> Cost:
    """Counts what can be counted, measures the rest in a fresh process like the service's, then in the service.

    Args:
        model: the model.onnx.
        images: (N, S, S, 3) uint8, N > 0, predicted one at a time on one thread.
        train_seconds: what the training took.
        pictures: files' bytes, to be decoded and sent; without them, neither is measured.
        service_seconds: how long the service is asked; 0 for not at all.

    Raises:
        ModelError: if the model cannot be counted, or the process fails.
    """
    measured = _probe(model, images, pictures)
    service = try_service(model, pictures, service_seconds) if pictures and service_seconds else None
    if service:
        inside = measured["decode_ms"] + measured["cpu_ms"]
        measured |= {"http_ms": max(0.0, service.request_ms - inside), "start_seconds": service.start_seconds}
        measured |= {"service_mb": service.service_mb}
    return Cost(
        multiply_adds=multiply_adds(model),
        file_bytes=model.stat().st_size,
        train_seconds=train_seconds,
        **measured,
    )


def spread(rows: NDArray[np.int64], count: int) -> NDArray[np.int64]:
    """`count` of (N,) rows, N > 0, spread evenly over them; some come again where there are fewer."""
    return rows[np.linspace(0, len(rows) - 1, count).round().astype(np.int64)]


def _probe(model: Path, images: Pixels, pictures: Sequence[bytes]) -> dict[str, Any]:
    command = [sys.executable, "-m", "tinysight.evaluation.probe", str(model)]
    pixels = np.ascontiguousarray(images).tobytes()
    try:
        with TemporaryDirectory(prefix="tinysight-timed-") as folder:
            for number, picture in enumerate(pictures):
                (Path(folder) / str(number)).write_bytes(picture)
            words = [*command, folder]
            done = subprocess.run(words, input=pixels, capture_output=True, check=False, timeout=PATIENCE_SECONDS)
    except subprocess.TimeoutExpired:
        raise ModelError(
            f"{model}: {len(images)} predictions took more than {PATIENCE_SECONDS:.0f} s."
            " Lower evaluate.timed_images, or make the candidate smaller."
        ) from None
    if done.returncode:
        last = done.stderr.decode(errors="replace").strip().splitlines()[-1:] or [f"exit code {done.returncode}"]
        raise ModelError(f"{model} cannot be measured: {last[0]}. Run `dvc repro` again.")
    measured: dict[str, Any] = json.loads(done.stdout)
    return measured
