"""Parquet, CSV and JSON lines hold the same answers, for whoever reads them with pandas."""

import builtins
import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from pyarrow import parquet

from tinysight.errors import ConfigError
from tinysight.scoring.answer_tables import answer_table, check_table, columns
from tinysight.scoring.answers import Source, judge_all
from tinysight.scoring.group_scores import GroupScores

SOURCE = Source(("bolt", "file"), 0.6, "7", "5" * 64)  # a class may bear a column's name
FILES = ["a.png", 'with "quotes", commas.png', "two\nlines.png", "return\r.png", "größe.png"]
ROWS = np.array([[0.7, 0.3], [0.45, 0.55], [np.nan, np.nan], [0.1, 0.9], [0.6, 0.4]], dtype=np.float32)
ERRORS = {2: 'The file is empty, or "odd".\nSee there.'}
COLUMNS = ["file", "class", "unknown", "best_class", "confidence", "p_bolt", "p_file", "error", "model_version"]


def written(folder: Path, ending: str) -> Path:
    path = folder / "draft"
    with answer_table(path, ending, SOURCE) as table:
        for _ in range(2):
            table.write(judge_all(FILES, [GroupScores(ROWS, ERRORS)], SOURCE))
    return path


def test_all_formats_hold_the_same(tmp_path: Path) -> None:
    from_parquet = pd.read_parquet(written(tmp_path, ".parquet"))
    from_csv = pd.read_csv(written(tmp_path, ".CSV"), dtype={"model_version": str})
    assert list(from_parquet.columns) == list(from_csv.columns) == COLUMNS == columns(SOURCE)
    for name in COLUMNS:
        one, other = from_parquet[name], from_csv[name]
        if name == "confidence" or name.startswith("p_"):
            assert np.array_equal(one.to_numpy(), other.to_numpy(np.float32), equal_nan=True)
        else:
            assert [None if v != v else v for v in one] == [None if v != v else v for v in other]


def test_what_stands_in_a_row(tmp_path: Path) -> None:
    frame = pd.read_parquet(written(tmp_path, ".parquet")).head(5)
    assert frame["file"].tolist() == FILES
    assert frame["class"].fillna("-").tolist() == ["bolt", "-", "-", "file", "bolt"]
    assert frame["unknown"].tolist() == [False, True, False, False, False]
    assert frame["best_class"].fillna("-").tolist() == ["bolt", "file", "-", "file", "bolt"]
    assert frame["error"].fillna("").tolist() == ["", "", ERRORS[2], "", ""]
    assert set(frame["model_version"]) == {"7"}
    assert frame["unknown"].dtype == bool
    assert frame["p_bolt"].dtype == frame["confidence"].dtype == np.float32
    assert frame[frame["confidence"] > 0.8]["file"].tolist() == ["return\r.png"]


def test_json_lines_are_the_ones_that_predict_prints(tmp_path: Path) -> None:
    lines = [json.loads(line) for line in written(tmp_path, ".jsonl").read_text(encoding="utf-8").split("\n") if line]
    assert len(lines) == 10
    assert lines[0] == {"file": "a.png", "class": "bolt", "unknown": False, "best_class": "bolt", "confidence": 0.7,
                        "probabilities": {"bolt": 0.7, "file": 0.3}, "model_version": "7"}  # fmt: skip
    assert lines[2] == {"file": FILES[2], "error": ERRORS[2]}


def test_a_parquet_file_says_which_model_made_it(tmp_path: Path) -> None:
    metadata = parquet.read_schema(written(tmp_path, ".parquet")).metadata
    assert metadata[b"tinysight.model_sha256"] == b"5" * 64
    assert metadata[b"tinysight.model_version"] == b"7"
    assert json.loads(metadata[b"tinysight.class_names"]) == ["bolt", "file"]
    assert json.loads(metadata[b"tinysight.unknown_threshold"]) == 0.6


def test_an_ending_that_is_no_format_is_refused() -> None:
    with pytest.raises(ConfigError, match=r"ends in .parquet, .csv, .jsonl. Received: answers.xlsx"):
        check_table(Path("answers.xlsx"))


def test_without_pyarrow_the_error_names_the_other_formats(monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def without(name: str, *more: object) -> object:
        if name == "pyarrow":
            raise ModuleNotFoundError(name=name)
        return real(name, *more)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(ConfigError, match=r"needs the package pyarrow.*Name a .csv or .jsonl file"):
        check_table(Path("a.parquet"))
    check_table(Path("a.csv"))
