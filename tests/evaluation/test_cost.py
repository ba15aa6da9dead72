"""Cost is measured in a process like the one that serves."""

import subprocess
import sys

import numpy as np
import pytest
from onnx_models import tiny_model

from tinysight.errors import ModelError
from tinysight.evaluation import probe
from tinysight.evaluation.cost import measure_cost, spread


def pictures(count: int, side: int = 8):
    return np.random.default_rng(0).integers(0, 256, (count, side, side, 3), dtype=np.uint8)


def test_time_memory_and_bytes_of_a_model(tmp_path):
    model = tiny_model(tmp_path / "model.onnx")
    cost = measure_cost(model, pictures(30), train_seconds=2.5)
    assert cost.file_bytes == model.stat().st_size
    assert cost.train_seconds == 2.5
    assert 0 < cost.p50_ms <= cost.p99_ms < 1000
    assert 0 < cost.cpu_ms < 1000
    assert cost.peak_mb is not None
    assert 15 < cost.peak_mb < 400  # an interpreter with ONNX Runtime, and no TensorFlow


@pytest.mark.skipif(sys.platform != "linux", reason="/proc is Linux's")
def test_memory_that_was_given_back_counts(tmp_path):
    code = "from tinysight.evaluation.probe import peak_mb; b = bytearray(150_000_000); del b; print(peak_mb())"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert 150 < float(done.stdout) < 300


@pytest.mark.skipif(sys.platform != "linux", reason="/proc is Linux's")
def test_memory_is_all_of_it_whoever_else_has_the_same_libraries_loaded():
    code = (
        "import tinysight.predictor; from pathlib import Path; from tinysight.evaluation.probe import peak_mb\n"
        "rollup = Path('/proc/self/smaps_rollup').read_text().split()\n"
        "print(peak_mb(), int(rollup[rollup.index('Rss:') + 1]) * 1024 / 1e6)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    peak, resident = map(float, done.stdout.split())
    assert resident <= peak + 1
    assert peak < 1.2 * resident


def test_memory_is_unknown_where_the_system_does_not_tell(monkeypatch, tmp_path):
    monkeypatch.setattr(probe, "STATUS", tmp_path / "status")
    assert probe.peak_mb() is None
    (tmp_path / "status").write_text("Name: another system\n")
    assert probe.peak_mb() is None


def test_the_process_imports_nothing_that_the_service_would_not():
    heavy = ["tensorflow", "keras", "onnx", "mlflow", "hydra", "sklearn", "matplotlib", "cv2", "pandas", "scipy"]
    code = f"import sys, tinysight.evaluation.probe; print([m for m in {heavy} if m in sys.modules])"
    assert subprocess.check_output([sys.executable, "-c", code], text=True).strip() == "[]"


def test_a_model_that_cannot_be_loaded_is_an_error_in_words(tmp_path):
    (tmp_path / "model.onnx").write_bytes(b"nothing")
    with pytest.raises(ModelError, match="cannot be measured"):
        measure_cost(tmp_path / "model.onnx", pictures(3), train_seconds=0.0)


def test_timed_images_are_spread_over_all_rows_and_repeat_where_there_are_few():
    assert spread(np.arange(10, 20), 4).tolist() == [10, 13, 16, 19]
    few = spread(np.array([5, 7]), 6)
    assert len(few) == 6
    assert set(few.tolist()) == {5, 7}
