"""Whole pipelines in this process, on real pictures, with one candidate that trains in seconds."""

from importlib import import_module
from pathlib import Path

from projects import ROOT

from tinysight.config import compose_text, load_params
from tinysight.params import Params
from tinysight.paths import Paths

RUNGS = ("majority", "logistic", "svm", "mlp", "tutorial_cnn", "small_cnn", "transfer")
BEFORE_TRAINING = ("ingest", "validate", "split", "augment")
OF_THE_CANDIDATE = ("train", "export", "evaluate")
LIGHT = (
    "dataset=folder",
    "dataset.background=[0,0,0]",
    "validate.label_error_images=0",
    "validate.levels.small_class=warning",
    "augment.copies=0",
    "export.int8=false",
    "evaluate.curve_images=20",
    "evaluate.timed_images=10",
    "evaluate.service_seconds=0",
)


def composed(root: Path, candidate: str, *overrides: str) -> tuple[Params, Paths]:
    """Writes params.yaml of a ladder with one rung; the pictures are in root/data/raw."""
    paths, others = Paths(root), [f"~model@models.{name}" for name in RUNGS if name != candidate]
    root.mkdir(parents=True, exist_ok=True)
    paths.params.write_text(compose_text(ROOT / "conf", [*LIGHT, *others, *overrides]), encoding="utf-8")
    return load_params(paths.params), paths


def run_stages(params: Params, paths: Paths, *names: str) -> None:
    """Runs stages as DVC would, one after another."""
    for name in names:
        stage = import_module(f"tinysight.stages.{name}")
        for candidate in params.models if name in OF_THE_CANDIDATE else [None]:
            stage.run(params, paths, *([candidate] if candidate else []))


def run_all(params: Params, paths: Paths) -> None:
    """From the pictures to a release decision."""
    run_stages(params, paths, *BEFORE_TRAINING, *OF_THE_CANDIDATE, "select", "register")
