"""Scores and projects that stand ready to be evaluated, for tests of what comes after training."""

import csv
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from onnx_models import COLOURS, tiny_model

from tinysight.config import compose_params
from tinysight.data.dataset import DatasetInfo, write_info
from tinysight.data.imageset import Sample, write_imageset
from tinysight.evaluation.mistakes import Mistakes
from tinysight.evaluation.scores import (
    Bin,
    Calibration,
    ClassScores,
    Cost,
    Curve,
    CurvePoint,
    Scores,
    SplitScores,
    Stranger,
    Unknown,
)
from tinysight.models.status import OK, Status, write_status
from tinysight.params import Params
from tinysight.paths import Paths

CONF = Path(__file__).parents[1] / "conf"
SIDE = 12


def scores_of(
    name: str,
    expected: float,
    multiply_adds: int = 1000,
    *,
    kind: str = "svm",
    test: float | None = None,
    error: float = 0.01,
    file_bytes: int = 5000,
) -> Scores:
    """Scores that are all alike but for what a test wants to differ."""
    return Scores(
        name=name,
        kind=kind,
        val=side_of(expected, error),
        test=side_of(expected if test is None else test, error),
        cost=Cost(
            multiply_adds=multiply_adds,
            file_bytes=file_bytes,
            cpu_ms=0.02,
            p50_ms=0.018,
            p99_ms=0.05,
            peak_mb=56.7,
            train_seconds=12.5,
        ),
    )


def side_of(expected: float, error: float = 0.01) -> SplitScores:
    """One side's scores: 100 images of two classes."""
    return SplitScores(
        rows=100,
        accuracy=0.95,
        interval=(0.888, 0.978),
        macro_f1=0.949,
        expected_calibration_error=0.02,
        expected_accuracy=expected,
        expected_interval=(max(0.0, expected - 0.04), min(1.0, expected + 0.03)),
        expected_standard_error=error,
        per_class={
            "cat": ClassScores(precision=0.94, recall=0.96, f1=0.95, support=50),
            "dog": ClassScores(precision=0.96, recall=0.94, f1=0.95, support=50),
        },
        confusion_matrix=[[48, 2], [3, 47]],
        answered=0.9,
        answered_accuracy=0.99,
    )


@dataclass
class Project:
    """A work tree of coloured pictures with exported candidates, and no training behind them."""

    root: Path

    @property
    def paths(self) -> Paths:
        return Paths(self.root)

    @property
    def params(self) -> Params:
        return compose_params(CONF, ["evaluate.timed_images=10", "evaluate.service_seconds=0"])

    def ingest(self, rows: int = 120) -> NDArray[np.int64]:
        """Pictures of noisy colour, split in three; returns the labels."""
        draw = np.random.default_rng(0)
        labels = np.arange(rows) % len(COLOURS)
        pixels = draw.integers(0, 120, (rows, SIDE, SIDE, 3)).astype(np.uint8)
        pixels[np.arange(rows), :, :, labels] += 100
        samples = [Sample(f"{i}.png", f"{i:064x}", sorted(COLOURS)[k], int(k)) for i, k in enumerate(labels)]
        write_imageset(self.paths.dataset, pixels, samples, SIDE)
        write_info(self.paths.dataset, DatasetInfo("d" * 64, "colours", tuple(sorted(COLOURS)), SIDE, rows, 0))
        self.paths.split.mkdir(parents=True)
        for name, part in zip(
            ("train", "val", "test"), np.split(np.arange(rows), [rows // 2, rows * 3 // 4]), strict=True
        ):
            np.save(self.paths.split / f"{name}.npy", part)
        return labels

    def export(self, candidate: str, *, epochs: int = 0, **model: Any) -> Path:
        """What train and export leave; the model calls the reddest picture by the first class."""
        train, export = self.paths.train(candidate), self.paths.export(candidate)
        write_status(train, OK)
        write_status(export, OK)
        content = {"kind": "svm", "train_seconds": 1.5, "epochs": epochs, "rows": 60, "val_accuracy": 0.9}
        (train / "train.json").write_text(json.dumps(content))
        (export / "export.json").write_text(json.dumps({"val_precision": 0.991, "precision_reached": True}))
        with (train / "curves.csv").open("w", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(["epoch", "loss", "accuracy", "val_loss", "val_accuracy"])
            writer.writerows([e, 1 / e, 1 - 0.5 / e, 1.2 / e, 1 - 0.6 / e] for e in range(1, epochs + 1))
        return tiny_model(export / "model.onnx", sorted(COLOURS), SIDE, **model)

    def fail(self, candidate: str, reason: str) -> None:
        """What train and export leave of a candidate that did not come through."""
        for folder in (self.paths.train(candidate), self.paths.export(candidate)):
            write_status(folder, Status("failed", reason))


def curves_of(spoiled: float) -> list[Curve]:
    """Robustness curves of two classes: shift and the expected combination cost little, brightness what is asked."""
    levels = {"expected": ("times", 0.0, 1.0, 2.0), "shift": ("%", 0.0, 0.1, 0.2), "brightness": ("%", 0.0, 0.1, 0.2)}
    left = {"expected": (0.95, 0.94, 0.9), "shift": (0.95, 0.95, 0.94), "brightness": (0.95, 0.93, spoiled)}
    return [
        Curve(kind=kind, unit=unit, points=[_point(*pair) for pair in zip(at, left[kind], strict=True)])
        for kind, (unit, *at) in levels.items()
    ]


def _point(level: float, share: float) -> CurvePoint:
    return CurvePoint(
        level=level, accuracy=share, interval=(share - 0.05, min(1.0, share + 0.04)), answered=0.9,
        answered_accuracy=0.99, per_class={"cat": share, "dog": share},
    )  # fmt: skip


def whole_scores(name: str, expected: float, multiply_adds: int = 1000, *, kind: str = "svm") -> Scores:
    """Scores with everything that an evaluation of today writes."""
    bins = [Bin(images=50, confidence=0.7, accuracy=0.8), Bin(images=50, confidence=0.97, accuracy=0.99)]
    calibration = Calibration(before=0.11, after=0.02, bins_before=bins, bins_after=bins)
    plain = scores_of(name, expected, multiply_adds, kind=kind)
    strangers = [Stranger(kind="noise", images=200, unknown=0.93, interval=(0.89, 0.96))]
    unknown = Unknown(
        threshold=0.6, stated_precision=0.99, val_precision=0.99, reached=True, strangers=strangers,
        stated_answered=0.98,
    )  # fmt: skip
    test = plain.test.model_copy(update={"calibration": calibration, "answered_interval": (0.95, 1.0)})
    served = {"decode_ms": 0.4, "http_ms": 0.6, "images_per_second": 21_000.0, "cores": 2, "start_seconds": 0.7}
    cost = plain.cost.model_copy(update={**served, "service_mb": 99.4})
    return plain.model_copy(update={"test": test, "curves": curves_of(0.5), "unknown": unknown, "cost": cost})


def mistakes_of(count: int = 2, path: str = "cat/1.png") -> Mistakes:
    """Cats that were taken for dogs."""
    draw = np.random.default_rng(0)
    return Mistakes(
        pixels=draw.integers(0, 256, (count, SIDE, SIDE, 3), dtype=np.uint8),
        paths=(path,) * count,
        labels=np.zeros(count, dtype=np.int64),
        answers=np.ones(count, dtype=np.int64),
        confidence=np.full(count, 0.97, dtype=np.float32),
        weight=draw.random((count, 7, 7)).astype(np.float32),
    )
