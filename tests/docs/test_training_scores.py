"""What `make bench-training` tells of a model file, and what it leaves out because nobody measured it."""

from pathlib import Path

import numpy as np
import pytest
from onnx_models import tiny_model

from tests.bench.training_scores import scores_of
from tests.bench.training_sets import TrainingSet
from tinysight.imaging import Decoding
from tinysight.params import ExpectedParams

PICTURES = TrainingSet(
    np.random.default_rng(0).integers(0, 256, (6, 8, 8, 3), dtype=np.uint8), np.arange(6) % 3,
    ("a", "b", "c"), Decoding(8), np.arange(2), np.arange(2, 4), np.arange(4, 6),
)  # fmt: skip


@pytest.mark.parametrize("strangers", [0, 2])
def test_of_strangers_a_figure_is_told_only_where_some_were_shown(strangers: int, tmp_path: Path) -> None:
    content = tiny_model(tmp_path / "model.onnx").read_bytes()
    others = [PICTURES.pixels] * strangers
    found = scores_of(content, PICTURES, PICTURES.test, ExpectedParams(shift=0.1, rotation=10), others)
    assert ("others_unknown" in found) == bool(strangers)
    assert {"accuracy", "moved_accuracy", "answered", "precision", "kilobytes"} <= found.keys()
