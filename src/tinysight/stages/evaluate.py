"""model.onnx → its scores on val and test, its cost and its figures, through the predictor that serves."""

import shutil
import sys
from pathlib import Path
from typing import Any

import numpy as np

from tinysight.data.dataset import read_info
from tinysight.data.imageset import ImageSet
from tinysight.data.progress import progress_bar
from tinysight.data.splits import Split
from tinysight.errors import DataError
from tinysight.evaluation.answers import Answers
from tinysight.evaluation.doubts import PREDICTIONS
from tinysight.evaluation.figures import draw_confusion_matrix, draw_learning_curves, read_curves
from tinysight.evaluation.judging import Judged, Material, answers_needed, judge_model, read_trained
from tinysight.evaluation.mistakes import write_mistakes
from tinysight.evaluation.score_figures import draw_curves, draw_mistakes, draw_reliability
from tinysight.evaluation.scores import Scores, write_scores
from tinysight.evaluation.timed_pictures import timed_pictures
from tinysight.models.status import OK, failure, read_int8_status, read_status, write_status
from tinysight.params import Params
from tinysight.paths import INT8, Paths, is_int8
from tinysight.whole_file import whole


def run(params: Params, paths: Paths, candidate: str) -> None:
    """Scores one candidate and its 8-bit file; one that failed, here or before, leaves nothing but its status.

    Raises:
        DataError: if what all candidates share (images, split) cannot be read.
    """
    images, split = ImageSet.open(paths.dataset), Split.open(paths.split)
    class_names = read_info(paths.dataset).class_names
    if not (len(split.val) and len(split.test)):
        raise DataError("Nothing to evaluate on: val or test has no images. Raise split.val and split.test.")
    shutil.rmtree(paths.scores(candidate), ignore_errors=True)
    status = read_status(paths.export(candidate))
    if status.failed:
        write_status(paths.scores(candidate), status)
        return
    material = Material(images, split, class_names, timed_pictures(params, paths, images, split.val))
    for name in paths.scored(candidate):
        _attempt(params, paths, name, material)
    quantised = read_int8_status(paths.export(candidate))
    if quantised.failed:
        write_status(paths.scores(candidate + INT8), quantised)


def _attempt(params: Params, paths: Paths, name: str, material: Material) -> None:
    target = paths.scores(name)
    target.mkdir(parents=True)
    status = OK
    try:
        trained = read_trained(paths.train(name), paths.export(name), int8=is_int8(name))
        with progress_bar(f"evaluate {name}", answers_needed(material.split, params)) as advance:
            judged = judge_model(name, paths.model(name), material, params, trained, advance)
        _write(target, judged)
        _draw(target, paths.train(name), judged, material.class_names)
    except Exception as error:  # whatever breaks one candidate must not stop the others
        print(f"evaluate: {name} failed: {error}", file=sys.stderr)
        shutil.rmtree(target)
        status = failure(error)
    write_status(target, status)


def _write(target: Path, judged: Judged) -> None:
    write_scores(target, judged.scores)
    write_mistakes(target, judged.mistakes)
    _write_predictions(target / PREDICTIONS, judged.sides)


def _write_predictions(path: Path, sides: dict[str, Answers]) -> None:
    arrays: dict[str, Any] = {}
    for side, answers in sides.items():
        arrays |= {f"{side}_rows": answers.rows, f"{side}_labels": answers.labels, side: answers.probabilities}
        arrays |= {f"{side}_expected_answers": answers.expected_answers.astype(np.int32)}
        arrays |= {f"{side}_expected_correct": answers.expected_correct}
    with whole(path) as draft, draft.open("wb") as file:
        np.savez(file, allow_pickle=False, **arrays)


def _draw(target: Path, train: Path, judged: Judged, class_names: tuple[str, ...]) -> None:
    scores: Scores = judged.scores
    matrix = np.array(scores.test.confusion_matrix)
    title = f"{scores.name}: {scores.test.rows} test images"
    draw_confusion_matrix(target / "confusion_matrix.png", matrix, class_names, title)
    draw_curves(target / "robustness.png", scores.curves, scores.name)
    if scores.test.calibration:
        draw_reliability(target / "reliability.png", scores.test.calibration, title)
    if len(judged.mistakes.labels):
        draw_mistakes(target / "mistakes.png", judged.mistakes, class_names, f"{scores.name}: its worst mistakes")
    curves = read_curves(train / "curves.csv")
    if len(curves):
        draw_learning_curves(target / "learning_curves.png", curves, scores.name)
