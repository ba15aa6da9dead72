"""What a request costs is measured on the real service, which is gone afterwards."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from onnx_models import solid_png, tiny_model
from projects import ROOT
from serving import PHOTOS, eventually, is_alive

from tinysight.errors import ServiceError
from tinysight.evaluation import service_cost
from tinysight.evaluation.process_tree import tree
from tinysight.evaluation.service_cost import measure_service, try_service


@pytest.fixture(autouse=True)
def in_the_work_tree(monkeypatch):
    """As a stage of the pipeline, from where `serve` is found."""
    monkeypatch.chdir(ROOT)


def services() -> set[str]:
    """Processes of services that this process has started."""
    own = [Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode() for pid in tree(os.getpid())]
    return {line for line in own if "run_module" in line}


def test_start_processor_time_and_memory_of_a_service(tmp_path, monkeypatch):
    monkeypatch.setenv("TINYSIGHT_API_KEYS", "me:0")  # of the user's own service: it would not even start so
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    pictures = [solid_png((255, 0, 0)), PHOTOS[0].read_bytes()]
    found = measure_service(tiny_model(tmp_path / "model.onnx"), pictures, 0.1)
    assert 0.1 < found.start_seconds < 30
    assert 0.1 < found.request_ms < 1000
    assert found.service_mb is not None
    assert 40 < found.service_mb < 400
    assert services() == set()


def test_a_picture_that_the_service_refuses_is_an_error_and_no_service_stays(tmp_path):
    good, cut = solid_png((255, 0, 0)), PHOTOS[0].read_bytes()[:5000]
    with pytest.raises(ServiceError, match=r"answers a picture of the data set with 4\d\d.*make serve"):
        measure_service(tiny_model(tmp_path / "model.onnx"), [good, cut], 0.1)
    assert services() == set()


def test_a_service_that_does_not_start_leaves_the_cost_unknown_and_says_why(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTHONPATH", "")
    monkeypatch.setattr(service_cost.sys, "executable", "false")
    assert try_service(tiny_model(tmp_path / "model.onnx"), [solid_png((0, 0, 0))], 0.1) is None
    said = capsys.readouterr().err
    assert "is not known" in said
    assert "make serve" in said or "No such file" in said


def test_a_service_does_not_outlive_an_evaluation_that_was_killed(tmp_path):
    model, picture = tiny_model(tmp_path / "model.onnx"), tmp_path / "red.png"
    picture.write_bytes(solid_png((255, 0, 0)))
    code = (
        "from pathlib import Path; from tinysight.evaluation.service_cost import measure_service\n"
        f"measure_service(Path({str(model)!r}), [Path({str(picture)!r}).read_bytes()], 60)"
    )
    evaluation = subprocess.Popen([sys.executable, "-c", code])
    assert eventually(lambda: len(list(tree(evaluation.pid))) >= 3)  # itself, the service and its worker
    left = list(tree(evaluation.pid))[1:]
    evaluation.kill()
    evaluation.wait()
    assert eventually(lambda: not any(is_alive(pid) for pid in left))
