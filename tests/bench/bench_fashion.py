"""`dvc exp run -S dataset=fashion_mnist` as a user runs it: minutes, and scores on the official test images."""

import json
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from projects import make_project, run_in


def measure() -> dict[str, object]:
    """Runs the whole pipeline once on Fashion-MNIST; needs its files, see conf/dataset/fashion_mnist.yaml."""
    with tempfile.TemporaryDirectory() as folder:
        project = make_project(Path(folder) / "project")
        began = time.monotonic()
        run_in(project, "dvc", "exp", "run", "-S", "dataset=fashion_mnist")
        minutes = (time.monotonic() - began) / 60
        verdict = json.loads((project / "reports" / "verdict.json").read_text(encoding="utf-8"))
        print((project / "reports" / "verdict.md").read_text(encoding="utf-8"))
    rungs = {c["name"]: _figures(c) for c in verdict["candidates"]}
    return {"minutes": round(minutes, 1), "chosen": verdict["chosen"], "candidates": rungs}


def _figures(candidate: dict[str, object]) -> dict[str, object]:
    if candidate["status"] != "ok":
        return {"failed": candidate["reason"]}
    test, cost = candidate["test"], candidate["cost"]
    assert isinstance(test, dict)
    assert isinstance(cost, dict)
    scores = {name: round(test[name], 4) for name in ("accuracy", "expected_accuracy", "expected_calibration_error")}
    return {**scores, "train_seconds": cost["train_seconds"], "multiply_adds": cost["multiply_adds"]}


if __name__ == "__main__":
    measure()
