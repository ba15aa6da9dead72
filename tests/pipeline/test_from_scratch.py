"""Two runs from scratch agree."""

import shutil
from pathlib import Path

import numpy as np
import pytest
from pipelines import verdict
from projects import run_in

pytestmark = pytest.mark.slow


def test_two_runs_from_scratch_give_the_same_split_scores_and_verdict(built: Path, finished: Path) -> None:
    for folder in ("data/dataset", "data/validation", "data/split", "data/augmented", "models", "scores", ".dvc/cache"):
        shutil.rmtree(finished / folder)
    shutil.copytree(built / ".dvc" / "cache" / "files", finished / ".dvc" / "cache" / "files")
    run_in(finished, "dvc", "repro", "-f")
    for side in ("train", "val", "test"):
        first, second = (np.load(project / "data" / "split" / f"{side}.npy") for project in (built, finished))
        assert first.tolist() == second.tolist()
    first, second = verdict(built), verdict(finished)
    assert first["chosen"] == second["chosen"]
    for one, two in zip(first["candidates"], second["candidates"], strict=True):
        assert abs(one["val"]["accuracy"] - two["val"]["accuracy"]) <= 0.005
