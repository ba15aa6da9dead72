"""What a model costs: arithmetic, bytes, time and memory for one image at a time."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tinysight.errors import ModelError
from tinysight.evaluation.operations import multiply_adds
from tinysight.evaluation.scores import Cost
from tinysight.imaging import Pixels

PATIENCE_SECONDS = 900.0


def measure_cost(model: Path, images: Pixels, *, train_seconds: float) -> Cost:
    """Counts what can be counted and measures the rest in a fresh process like the service's.

    Args:
        model: the model.onnx.
        images: (N, S, S, 3) uint8, N > 0, predicted one at a time on one thread.
        train_seconds: what the training took.

    Raises:
        ModelError: if the model cannot be counted, or the process fails.
    """
    measured = _probe(model, images)
    return Cost(
        multiply_adds=multiply_adds(model),
        file_bytes=model.stat().st_size,
        train_seconds=train_seconds,
        **measured,
    )


def spread(rows: NDArray[np.int64], count: int) -> NDArray[np.int64]:
    """`count` of (N,) rows, N > 0, spread evenly over them; some come again where there are fewer."""
    return rows[np.linspace(0, len(rows) - 1, count).round().astype(np.int64)]


def _probe(model: Path, images: Pixels) -> dict[str, Any]:
    command = [sys.executable, "-m", "tinysight.evaluation.probe", str(model)]
    pixels = np.ascontiguousarray(images).tobytes()
    try:
        done = subprocess.run(command, input=pixels, capture_output=True, check=False, timeout=PATIENCE_SECONDS)
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
