"""The answers that a model is least sure of are found, and only where it did not learn."""

from pathlib import Path

import numpy as np
import pytest

from tinysight.errors import DataError
from tinysight.evaluation.doubts import PREDICTIONS, find_doubts


def write(folder: Path, val: list[list[float]], test: list[list[float]]) -> Path:
    arrays = {"val": np.array(val, dtype=np.float32), "test": np.array(test, dtype=np.float32)}
    rows = {"val_rows": 10 + np.arange(len(val)), "test_rows": 20 + np.arange(len(test))}
    np.savez(folder / PREDICTIONS, **arrays, **rows)
    return folder


def test_the_least_sure_come_first_from_both_sides(tmp_path: Path) -> None:
    scores = write(tmp_path, [[0.9, 0.1], [0.45, 0.55]], [[0.3, 0.7], [0.52, 0.48]])
    found = find_doubts(scores, 3)
    assert [(doubt.row, doubt.best) for doubt in found] == [(21, 0), (11, 1), (20, 1)]
    assert found[0].confidence == pytest.approx(0.52)
    assert found[1].probabilities.tolist() == pytest.approx([0.45, 0.55])


def test_equally_sure_answers_come_in_the_order_of_their_rows(tmp_path: Path) -> None:
    scores = write(tmp_path, [[0.5, 0.5]] * 3, [[0.5, 0.5]])
    assert [doubt.row for doubt in find_doubts(scores, 9)] == [10, 11, 12, 20]


@pytest.mark.parametrize("content", [None, b"", b"no archive"])
def test_without_predictions_the_error_says_what_to_run(content: bytes | None, tmp_path: Path) -> None:
    if content is not None:
        (tmp_path / PREDICTIONS).write_bytes(content)
    with pytest.raises(DataError, match="dvc repro"):
        find_doubts(tmp_path, 5)
