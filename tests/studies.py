"""Studies of a few trials on easy pictures, with trainings that take no time where a test needs none."""

from pathlib import Path

import numpy as np
import yaml
from projects import ROOT
from results import give_store
from shapes import write_shapes
from tiny_datasets import make_params

from tinysight.params import Params
from tinysight.params.tune import PruningParams, Range, TuneParams
from tinysight.paths import Paths
from tinysight.tuning.outcome import Outcome, Tried, packed

SPACE = TuneParams(
    space={"side": Range(low=16, high=64, step=4), "gamma": Range(low=0.5, high=8.0, log=True)},
    pruning=PruningParams(trials=2, epochs=1),
)
ROWS = 20
PENALTIES = "space:\n  penalty: {low: 0.001, high: 1.0, log: true}\npruning: {trials: 5, epochs: 3}\n"


def outcome(right: int, end: str = "whole", epochs: int = 0, reason: str = "") -> Outcome:
    """One that names so many of ROWS val pictures rightly."""
    if end == "failed":
        return Outcome(end="failed", reason=reason)
    curve = [0.5 + 0.01 * epoch for epoch in range(epochs)]
    curves = {"epoch": [*map(float, range(1, epochs + 1))], "val_accuracy": curve} if epochs else {}
    return Outcome.model_validate(
        {"end": end, "accuracy": right / ROWS, "interval": (0.1, 0.9), "macro_f1": 0.5, "seconds": 1.5,
         "curves": curves, "right": packed(np.arange(ROWS) < right)}
    )  # fmt: skip


def tried(number: int, right: int, end: str = "whole", epochs: int = 0, **values: object) -> Tried:
    """A trial with a number and some values."""
    return Tried(number=number, values=values, outcome=outcome(right, end, epochs, "no memory"))


def tuned_project(root: Path, *overrides: str, train: int = 90) -> tuple[Params, Paths]:
    """A project whose rows are there: shapes, split, no copies; and conf/, as the repository has it."""
    write_shapes(root, train=train)
    params = make_params("augment.copies=0", *overrides)
    (root / "params.yaml").write_text(yaml.safe_dump(params.model_dump(mode="json", by_alias=True)))
    (root / "conf").mkdir()
    for entry in (ROOT / "conf").iterdir():
        if entry.name != "experiment":
            (root / "conf" / entry.name).symlink_to(entry)
    return params, Paths(root)


def logistic_project(root: Path, *overrides: str) -> Paths:
    """One whose logistic regression has a single penalty, the worst, few pixels and a small space; and a store."""
    _, paths = tuned_project(root, "models.logistic.penalty=1.0", "models.logistic.side=8", *overrides)
    give_store(paths)
    folder = root / "conf" / "tune"
    folder.unlink()
    folder.mkdir()
    (folder / "logistic.yaml").write_text(PENALTIES)
    return paths
