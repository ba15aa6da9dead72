"""The candidate that CONTRIBUTING shows goes through the whole pipeline: one file, one line, `dvc repro`."""

import json
import shutil
from pathlib import Path

import pytest
from contributed import FILE, LINE
from pipelines import ran, verdict
from projects import ROOT, run_in

from tinysight.predictor import Predictor

pytestmark = pytest.mark.slow


def test_one_file_and_one_line_train_export_and_evaluate_a_new_candidate(finished: Path) -> None:
    shutil.copytree(ROOT / "src", finished / "src", ignore=shutil.ignore_patterns("__pycache__"))
    (finished / "src" / "tinysight" / "models" / "nearest_mean.py").write_text(FILE)
    with (finished / "conf" / "config.yaml").open("a") as config:
        config.write(LINE)
    own_source = {"PYTHONPATH": str(finished / "src")}
    run_in(finished, "tinysight", "params", **own_source)
    done = run_in(finished, "dvc", "repro", **own_source)
    stages = [f"{stage}@nearest_mean" for stage in ("train", "export", "evaluate")]
    assert [stage for stage in ran(done.stdout) if "@" in stage] == stages
    (found,) = (one for one in verdict(finished)["candidates"] if one["name"] == "nearest_mean")
    assert (found["kind"], found["status"]) == ("nearest_mean", "ok")
    scores = json.loads((finished / "scores" / "nearest_mean" / "scores.json").read_text())
    assert scores["test"]["accuracy"] == found["test"]["accuracy"]
    assert Predictor(finished / "models" / "nearest_mean" / "export" / "model.onnx").contract.image_size > 0
