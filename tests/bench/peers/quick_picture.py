"""What the peers with ONNX Runtime share: as quick a decoding and session as ours, so that only the servers differ."""

import io
import os
from typing import Any

import numpy as np
import onnxruntime as ort
from PIL import Image

SIZE = 64


def session() -> ort.InferenceSession:
    """The model of the environment's BENCH_MODEL, with one thread that does not spin: ORT's defaults halve the rate."""
    options = ort.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    return ort.InferenceSession(os.environ["BENCH_MODEL"], options, providers=["CPUExecutionProvider"])


def pixels(data: bytes) -> np.ndarray:
    """(1, 64, 64, 3) uint8, with Pillow's draft mode at twice the size."""
    image = Image.open(io.BytesIO(data))
    image.draft("RGB", (2 * SIZE, 2 * SIZE))
    return np.asarray(image.convert("RGB").resize((SIZE, SIZE), Image.Resampling.BILINEAR))[None]


def answer(probabilities: np.ndarray) -> dict[str, Any]:
    """What the tutorials answer."""
    best = int(np.argmax(probabilities))
    return {"class": f"class {best}", "confidence": float(probabilities[best])}
