"""`dvc repro` on the digits as a newcomer runs it: minutes, the verdict's figures and a picture of its page."""

import json
import os
import resource
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from browser import browser
from PIL import Image
from projects import ROOT, make_project, run_in

from tinysight.config import load_params
from tinysight.evaluation.trial_file import read_learning, with_today
from tinysight.paths import Paths
from tinysight.tracking.record import read_verdict

PICTURE = ROOT / "docs" / "verdict.png"
WIDTH, HEIGHT = 1140, 1240  # of the page's beginning, in pixels
COLOURS = 160  # of the picture
SCORES = ("accuracy", "expected_accuracy", "expected_calibration_error")
COSTS = (
    "train_seconds",
    "multiply_adds",
    "file_bytes",
    "cpu_ms",
    "decode_ms",
    "http_ms",
    "images_per_second",
    "start_seconds",
    "service_mb",
)
TRIED = {"candidate", "varied", "rows", "image_size", "accuracy", "expected_accuracy", "multiply_adds", "p50_ms"}


def measure() -> dict[str, object]:
    """Runs the whole pipeline and the learning curve once on the digits; draws docs/verdict.png, with Chromium."""
    with tempfile.TemporaryDirectory() as folder:
        project = make_project(Path(folder) / "project")
        began, taken = time.monotonic(), processor_seconds()
        run_in(project, "dvc", "repro", TINYSIGHT_NO_PROMOTE="1")
        minutes, processor = (time.monotonic() - began) / 60, (processor_seconds() - taken) / 60
        load = round(os.getloadavg()[1], 1)
        print((project / "reports" / "verdict.md").read_text(encoding="utf-8"))
        draw(project / "reports" / "verdict.html")
        run_in(project, "tinysight", "learning-curve")
        return {
            "minutes": round(minutes, 1),
            "processor_minutes": round(processor, 1),
            "load_of_the_machine": load,
            **read(json.loads((project / "reports" / "verdict.json").read_text(encoding="utf-8"))),
            "trials": read_trials(project),
        }


def processor_seconds() -> float:
    """What all programs that we have started and that have ended took of the processor; a busy machine adds little."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def read(verdict: dict[str, Any]) -> dict[str, object]:
    """What of a verdict.json is kept: of each candidate its test scores and its cost."""
    came = {one["name"]: one for one in verdict["candidates"] if one["status"] == "ok"}
    return {
        "chosen": verdict["chosen"],
        "why": verdict["why"],
        "test_rows": next(iter(came.values()))["test"]["rows"],
        "candidates": {name: _figures(one) for name, one in came.items()},
        "failed": {one["name"]: one["reason"] for one in verdict["candidates"] if one["status"] != "ok"},
    }


def read_trials(project: Path) -> list[dict[str, object]]:
    """What `tinysight learning-curve` found with fewer pictures and other sizes, and what the pipeline itself had."""
    paths = Paths(project)
    params, chosen = load_params(paths.params), str(read_verdict(paths)["chosen"])
    learning = with_today(read_learning(params, paths), params, paths, chosen)
    return [trial.model_dump(include=TRIED) for trial in learning.trials]


def draw(page: Path) -> None:
    """Takes the picture of the page's beginning that README.md shows."""
    with browser() as chromium:
        chromium.open(page.as_uri(), width=WIDTH, height=HEIGHT)
        chromium.screenshot(PICTURE, whole=False)
    Image.open(PICTURE).convert("RGB").quantize(COLOURS, Image.Quantize.MAXCOVERAGE).save(PICTURE, optimize=True)


def _figures(candidate: dict[str, Any]) -> dict[str, float]:
    scores = {name: round(candidate["test"][name], 6) for name in SCORES}
    costs = {name: candidate["cost"][name] for name in COSTS if candidate["cost"][name] is not None}
    return {**scores, **{name: round(value, 4) for name, value in costs.items()}}


if __name__ == "__main__":
    measure()
