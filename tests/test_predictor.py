import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper
from onnx_models import COLOURS, solid_png, tiny_model
from serving import PHOTOS, RGB

from tinysight.errors import ImageError, ModelError
from tinysight.predictor import Predictor


@pytest.fixture
def predictor(tmp_path: Path) -> Predictor:
    return Predictor(tiny_model(tmp_path / "model.onnx"))


@pytest.mark.parametrize("colour", COLOURS)
def test_the_best_class_is_named(predictor: Predictor, colour: str) -> None:
    prediction = predictor.predict(solid_png(RGB[colour]))
    assert prediction.class_name == prediction.best_class == colour
    assert not prediction.unknown
    assert prediction.confidence == max(prediction.probabilities.values())


def test_probabilities_are_in_the_contracts_order_and_sum_to_one(predictor: Predictor) -> None:
    probabilities = predictor.predict(PHOTOS[0].read_bytes()).probabilities
    assert tuple(probabilities) == COLOURS
    assert sum(probabilities.values()) == pytest.approx(1, abs=1e-6)


def test_below_the_threshold_the_answer_is_unknown_and_still_names_the_best(tmp_path: Path) -> None:
    predictor = Predictor(tiny_model(tmp_path / "model.onnx", unknown_threshold=1.0))
    prediction = predictor.predict(PHOTOS[0].read_bytes())
    assert prediction.class_name is None
    assert prediction.unknown
    assert prediction.best_class in COLOURS


def test_given_out_numbers_are_short_and_name_the_same_float32(predictor: Predictor) -> None:
    """Small answers lose nothing."""
    given = np.asarray([0.1, 0.2, 0.7], np.float32)
    values = list(predictor.judge(given).probabilities.values())
    assert values == [0.1, 0.2, 0.7]
    drawn = np.random.default_rng(0).dirichlet([1, 1, 1]).astype(np.float32)
    again = np.asarray(list(predictor.judge(drawn).probabilities.values()), np.float32)
    np.testing.assert_array_equal(again, drawn)


def test_a_batch_gives_what_single_pictures_give(predictor: Predictor) -> None:
    images = np.stack([predictor.decode(photo.read_bytes()) for photo in PHOTOS])
    single = np.concatenate([predictor.probabilities(image[None]) for image in images])
    np.testing.assert_allclose(predictor.probabilities(images), single, atol=1e-6)


def test_a_model_from_bytes_is_the_model_from_its_file(tmp_path: Path) -> None:
    path = tiny_model(tmp_path / "model.onnx")
    photo = PHOTOS[0].read_bytes()
    assert Predictor(path.read_bytes()).predict(photo) == Predictor(path).predict(photo)


def test_broken_pictures_are_refused(predictor: Predictor) -> None:
    with pytest.raises(ImageError, match="Not a picture"):
        predictor.predict(b"text")


@pytest.mark.parametrize("data", [b"", b"no graph"])
def test_a_file_that_is_no_model_is_refused_in_words(data: bytes) -> None:
    with pytest.raises(ModelError, match="cannot load the model"):
        Predictor(data)


def test_a_missing_file_is_a_model_error(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"nothing\.onnx"):
        Predictor(tmp_path / "nothing.onnx")


def test_a_model_without_a_contract_is_refused(tmp_path: Path) -> None:
    model = onnx.load(tiny_model(tmp_path / "model.onnx"))
    del model.metadata_props[:]
    with pytest.raises(ModelError, match="no tinysight contract"):
        Predictor(model.SerializeToString())


@pytest.mark.parametrize("promise", [{"image_size": 16}, {"class_names": ("red", "green")}])
def test_a_graph_that_does_not_fit_its_contract_is_refused(tmp_path: Path, promise: dict[str, object]) -> None:
    """Else every request would fail, or be answered with another class's name."""
    tiny_model(tmp_path / "model.onnx")
    model = onnx.load(tmp_path / "model.onnx")
    other = Predictor(tmp_path / "model.onnx").contract.model_copy(update=promise)
    helper.set_model_props(model, other.to_metadata())
    with pytest.raises(ModelError, match="contract promises"):
        Predictor(model.SerializeToString())


def test_a_graph_that_wants_floats_is_refused(tmp_path: Path) -> None:
    model = onnx.load(tiny_model(tmp_path / "model.onnx"))
    model.graph.input[0].type.tensor_type.elem_type = TensorProto.FLOAT
    with pytest.raises(ModelError, match="one uint8 input"):
        Predictor(model.SerializeToString())


def test_onnx_runtime_reports_to_nobody() -> None:
    """Its telemetry is a thread that begins with the import; a program of ours has none but its own."""
    code = "import tinysight.predictor, os; print(len(os.listdir('/proc/self/task')))"
    environment = {**os.environ, "OPENBLAS_NUM_THREADS": "1"}
    environment = {key: value for key, value in environment.items() if key not in ("ORT_DISABLE_TELEMETRY", "CI")}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "1"
