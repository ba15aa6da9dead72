"""Everything that is to be known of one model file: scores of both sides, curves, the unknown, cost."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from tinysight.data.imageset import ImageSet
from tinysight.data.splits import Split
from tinysight.errors import DataError, ModelError
from tinysight.evaluation.answers import Answers, answer, split_scores
from tinysight.evaluation.cost import measure_cost, spread
from tinysight.evaluation.curves import POINTS, curve_rows, robustness_curves
from tinysight.evaluation.mistakes import Mistakes, worst_mistakes
from tinysight.evaluation.scores import Cost, Scores, SplitScores, Unknown
from tinysight.evaluation.strangers import strangers
from tinysight.params import EvaluateParams, Params
from tinysight.predictor import Predictor

SCORING_THREADS = 2  # scores are the same on any number; time and memory are measured on one


@dataclass(frozen=True)
class Trained:
    """What train and export say of the candidate."""

    kind: str
    train_seconds: float
    precision_reached: bool


@dataclass(frozen=True)
class Material:
    """What all model files are judged on.

    Attributes:
        images: the data set, memory-mapped.
        split: its sides.
        class_names: of the data set.
        pictures: source files' bytes, on which decoding and the service are timed.
    """

    images: ImageSet
    split: Split
    class_names: tuple[str, ...]
    pictures: Sequence[bytes]


@dataclass(frozen=True)
class Judged:
    """The scores of a model file and what stands behind them."""

    scores: Scores
    sides: dict[str, Answers]
    mistakes: Mistakes


def judge_model(
    name: str,
    model: Path,
    material: Material,
    params: Params,
    trained: Trained,
    advance: Callable[[int], object] = lambda _: None,
) -> Judged:
    """Scores one model file, through the predictor that serves.

    Args:
        name: of the candidate.
        model: its model.onnx or model.int8.onnx.
        material: what it is judged on.
        params: of the pipeline.
        trained: what the stages before say.
        advance: told how many answers have come.

    Raises:
        ModelError: if the file cannot be judged.
    """
    predictor, images, split = Predictor(model, threads=SCORING_THREADS), material.images, material.split
    _check_classes(predictor, material.class_names)
    asked = partial(answer, predictor, images, params=params.evaluate, seed=params.seed, advance=advance)
    sides = {"val": asked(split.val), "test": asked(split.test)}
    cost = _cost(model, material, params.evaluate, trained)
    sampled = curve_rows(split.val, images, most=params.evaluate.curve_images, multiply_adds=cost.multiply_adds)
    expected, val = params.evaluate.expected, split_scores(sides["val"], predictor)
    scores = Scores(
        name=name,
        kind=trained.kind,
        val=val,
        test=split_scores(sides["test"], predictor),
        cost=cost,
        curves=robustness_curves(predictor, images, sampled, expected, seed=params.seed, advance=advance),
        unknown=_unknown(predictor, params, trained, val),
    )
    return Judged(scores, sides, worst_mistakes(predictor, images, list(sides.values())))


def _cost(model: Path, material: Material, params: EvaluateParams, trained: Trained) -> Cost:
    timed = np.asarray(material.images.pixels[spread(material.split.val, params.timed_images)])
    seconds, trained_for = params.service_seconds, trained.train_seconds
    return measure_cost(model, timed, train_seconds=trained_for, pictures=material.pictures, service_seconds=seconds)


def answers_needed(split: Split, params: Params) -> int:
    """How many answers judge_model asks for at most, for a progress bar."""
    rows = len(split.val) + len(split.test)
    return rows * (1 + params.evaluate.draws) + min(params.evaluate.curve_images, len(split.val)) * POINTS


def read_trained(train: Path, export: Path, *, int8: bool = False) -> Trained:
    """Reads train.json and export.json; of the int8 file its own part of export.json.

    Raises:
        DataError: if one is missing or broken.
    """
    facts, found = _read(train / "train.json"), _read(export / "export.json")
    found = found.get("int8", {}) if int8 else found
    try:
        return Trained(
            kind=str(facts["kind"]),
            train_seconds=float(facts["train_seconds"]),
            precision_reached=bool(found.get("precision_reached", True)),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise DataError(f"{train} or {export} lacks a figure: {error!r}. Run `dvc repro` to train again.") from None


def _read(path: Path) -> dict[str, Any]:
    try:
        content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise DataError(f"{path} cannot be read: {error!r}. Run `dvc repro` to train again.") from None
    return content


def _unknown(predictor: Predictor, params: Params, trained: Trained, val: SplitScores) -> Unknown:
    return Unknown(
        threshold=predictor.contract.unknown_threshold,
        stated_precision=params.export.precision,
        val_precision=val.answered_accuracy,
        reached=trained.precision_reached,
        strangers=strangers(predictor, seed=params.seed),
        stated_answered=params.export.answered,
    )


def _check_classes(predictor: Predictor, class_names: tuple[str, ...]) -> None:
    promised = predictor.contract.class_names
    if promised != class_names:
        raise ModelError(
            f"The model's classes must be the data set's: {', '.join(class_names)}."
            f" Received: {', '.join(promised)}. Export it again with `dvc repro`."
        )
