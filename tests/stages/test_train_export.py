"""train and export write what the later stages read; a rung that fails leaves its reason and stops nothing."""

import json
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest
from shapes import CLASSES, write_shapes
from tiny_datasets import make_params

from tinysight.errors import DataError, ModelError
from tinysight.models import int8, majority
from tinysight.models.status import OK, Status, failure, read_int8_status, read_status, write_status
from tinysight.paths import Paths
from tinysight.predictor import Predictor
from tinysight.stages import export, train

QUICK = (
    "dataset.image_size=16", "train.epochs=2", "models.svm.side=16", "models.mlp.hidden=[16]",
    "models.small_cnn.width=4",
)  # fmt: skip


@pytest.fixture
def paths(tmp_path: Path) -> Paths:
    write_shapes(tmp_path)
    return Paths(tmp_path)


@pytest.mark.parametrize("candidate", ["majority", "svm", "small_cnn"])
def test_a_candidate_leaves_its_model_its_facts_and_a_file_that_predicts(paths: Paths, candidate: str):
    params = make_params(*QUICK)
    train.run(params, paths, candidate)
    export.run(params, paths, candidate)
    left = {path.name for path in paths.train(candidate).iterdir()}
    assert left == {"model.keras", "curves.csv", "train.json", "status.json"}
    int8 = set() if candidate == "majority" else {"model.int8.onnx"}
    assert {path.name for path in paths.export(candidate).iterdir()} == {
        "model.onnx",
        "export.json",
        "status.json",
    } | int8
    facts = json.loads((paths.train(candidate) / "train.json").read_text())
    assert (facts["kind"], facts["rows"]) == (candidate, 90)
    curves = (paths.train(candidate) / "curves.csv").read_text().splitlines()
    assert len(curves) - 1 == facts["epochs"] == (2 if candidate == "small_cnn" else 0)
    content = (paths.export(candidate) / "model.onnx").read_bytes()
    assert json.loads((paths.export(candidate) / "export.json").read_text())["sha256"] == sha256(content).hexdigest()
    predictor = Predictor(content)
    images = np.load(paths.dataset / "pixels.npy")
    accuracy = np.mean(predictor.probabilities(images[90:135]).argmax(axis=1) == np.arange(90, 135) % 3)
    assert accuracy == pytest.approx(facts["val_accuracy"])


def test_the_contract_says_where_the_model_comes_from(paths: Paths):
    params = make_params(*QUICK)
    train.run(params, paths, "majority")
    export.run(params, paths, "majority")
    contract = Predictor(paths.export("majority") / "model.onnx").contract
    assert contract.class_names == CLASSES
    assert (contract.image_size, contract.fit, contract.background) == (16, "pad", (0, 0, 0))
    assert contract.dataset_digest == "0" * 64
    sections = ("seed", "dataset", "split", "augment", "train", "export", "models.majority")
    assert contract.params_digest == params.digest(*sections)


def test_a_candidate_that_fails_leaves_only_its_reason(paths: Paths, monkeypatch: pytest.MonkeyPatch, capfd):
    def fit(data: object) -> None:
        raise MemoryError("no room\nfor it")

    monkeypatch.setattr(majority, "fit", fit)
    train.run(make_params(*QUICK), paths, "majority")
    assert [path.name for path in paths.train("majority").iterdir()] == ["status.json"]
    assert read_status(paths.train("majority")) == Status("failed", "MemoryError: no room for it")
    assert "majority failed: MemoryError: no room for it" in capfd.readouterr().err


def test_what_a_training_was_spared_counts_as_its_time(paths: Paths, monkeypatch: pytest.MonkeyPatch):
    """Epochs before a kill, or features that came from the cache."""
    fit = majority.fit
    monkeypatch.setattr(majority, "fit", lambda data: replace(fit(data), earlier_seconds=1000.0))
    train.run(make_params(*QUICK), paths, "majority")
    assert 1000 < json.loads((paths.train("majority") / "train.json").read_text())["train_seconds"] < 1100


def test_export_passes_a_failure_on(paths: Paths):
    write_status(paths.train("svm"), Status("failed", "the loss became nan"))
    export.run(make_params(*QUICK), paths, "svm")
    assert [path.name for path in paths.export("svm").iterdir()] == ["status.json"]
    assert read_status(paths.export("svm")) == Status("failed", "the loss became nan")


def test_an_export_that_fails_leaves_only_its_reason(paths: Paths, monkeypatch: pytest.MonkeyPatch):
    from tinysight.models import export as exporting

    params = make_params(*QUICK)
    train.run(params, paths, "majority")
    monkeypatch.setattr(exporting, "TOLERANCE", -1.0)
    export.run(params, paths, "majority")
    assert [path.name for path in paths.export("majority").iterdir()] == ["status.json"]
    assert "must agree" in read_status(paths.export("majority")).reason


def test_other_weights_under_the_same_name_are_another_training(paths: Paths):
    params, file = make_params(*QUICK, "models.transfer.weights=w.h5"), paths.root / "w.h5"
    before = train._key(params, "transfer", paths), train._key(params, "svm", paths)
    file.write_bytes(b"other weights")
    assert train._key(params, "transfer", paths) != before[0]
    assert train._key(params, "svm", paths) == before[1]


@pytest.mark.parametrize("missing", ["data/dataset/dataset.json", "data/split/val.npy", "data/augmented/pixels.npy"])
def test_missing_inputs_stop_the_stage(paths: Paths, missing: str):
    (paths.root / missing).unlink()
    with pytest.raises(DataError, match="dvc repro"):
        train.run(make_params(*QUICK), paths, "majority")
    assert not paths.train("majority").exists()


def test_an_export_without_a_model_is_stopped(paths: Paths):
    write_status(paths.train("svm"), OK)
    with pytest.raises(DataError, match=r"model\.keras"):
        export.run(make_params(*QUICK), paths, "svm")


@pytest.mark.parametrize("error", [ModelError("no such layer"), MemoryError("no such layer"), OSError("no such layer")])
def test_a_network_that_cannot_be_quantised_keeps_its_float_file_and_the_reason(
    paths: Paths, monkeypatch: pytest.MonkeyPatch, capfd, error: Exception
):
    def refuse(*_: object) -> bytes:
        raise error

    monkeypatch.setattr(int8, "finish", refuse)  # of what quantise does, it comes late
    params = make_params(*QUICK)
    train.run(params, paths, "mlp")
    export.run(params, paths, "mlp")
    assert read_status(paths.export("mlp")) == OK
    assert paths.scored("mlp") == ("mlp",)
    facts = json.loads((paths.export("mlp") / "export.json").read_text())
    assert facts["sha256"] == sha256(paths.model("mlp").read_bytes()).hexdigest()
    assert facts["int8"] == {"failed": failure(error).reason}
    assert read_int8_status(paths.export("mlp")) == failure(error)
    assert "mlp_int8 failed: " in capfd.readouterr().err


def test_an_8_bit_file_of_an_earlier_export_does_not_stay(paths: Paths):
    params = make_params(*QUICK)
    train.run(params, paths, "mlp")
    export.run(params, paths, "mlp")
    assert paths.scored("mlp") == ("mlp", "mlp_int8")
    export.run(make_params(*QUICK, "export.int8=false"), paths, "mlp")
    assert paths.scored("mlp") == ("mlp",)
    assert read_int8_status(paths.export("mlp")) == OK
