"""What training and export left behind is read for each file that is scored, and what is missing is named."""

import json
from pathlib import Path

import pytest

from tinysight.errors import DataError
from tinysight.evaluation.judging import read_trained


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "train.json").write_text(json.dumps({"kind": "mlp", "train_seconds": 2.5}))
    (tmp_path / "export.json").write_text(json.dumps({"precision_reached": True, "int8": {"precision_reached": False}}))
    return tmp_path


def test_each_file_has_its_own_word_on_precision(folder):
    whole, small = read_trained(folder, folder), read_trained(folder, folder, int8=True)
    assert (whole.kind, whole.train_seconds, whole.precision_reached) == ("mlp", 2.5, True)
    assert (small.kind, small.train_seconds, small.precision_reached) == ("mlp", 2.5, False)


@pytest.mark.parametrize("content", ["{", '{"kind": "mlp"}'])
def test_a_broken_file_says_what_to_run(folder, content: str):
    (folder / "train.json").write_text(content)
    with pytest.raises(DataError, match="dvc repro"):
        read_trained(folder, folder)
