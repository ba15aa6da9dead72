"""model.onnx → its scores on val and test, its cost and its figures, through the predictor that serves."""

import json
import shutil
import sys
from pathlib import Path
from typing import Any

import numpy as np

from tinysight.bundle import MODEL
from tinysight.data.dataset import read_info
from tinysight.data.imageset import ImageSet
from tinysight.data.progress import progress_bar
from tinysight.data.splits import Split
from tinysight.errors import DataError, ModelError
from tinysight.evaluation.answers import Answers, answer, split_scores
from tinysight.evaluation.cost import measure_cost, spread
from tinysight.evaluation.doubts import PREDICTIONS
from tinysight.evaluation.figures import draw_confusion_matrix, draw_learning_curves, read_curves
from tinysight.evaluation.scores import Scores, write_scores
from tinysight.models.status import OK, Status, failure, read_status, write_status
from tinysight.params import Params
from tinysight.paths import Paths
from tinysight.predictor import Predictor
from tinysight.whole_file import whole

SCORING_THREADS = 2  # scores are the same on any number; time and memory are measured on one


def run(params: Params, paths: Paths, candidate: str) -> None:
    """Scores one candidate; one that failed, here or before, leaves nothing but its status.

    Raises:
        DataError: if what all candidates share (images, split) cannot be read.
    """
    images, split, target = ImageSet.open(paths.dataset), Split.open(paths.split), paths.scores(candidate)
    class_names = read_info(paths.dataset).class_names
    if not (len(split.val) and len(split.test)):
        raise DataError("Nothing to evaluate on: val or test has no images. Raise split.val and split.test.")
    shutil.rmtree(target, ignore_errors=True)
    status = read_status(paths.export(candidate))
    if not status.failed:
        status = _attempt(params, paths, candidate, images, split, class_names)
    write_status(target, status)


def _attempt(
    params: Params, paths: Paths, candidate: str, images: ImageSet, split: Split, class_names: tuple[str, ...]
) -> Status:
    target = paths.scores(candidate)
    target.mkdir(parents=True)
    try:
        predictor = Predictor(paths.export(candidate) / MODEL, threads=SCORING_THREADS)
        _check_classes(predictor, class_names)
        sides = _answers(params, predictor, candidate, images, split)
        scores = _score(params, paths, candidate, images, sides, predictor)
        write_scores(target, scores)
        _write_predictions(target / PREDICTIONS, sides)
        _draw(paths, candidate, scores)
    except Exception as error:  # whatever breaks one candidate must not stop the others
        print(f"evaluate: {candidate} failed: {error}", file=sys.stderr)
        shutil.rmtree(target)
        return failure(error)
    return OK


def _check_classes(predictor: Predictor, class_names: tuple[str, ...]) -> None:
    promised = predictor.contract.class_names
    if promised != class_names:
        raise ModelError(
            f"The model's classes must be the data set's: {', '.join(class_names)}."
            f" Received: {', '.join(promised)}. Export it again with `dvc repro`."
        )


def _answers(
    params: Params, predictor: Predictor, candidate: str, images: ImageSet, split: Split
) -> dict[str, Answers]:
    rows = {"val": split.val, "test": split.test}
    total = sum(map(len, rows.values())) * (1 + params.evaluate.draws)
    with progress_bar(f"evaluate {candidate}", total) as advance:
        return {
            side: answer(predictor, images, chosen, params.evaluate, seed=params.seed, advance=advance)
            for side, chosen in rows.items()
        }


def _score(
    params: Params, paths: Paths, candidate: str, images: ImageSet, sides: dict[str, Answers], predictor: Predictor
) -> Scores:
    val, test = split_scores(sides["val"], predictor), split_scores(sides["test"], predictor)
    trained = _read_training(paths.train(candidate) / "train.json")
    timed = np.asarray(images.pixels[spread(sides["val"].rows, params.evaluate.timed_images)])
    cost = measure_cost(paths.export(candidate) / MODEL, timed, train_seconds=float(trained["train_seconds"]))
    return Scores(name=candidate, kind=str(trained["kind"]), val=val, test=test, cost=cost)


def _read_training(path: Path) -> dict[str, Any]:
    try:
        trained: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        return {name: trained[name] for name in ("kind", "train_seconds")}
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise DataError(f"{path} cannot be read: {error!r}. Run `dvc repro` to train again.") from None


def _write_predictions(path: Path, sides: dict[str, Answers]) -> None:
    arrays: dict[str, Any] = {}
    for side, answers in sides.items():
        arrays |= {f"{side}_rows": answers.rows, side: answers.probabilities}
        arrays |= {f"{side}_expected_correct": answers.expected_correct}
    with whole(path) as draft, draft.open("wb") as file:
        np.savez(file, allow_pickle=False, **arrays)


def _draw(paths: Paths, candidate: str, scores: Scores) -> None:
    target = paths.scores(candidate)
    matrix = np.array(scores.test.confusion_matrix)
    title = f"{candidate}: {scores.test.rows} test images"
    draw_confusion_matrix(target / "confusion_matrix.png", matrix, list(scores.test.per_class), title)
    curves = read_curves(paths.train(candidate) / "curves.csv")
    if len(curves):
        draw_learning_curves(target / "learning_curves.png", curves, candidate)
