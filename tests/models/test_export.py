"""A model file is one graph with its contract, the same bytes whoever makes it, and proved against Keras."""

import os
import subprocess
import sys
from pathlib import Path

import keras
import numpy as np
import onnx
import pytest
from numpy.typing import NDArray
from shapes import CLASSES, shape_contract, shape_data

from tinysight.errors import ModelError
from tinysight.imaging import Decoding, Pixels
from tinysight.models import mlp, small_cnn, svm
from tinysight.models.export import Provenance, check_parity, export_model, largest_difference
from tinysight.models.onnx_file import convert, finish, with_probabilities
from tinysight.models.saved import save_model
from tinysight.params import ExportParams, MlpParams, SmallCnnParams, SvmParams
from tinysight.predictor import Predictor

SETTINGS = ExportParams(opset=17, precision=0.9, answered=0.9, int8=True)
DECODING = Decoding(image_size=16, fit="crop", background=(1, 2, 3), window=(0.0, 4095.0))
PROVENANCE = Provenance("d" * 64, "p" * 64)
SVM = SvmParams(kind="svm", side=32, cell=4, bins=9, components=16, landmarks=10, gamma=1.0, c=1.0)
SMALL = SmallCnnParams(
    kind="small_cnn", width=4, dropout=0.0, learning_rate=0.01, weight_decay=0.0, label_smoothing=0.0
)


@pytest.fixture(scope="module")
def model() -> keras.Model:
    keras.utils.set_random_seed(0)
    return small_cnn.build(SMALL, 16, 3)


def test_a_file_holds_one_graph_and_the_contract(model):
    exported = export_model(model, shape_data(), DECODING, SETTINGS, PROVENANCE)
    predictor = Predictor(exported.content)
    assert predictor.contract == exported.contract
    assert predictor.contract.class_names == CLASSES
    assert predictor.decoding == DECODING
    assert (predictor.contract.dataset_digest, predictor.contract.params_digest) == ("d" * 64, "p" * 64)
    proto = onnx.load_from_string(exported.content)
    assert [value.name for value in proto.graph.input] == ["image"]
    assert [value.name for value in proto.graph.output] == ["probabilities"]
    assert {entry.version for entry in proto.opset_import if not entry.domain} == {17}
    assert not [tensor.name for tensor in proto.graph.initializer if tensor.external_data]


@pytest.mark.parametrize("rows", [1, 2, 7])
def test_a_file_takes_any_number_of_pictures(model, rows: int):
    predictor = Predictor(finish(convert(with_probabilities(model, 1.0), 17), shape_contract()))
    found = predictor.probabilities(shape_data().pixels[:rows])
    assert found.shape == (rows, 3)
    np.testing.assert_allclose(found.sum(axis=1), 1, rtol=1e-5)


@pytest.mark.parametrize("opset", [13, 15, 18])
def test_a_file_has_the_opset_that_was_asked_for(model, opset: int):
    proto = onnx.load_from_string(finish(convert(with_probabilities(model, 1.0), opset), shape_contract()))
    assert proto.opset_import[0].version == opset
    assert proto.ir_version <= 8


def test_the_facts_say_what_val_and_parity_showed(model):
    exported = export_model(model, shape_data(), DECODING, SETTINGS, PROVENANCE)
    facts = exported.facts()
    assert facts["file_bytes"] == len(exported.content)
    assert facts["temperature"] == exported.contract.temperature
    assert exported.parity < 1e-5
    confidence = Predictor(exported.content).probabilities(shape_data().pixels[shape_data().val_rows]).max(axis=1)
    assert facts["val_answered"] == np.mean(confidence >= exported.contract.unknown_threshold)


def test_a_file_that_answers_otherwise_than_keras_is_refused(model):
    content = finish(convert(with_probabilities(model, 0.2), 17), shape_contract())
    with pytest.raises(ModelError, match="must agree to 0"):
        check_parity(with_probabilities(model, 5.0), content, shape_data())


def test_parity_is_proved_on_enough_pictures(model):
    whole, seen = with_probabilities(model, 1.0), []
    answers = Predictor(finish(convert(whole, 17), shape_contract())).probabilities

    def counted(images: Pixels) -> NDArray[np.float32]:
        seen.append(len(images))
        return answers(images)

    assert largest_difference(whole.predict_on_batch, counted, shape_data(train=300, val=30)) < 1e-5
    assert sum(seen) == 256


def test_an_answer_that_is_no_number_is_no_parity() -> None:
    right, wrong = ((lambda images, value=value: np.full((len(images), 3), value)) for value in (1.0, np.nan))
    assert np.isnan(largest_difference(right, wrong, shape_data()))


def test_a_model_whose_weights_are_no_numbers_is_refused(model):
    broken = small_cnn.build(SMALL, 16, 3)
    broken.get_layer("logits").bias.assign([np.nan, 0, 0])
    with pytest.raises(ModelError, match="not finite"):
        export_model(broken, shape_data(), DECODING, SETTINGS, PROVENANCE)


EXPORT = """
import sys, pathlib
sys.path[:0] = sys.argv[3:]
from shapes import shape_contract
from tinysight.models.onnx_file import convert, finish, with_probabilities
from tinysight.models.saved import load_model
for folder in sorted(pathlib.Path(sys.argv[1]).iterdir()):
    content = finish(convert(with_probabilities(load_model(folder), 0.7), 17), shape_contract())
    pathlib.Path(sys.argv[2], folder.name).write_bytes(content)
"""


@pytest.mark.slow
def test_two_fresh_processes_write_the_same_bytes(model, tmp_path: Path):
    kinds = {
        "small_cnn": model,
        "mlp": mlp.build(MlpParams(kind="mlp", side=8, hidden=(8,), dropout=0.5, learning_rate=0.1), 16, 3),
        "svm": svm.build(SVM, 16, 3, landmarks=8),
    }
    for name, built in kinds.items():
        (tmp_path / "models" / name).mkdir(parents=True)
        save_model(tmp_path / "models" / name, built)
    for hash_seed, out in (("1", "one"), ("2", "other")):  # tf2onnx goes through sets of names
        (tmp_path / out).mkdir()
        command = [sys.executable, "-c", EXPORT, str(tmp_path / "models"), str(tmp_path / out), *sys.path]
        subprocess.run(command, check=True, env={**os.environ, "PYTHONHASHSEED": hash_seed})
    for name in kinds:
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "other" / name).read_bytes()
