"""A bundle of a tiny model with a reference, and the pictures of three colours that it knows, changed or not."""

import io
from pathlib import Path

import numpy as np
from onnx_models import COLOURS, tiny_model
from PIL import Image

from tinysight.bundle import write_bundle
from tinysight.drift.pictures import look_at_files
from tinysight.drift.reference import make_reference
from tinysight.drift.reference_file import FILE, to_json
from tinysight.predictor import Predictor


def pictures(
    count: int, seed: int, light: float = 1.0, size: int = 8, shares: tuple[float, ...] | None = None
) -> list[bytes]:
    """Noisy pictures of three colours, in no order."""
    random, made = np.random.default_rng(seed), []
    for channel in random.choice(3, count, p=shares):
        pixels = random.integers(20, 90, (size, size, 3)).astype(np.float64)
        pixels[..., channel] += random.uniform(60, 120)
        file = io.BytesIO()
        Image.fromarray((pixels * light).astype(np.uint8)).save(file, "PNG", compress_level=1)
        made.append(file.getvalue())
    return made


def bundle_with_reference(folder: Path, **beside: bytes) -> Path:
    """A bundle of a tiny model, with a reference of 300 pictures unless other files are given."""
    model = tiny_model(folder / "model.onnx")
    looked, _ = look_at_files(Predictor(model), pictures(300, 1))
    files = beside or {FILE: to_json(make_reference(looked, COLOURS))}
    golden = {f"{number}.png": data for number, data in enumerate(pictures(4, 2))}
    return write_bundle(folder / "bundle", model, golden, name="colours", version="3", beside=files).folder
