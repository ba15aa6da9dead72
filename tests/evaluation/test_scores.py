"""scores.json is a contract: what is written is read, and what is broken is named."""

import json

import pytest
from evaluated import scores_of

from tinysight.errors import DataError
from tinysight.evaluation.scores import SCORES, Scores, read_scores, write_scores

COST = ["multiply_adds", "file_bytes", "cpu_ms", "p50_ms", "p99_ms", "peak_mb", "train_seconds"]
COST += ["decode_ms", "http_ms", "images_per_second", "cores", "start_seconds", "service_mb"]


def test_scores_come_back_as_they_were_written(tmp_path):
    scores = scores_of("svm", 0.9)
    write_scores(tmp_path, scores)
    assert read_scores(tmp_path) == scores
    assert [path.name for path in tmp_path.iterdir()] == [SCORES]


def test_the_file_has_the_keys_of_the_contract(tmp_path):
    write_scores(tmp_path, scores_of("svm", 0.9))
    content = json.loads((tmp_path / SCORES).read_text())
    assert list(content) == ["schema", "name", "kind", "val", "test", "cost", "curves", "unknown"]
    assert content["schema"] == 1
    assert list(content["cost"]) == COST
    promised = {
        "rows", "accuracy", "interval", "macro_f1", "expected_calibration_error", "expected_accuracy",
        "expected_interval", "per_class", "confusion_matrix", "answered", "answered_accuracy",
    }  # fmt: skip
    assert promised <= set(content["val"]) == set(content["test"])


def test_fields_of_a_later_version_are_passed_over():
    content = scores_of("svm", 0.9).model_dump(mode="json", by_alias=True)
    assert Scores.model_validate(content | {"later": 1}) == scores_of("svm", 0.9)


def test_files_of_an_earlier_version_are_read():
    content = scores_of("svm", 0.9).model_dump(mode="json", by_alias=True)
    added = {"macro_f1_interval", "answered_interval", "calibration"}
    sides = {side: {k: v for k, v in content[side].items() if k not in added} for side in ("val", "test")}
    early = {k: v for k, v in content.items() if k not in {"curves", "unknown"}} | sides
    assert Scores.model_validate(early) == scores_of("svm", 0.9)


def test_a_missing_file_names_the_fix(tmp_path):
    with pytest.raises(DataError, match=r"scores\.json cannot be read.*dvc repro"):
        read_scores(tmp_path)


def test_a_broken_field_is_named(tmp_path):
    content = scores_of("svm", 0.9).model_dump(mode="json", by_alias=True)
    content["val"]["accuracy"] = "high"
    (tmp_path / SCORES).write_text(json.dumps(content))
    with pytest.raises(DataError, match=r"val\.accuracy"):
        read_scores(tmp_path)
