"""A training killed with SIGKILL, twice, goes on where it was and ends with the same result."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import yaml
from shapes import write_shapes
from tiny_datasets import make_params

from tinysight.models.checkpoints import STATE
from tinysight.paths import Paths

pytestmark = pytest.mark.slow
EPOCHS = 16


def start(root: Path) -> "subprocess.Popen[bytes]":
    words = [sys.executable, "-m", "tinysight.stages", "train", "small_cnn"]
    return subprocess.Popen(words, cwd=root, start_new_session=True)


def project(root: Path) -> Paths:
    write_shapes(root, train=240)
    params = make_params(f"train.epochs={EPOCHS}", "model@models.small_cnn=small_cnn").model_dump(
        mode="json", by_alias=True
    )
    (root / "params.yaml").write_text(yaml.safe_dump(params))
    return Paths(root)


def accuracy(paths: Paths) -> float:
    return float(json.loads((paths.train("small_cnn") / "train.json").read_text())["val_accuracy"])


def test_killed_twice_it_goes_on_and_ends_the_same(tmp_path: Path) -> None:
    whole, cut = project(tmp_path / "whole"), project(tmp_path / "cut")
    assert start(whole.root).wait(timeout=200) == 0
    seen = 0.0
    for _ in range(2):
        run = start(cut.root)
        while run.poll() is None and (newest := max(_times(cut), default=0.0)) <= seen:
            time.sleep(0.01)
        seen = newest
        os.killpg(run.pid, signal.SIGKILL)
        assert run.wait() == -signal.SIGKILL, "it was over before it could be killed"
    assert start(cut.root).wait(timeout=200) == 0
    lines = [(paths.train("small_cnn") / "curves.csv").read_text().splitlines() for paths in (whole, cut)]
    assert [len(one) for one in lines] == [EPOCHS + 1, EPOCHS + 1]
    assert accuracy(cut) == pytest.approx(accuracy(whole), abs=0.003)
    assert not _times(cut)


def _times(paths: Paths) -> list[float]:
    return [file.stat().st_mtime for file in paths.checkpoints("small_cnn").glob(f"*/{STATE}")]
