import pytest
from hypothesis import given
from hypothesis import strategies as st
from results import make_results, scores

from tinysight.errors import DataError
from tinysight.evaluation.scores import write_scores
from tinysight.params import Params
from tinysight.paths import Paths
from tinysight.tracking.record import metric_name, read_curves, read_pipeline


def test_the_record_holds_what_made_each_candidate_and_what_it_scores(finished: tuple[Params, Paths]) -> None:
    svm = next(candidate for candidate in read_pipeline(*finished).candidates if candidate.name == "svm")
    assert svm.params["model.landmarks"] == "2000"
    assert svm.params["augment.rotation"] == "10.0"
    assert not any(name.startswith(("models", "register", "generated")) for name in svm.params)
    assert svm.metrics["val/accuracy"] == 0.9
    assert svm.metrics["test/expected_accuracy_low"] == 0.7
    assert svm.metrics["val/recall/green"] == 0.8
    assert svm.metrics["cost/multiply_adds"] == 1000
    assert {path.name for path in svm.files} >= {"scores.json", "confusion_matrix.png", "curves.csv"}


def test_what_was_not_measured_is_no_metric(finished: tuple[Params, Paths]) -> None:
    svm = next(candidate for candidate in read_pipeline(*finished).candidates if candidate.name == "svm")
    assert "cost/peak_mb" not in svm.metrics
    assert "val/answered_accuracy" not in svm.metrics


def test_a_failed_rung_has_its_reason_and_no_model(finished: tuple[Params, Paths]) -> None:
    failed = next(candidate for candidate in read_pipeline(*finished).candidates if candidate.status.failed)
    assert (failed.name, failed.status.reason, failed.model) == ("majority", "not enough memory", None)


def test_curves_are_read_by_epoch(finished: tuple[Params, Paths]) -> None:
    points = read_curves(finished[1].train("mlp") / "curves.csv")
    assert [point.value for point in points if point.metric == "epoch/loss"] == [1.0, 0.5, pytest.approx(1 / 3)]
    assert read_curves(finished[1].train("svm") / "curves.csv") == []


def test_the_same_files_have_the_same_key(finished: tuple[Params, Paths]) -> None:
    assert read_pipeline(*finished).key == read_pipeline(*finished).key


def test_other_scores_params_or_data_have_another_key(finished: tuple[Params, Paths]) -> None:
    params, paths = finished
    keys = [read_pipeline(params, paths).key]
    write_scores(paths.scores("svm"), scores("svm", "svm", 77, ("blue", "green", "red")))
    keys.append(read_pipeline(params, paths).key)
    other, _ = make_results(paths.root, "train.epochs=3")
    keys.append(read_pipeline(other, paths).key)
    make_results(paths.root, classes=("red", "green", "black"))
    keys.append(read_pipeline(params, paths).key)
    assert len(set(keys)) == 4


@pytest.mark.parametrize(
    "lost",
    [
        "data/dataset/dataset.json",
        "scores/svm/status.json",
        "scores/svm/scores.json",
        "models/svm/export/model.onnx",
        "models/mlp/train/curves.csv",
        "reports/data/report.json",
        "reports/verdict.json",
        "reports/verdict.md",
    ],
)
def test_a_missing_file_is_named(finished: tuple[Params, Paths], lost: str) -> None:
    (finished[1].root / lost).unlink()
    with pytest.raises(DataError, match=r"dvc repro") as caught:
        read_pipeline(*finished)
    assert lost in str(caught.value)


def test_a_dvc_experiment_gives_the_run_its_name(
    finished: tuple[Params, Paths], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DVC_EXP_NAME", "wide-cnn")
    record = read_pipeline(*finished)
    assert record.name == "wide-cnn"
    assert record.tags["tinysight.experiment"] == "wide-cnn"


@given(st.text(min_size=1))
def test_any_class_name_becomes_a_metric_that_mlflow_accepts(name: str) -> None:
    from mlflow.entities import Metric
    from mlflow.utils.validation import _validate_metric

    metric = Metric(f"val/recall/{metric_name(name)}", 0.5, 0, 0)
    _validate_metric(metric.key, metric.value, metric.timestamp, metric.step)
