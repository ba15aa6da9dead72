"""Cost is measured in a process like the one that serves."""

import subprocess
import sys

import numpy as np
import pytest
from onnx_models import tiny_model
from projects import ROOT
from serving import PHOTOS

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
    assert cost.images_per_second is not None
    assert cost.images_per_second > 10
    assert cost.cores is not None
    assert cost.cores >= 1
    assert (cost.decode_ms, cost.http_ms, cost.start_seconds, cost.service_mb, cost.request_ms) == (None,) * 5
    assert cost.deployed_mb == cost.peak_mb


def test_a_request_is_decoding_the_model_and_http(tmp_path, monkeypatch):
    monkeypatch.chdir(ROOT)
    model, photos = tiny_model(tmp_path / "model.onnx"), [PHOTOS[0].read_bytes()]
    cost = measure_cost(model, pictures(30), train_seconds=2.5, pictures=photos, service_seconds=0.1)
    assert cost.decode_ms is not None
    assert cost.decode_ms > cost.cpu_ms  # a photo, and a model of one convolution
    assert cost.http_ms is not None
    assert cost.request_ms == cost.decode_ms + cost.cpu_ms + cost.http_ms
    assert cost.start_seconds is not None
    assert cost.deployed_mb == cost.service_mb
    assert cost.service_mb is not None


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
