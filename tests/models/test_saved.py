"""What training leaves on disk is whole, readable by a spreadsheet, and refused in words when broken."""

import csv
import json
from pathlib import Path

import pytest

from tinysight.errors import DataError
from tinysight.models.fitted import Epoch
from tinysight.models.saved import TrainFacts, load_model, write_curves, write_facts


def test_curves_are_a_table_with_a_row_an_epoch(tmp_path: Path):
    write_curves(tmp_path, [Epoch(1, 0.5, 0.8, 0.6, 0.75), Epoch(2, 0.4, 0.9, 0.5, 0.8)])
    with (tmp_path / "curves.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert [row["epoch"] for row in rows] == ["1", "2"]
    assert list(rows[0]) == ["epoch", "loss", "accuracy", "val_loss", "val_accuracy"]
    assert rows[1]["val_loss"] == "0.5"


def test_a_candidate_without_epochs_has_only_the_header(tmp_path: Path):
    write_curves(tmp_path, [])
    assert (tmp_path / "curves.csv").read_text() == "epoch,loss,accuracy,val_loss,val_accuracy\n"


def test_facts_are_json(tmp_path: Path):
    write_facts(tmp_path, TrainFacts("svm", 1.5, 0, 300, 0.9))
    assert json.loads((tmp_path / "train.json").read_text()) == {
        "kind": "svm", "train_seconds": 1.5, "epochs": 0, "rows": 300, "val_accuracy": 0.9,
    }  # fmt: skip


@pytest.mark.parametrize("content", [None, b"", b"not a Keras file"])
def test_a_broken_model_is_refused_with_the_fix(tmp_path: Path, content: bytes | None):
    if content is not None:
        (tmp_path / "model.keras").write_bytes(content)
    with pytest.raises(DataError, match="dvc repro"):
        load_model(tmp_path)
