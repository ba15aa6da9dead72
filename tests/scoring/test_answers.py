"""Many answers at once are the ones that the predictor gives one by one."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from onnx_models import tiny_model

from tinysight.predictor import Predictor
from tinysight.scoring.answers import Answers, Source, judge_all
from tinysight.scoring.group_scores import GroupScores

THRESHOLDS = (0.0, 0.1, 0.5, 0.7, 1 / 3, 0.30000000000000004, float(np.float32(0.7)), 1.0)


@pytest.fixture(scope="module")
def predictors(tmp_path_factory: pytest.TempPathFactory) -> dict[float, Predictor]:
    folder: Path = tmp_path_factory.mktemp("models")
    return {t: Predictor(tiny_model(folder / f"{t}.onnx", unknown_threshold=t)) for t in THRESHOLDS}


def source_of(predictor: Predictor) -> Source:
    return Source(predictor.contract.class_names, predictor.contract.unknown_threshold, "7", "5" * 64)


def judged(probabilities: np.ndarray, source: Source) -> Answers:
    return judge_all(["a"] * len(probabilities), [GroupScores(probabilities, {})], source)


@settings(deadline=None)
@given(arrays(np.float32, (5, 3), elements=st.floats(0, 1, width=32)), st.sampled_from(THRESHOLDS))
def test_each_answer_is_the_predictors(predictors, probabilities: np.ndarray, threshold: float) -> None:
    predictor = predictors[threshold]
    expected = [predictor.judge(row) for row in probabilities]
    assert list(judged(probabilities, source_of(predictor)).predictions()) == expected


@pytest.mark.parametrize("threshold", THRESHOLDS)
def test_also_beside_the_threshold(predictors: dict[float, Predictor], threshold: float) -> None:
    edge = np.float32(threshold)
    near = [edge, np.nextafter(edge, np.float32(2)), np.nextafter(edge, np.float32(-1))]
    rows = np.array([[value, 0, 0] for value in near if value >= 0], dtype=np.float32)
    predictor = predictors[threshold]
    expected = [not predictor.judge(row).unknown for row in rows]
    assert judged(rows, source_of(predictor)).sure.tolist() == expected


def test_what_failed_has_no_answer_and_keeps_its_row(predictors: dict[float, Predictor]) -> None:
    first = GroupScores(np.array([[0, 1, 0], [np.nan] * 3], dtype=np.float32), {1: "broken"})
    second = GroupScores(np.array([[np.nan] * 3, [0, 0, 1]], dtype=np.float32), {0: "gone"})
    answers = judge_all(["a", "b", "c", "d"], [first, second], source_of(predictors[0.5]))
    found = [each.class_name if each else None for each in answers.predictions()]
    assert found == ["green", None, None, "blue"]
    assert answers.errors == [None, "broken", "gone", None]
    assert answers.sure.tolist() == [True, False, False, True]
