"""What a model answers on one side, and what that is worth."""

import numpy as np
import pytest
from evaluated import Project
from onnx_models import tiny_model

from tinysight.data.imageset import ImageSet
from tinysight.errors import ModelError
from tinysight.evaluation import answers as room
from tinysight.evaluation.answers import Answers, answer, calibration, split_scores
from tinysight.evaluation.metrics import expected_calibration_error
from tinysight.predictor import Predictor


@pytest.fixture
def project(tmp_path):
    project = Project(tmp_path)
    project.ingest()
    return project


def ask(project, predictor, rows, **options):
    return answer(predictor, ImageSet.open(project.paths.dataset), rows, project.params.evaluate, seed=0, **options)


def test_answers_are_the_predictors_and_do_not_depend_on_batches(project, monkeypatch):
    predictor = Predictor(project.export("svm", noise=3.0))
    rows = np.arange(60, 90)
    whole = ask(project, predictor, rows)
    monkeypatch.setattr(room, "BATCH_BYTES", 3000)  # six pictures
    parts = ask(project, predictor, rows)
    pixels = np.asarray(ImageSet.open(project.paths.dataset).pixels[rows])
    np.testing.assert_allclose(whole.probabilities, predictor.probabilities(pixels), atol=1e-6)
    np.testing.assert_allclose(parts.probabilities, whole.probabilities, atol=1e-6)
    np.testing.assert_array_equal(parts.expected_answers, whole.expected_answers)
    np.testing.assert_array_equal(whole.expected_correct, whole.expected_answers == whole.labels)


def test_progress_counts_every_answer(project):
    steps = []
    ask(project, Predictor(project.export("svm")), np.arange(60, 90), advance=steps.append)
    assert sum(steps) == 30 * (1 + project.params.evaluate.draws)


def test_an_answer_that_is_no_number_is_an_error(project):
    class Broken(Predictor):
        def probabilities(self, images):
            return np.full((len(images), 3), np.nan, dtype=np.float32)

    with pytest.raises(ModelError, match="no numbers"):
        ask(project, Broken(project.export("svm")), np.arange(60, 90))


def test_scores_of_answers_counted_by_hand(tmp_path):
    predictor = Predictor(tiny_model(tmp_path / "m.onnx", ["a", "b"], unknown_threshold=0.65))
    probabilities = np.array([[0.9, 0.1], [0.6, 0.4], [0.7, 0.3], [0.2, 0.8]], dtype=np.float32)
    answered = np.array([[0, 0, 0, 1], [0, 1, 0, 1]])
    given = Answers(np.arange(4), np.array([0, 0, 1, 1]), probabilities, answered)
    scores = split_scores(given, predictor)
    assert (scores.rows, scores.accuracy, scores.expected_accuracy) == (4, 0.75, 0.625)
    assert scores.confusion_matrix == [[2, 0], [1, 1]]
    assert scores.per_class["b"].recall == 0.5
    assert scores.answered == 0.75  # the second is below the threshold
    assert scores.answered_accuracy == pytest.approx(2 / 3)
    assert scores.interval[0] < 0.75 < scores.interval[1]


def test_the_threshold_itself_is_answered_as_the_service_answers_it(tmp_path):
    probabilities = np.array([[0.7, 0.3]], dtype=np.float32)
    given = Answers(np.arange(1), np.array([0]), probabilities, np.zeros((1, 1), dtype=np.int64))
    for threshold in (float(probabilities[0, 0]), 0.7):
        predictor = Predictor(tiny_model(tmp_path / "m.onnx", ["a", "b"], unknown_threshold=threshold))
        served = predictor.judge(probabilities[0])
        assert split_scores(given, predictor).answered == (0.0 if served.unknown else 1.0)


def test_nothing_answered_has_no_accuracy(tmp_path):
    predictor = Predictor(tiny_model(tmp_path / "m.onnx", ["a", "b"], unknown_threshold=1.0))
    given = Answers(np.arange(1), np.array([0]), np.array([[0.6, 0.4]], np.float32), np.zeros((1, 1), dtype=np.int64))
    assert split_scores(given, predictor).answered_accuracy is None


def test_a_class_has_its_intervals_and_its_recall_when_moved(tmp_path):
    predictor = Predictor(tiny_model(tmp_path / "m.onnx", ["a", "b"], unknown_threshold=0.65))
    probabilities = np.array([[0.9, 0.1], [0.6, 0.4], [0.7, 0.3], [0.2, 0.8]], dtype=np.float32)
    answered = np.array([[0, 0, 0, 1], [0, 1, 0, 1]])
    scores = split_scores(Answers(np.arange(4), np.array([0, 0, 1, 1]), probabilities, answered), predictor)
    assert (scores.per_class["a"].expected_recall, scores.per_class["b"].expected_recall) == (0.75, 0.5)
    for one in scores.per_class.values():
        assert one.precision_interval[0] <= one.precision <= one.precision_interval[1]
        assert one.recall_interval[0] <= one.recall <= one.recall_interval[1]
    assert scores.macro_f1_interval[0] <= scores.macro_f1 <= scores.macro_f1_interval[1]
    assert scores.answered_interval[0] < scores.answered_accuracy < scores.answered_interval[1]


def test_the_temperature_can_be_taken_out_of_the_answers_again():
    """Before and after are those of the logits with and without it."""
    draw = np.random.default_rng(0)
    labels = draw.integers(0, 3, 400)
    logits = np.eye(3)[labels] * 1.5 + draw.normal(size=(400, 3))
    hot, cooled = (np.exp(logits / t) / np.exp(logits / t).sum(axis=1, keepdims=True) for t in (1.0, 4.0))
    found = calibration(cooled.astype(np.float32), labels, 4.0)
    assert found.before == pytest.approx(expected_calibration_error(hot.astype(np.float32), labels), abs=1e-5)
    assert found.after == pytest.approx(expected_calibration_error(cooled.astype(np.float32), labels))
    assert sum(one.images for one in found.bins_after) == 400
    assert [one.confidence for one in found.bins_after] == sorted(one.confidence for one in found.bins_after)
