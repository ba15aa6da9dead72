"""evaluate scores model.onnx, and a candidate that failed stops nobody."""

import json
import subprocess
import sys

import numpy as np
import pytest
from evaluated import Project
from onnx_models import tiny_model
from PIL import Image

from tinysight.data.imageset import ImageSet
from tinysight.errors import DataError
from tinysight.evaluation.scores import read_scores
from tinysight.models.status import Status, read_status
from tinysight.predictor import Predictor
from tinysight.stages import evaluate


@pytest.fixture(scope="module")
def scored(tmp_path_factory):
    """A project whose svm was evaluated."""
    project = Project(tmp_path_factory.mktemp("scored"))
    project.ingest()
    project.export("svm", epochs=3, noise=9.0)
    evaluate.run(project.params, project.paths, "svm")
    return project


def test_a_candidate_leaves_its_scores_its_figures_and_an_ok_status(scored):
    folder = scored.paths.scores("svm")
    pictures = [
        f"{name}.png" for name in ("confusion_matrix", "learning_curves", "mistakes", "reliability", "robustness")
    ]
    files = ["mistakes.npz", "predictions.npz", "scores.json", "status.json"]
    assert sorted(path.name for path in folder.iterdir()) == sorted(pictures + files)
    assert read_status(folder).status == "ok"
    for name in pictures:
        with Image.open(folder / name) as image:
            image.verify()


def test_scores_are_what_the_model_file_answers(scored):
    scores = read_scores(scored.paths.scores("svm"))
    images, rows = ImageSet.open(scored.paths.dataset), np.load(scored.paths.split / "test.npy")
    answers = Predictor(scored.paths.export("svm") / "model.onnx").probabilities(np.asarray(images.pixels[rows]))
    assert scores.test.accuracy == pytest.approx((answers.argmax(axis=1) == images.labels[rows]).mean())
    assert np.array(scores.test.confusion_matrix).sum() == scores.test.rows == len(rows)
    assert list(scores.val.per_class) == ["blue", "green", "red"]
    assert (scores.name, scores.kind, scores.cost.train_seconds) == ("svm", "svm", 1.5)
    assert 0.34 < scores.val.expected_accuracy < 1  # the noise makes a middling model
    assert scores.unknown is not None
    asked = scored.params.export
    assert (scores.unknown.stated_precision, scores.unknown.stated_answered) == (asked.precision, asked.answered)


def test_predictions_hold_every_row_of_val_and_test(scored):
    with np.load(scored.paths.scores("svm") / "predictions.npz") as kept:
        for side in ("val", "test"):
            rows = np.load(scored.paths.split / f"{side}.npy")
            np.testing.assert_array_equal(kept[f"{side}_rows"], rows)
            assert kept[side].shape == (len(rows), 3)
            assert kept[side].dtype == np.float32
            assert kept[f"{side}_expected_correct"].shape == (scored.params.evaluate.draws, len(rows))
            assert kept[f"{side}_expected_correct"].dtype == np.bool_
            moved = kept[f"{side}_expected_answers"] == kept[f"{side}_labels"]
            np.testing.assert_array_equal(moved, kept[f"{side}_expected_correct"])


def test_again_gives_the_same_scores_but_for_the_clock(scored):
    before = read_scores(scored.paths.scores("svm"))
    evaluate.run(scored.params, scored.paths, "svm")
    after = read_scores(scored.paths.scores("svm"))
    assert (after.val, after.test) == (before.val, before.test)
    assert after.cost.multiply_adds == before.cost.multiply_adds


def test_a_candidate_without_epochs_has_no_learning_curves(scored):
    scored.export("majority")
    evaluate.run(scored.params, scored.paths, "majority")
    assert not (scored.paths.scores("majority") / "learning_curves.png").exists()
    assert (scored.paths.scores("majority") / "confusion_matrix.png").exists()


def test_a_failed_candidate_is_passed_on_and_old_scores_go(scored):
    scored.export("mlp")
    evaluate.run(scored.params, scored.paths, "mlp")
    scored.fail("mlp", "out of memory")
    evaluate.run(scored.params, scored.paths, "mlp")
    assert [path.name for path in scored.paths.scores("mlp").iterdir()] == ["status.json"]
    assert json.loads((scored.paths.scores("mlp") / "status.json").read_text()) == {
        "status": "failed",
        "reason": "out of memory",
    }


def test_a_broken_model_file_fails_its_candidate_only(scored, capsys):
    scored.export("cnn").write_bytes(b"broken")
    evaluate.run(scored.params, scored.paths, "cnn")
    assert [path.name for path in scored.paths.scores("cnn").iterdir()] == ["status.json"]
    assert "ONNX Runtime cannot load the model" in read_status(scored.paths.scores("cnn")).reason
    assert "cnn failed" in capsys.readouterr().err


def test_a_model_of_other_classes_fails_with_both_lists(scored):
    path = scored.export("cnn")
    tiny_model(path, ["cat", "dog", "elk"], 12)
    evaluate.run(scored.params, scored.paths, "cnn")
    reason = read_status(scored.paths.scores("cnn")).reason
    assert "blue, green, red" in reason
    assert "cat, dog, elk" in reason


def test_an_8_bit_file_that_export_could_not_make_failed_and_its_float_file_did_not(scored):
    scored.export("cnn")
    (scored.paths.export("cnn") / "export.json").write_text(json.dumps({"int8": {"failed": "no such layer"}}))
    evaluate.run(scored.params, scored.paths, "cnn")
    assert read_status(scored.paths.scores("cnn")).status == "ok"
    assert read_status(scored.paths.scores("cnn_int8")) == Status("failed", "no such layer")
    assert scored.paths.judged("cnn") == ("cnn", "cnn_int8")
    assert scored.paths.judged("svm") == ("svm",)


def test_a_missing_data_set_stops_the_stage(tmp_path):
    project = Project(tmp_path)
    project.export("svm")
    with pytest.raises(DataError, match="ImageSet"):
        evaluate.run(project.params, project.paths, "svm")
    assert not project.paths.scores("svm").exists()


def test_evaluation_needs_no_tensorflow():
    heavy = ["tensorflow", "keras", "mlflow"]
    code = f"import sys, tinysight.stages.evaluate; print([m for m in {heavy} if m in sys.modules])"
    assert subprocess.check_output([sys.executable, "-c", code], text=True).strip() == "[]"
