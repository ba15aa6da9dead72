"""model.int8.onnx answers as model.onnx does, is far smaller, carries the contract, and is the same each time."""

import numpy as np
import onnx
import pytest
from shapes import QUICK, shape_contract, shape_data

from tinysight.errors import ModelError
from tinysight.models import int8, majority
from tinysight.models.int8 import quantise
from tinysight.models.onnx_file import to_onnx, with_probabilities
from tinysight.models.training import fit_candidate
from tinysight.params import SmallCnnParams
from tinysight.predictor import Predictor

SMALL = SmallCnnParams(
    kind="small_cnn", width=16, dropout=0.0, learning_rate=0.01, weight_decay=0.0005, label_smoothing=0.05
)


@pytest.fixture(scope="module")
def data():
    return shape_data()


@pytest.fixture(scope="module")
def content(data, tmp_path_factory) -> bytes:
    model = fit_candidate(SMALL, data, QUICK, 0, tmp_path_factory.mktemp("cache")).model
    return to_onnx(with_probabilities(model, 0.7), shape_contract(), 17)


@pytest.fixture(scope="module")
def made(content, data) -> bytes:
    return quantise(content, data, shape_contract())


def test_it_answers_as_the_float_file_and_has_a_third_of_its_bytes(content, made, data):
    images = data.pixels[data.val_rows]
    ours, theirs = (Predictor(file).probabilities(images) for file in (made, content))
    assert np.mean(ours.argmax(axis=1) == theirs.argmax(axis=1)) >= 0.95
    assert np.abs(ours - theirs).mean() < 0.02
    assert len(made) < len(content) / 3


def test_it_carries_the_contract_and_says_that_it_is_int8(content, made):
    contract = Predictor(made).contract
    assert contract.precision == "int8"
    assert contract.model_copy(update={"precision": "float32"}) == Predictor(content).contract
    proto, before = onnx.load_from_string(made), onnx.load_from_string(content)
    assert proto.ir_version == before.ir_version
    assert {entry.version for entry in proto.opset_import if not entry.domain} == {17}


def test_it_is_the_same_each_time(content, made, data):
    assert quantise(content, data, shape_contract()) == made


def test_weights_keep_seven_bits_and_the_last_layer_all_of_them(made):
    """Without VNNI, products of 8 bits overflow in pairs."""
    proto = onnx.load_from_string(made)
    tensors = {tensor.name: onnx.numpy_helper.to_array(tensor) for tensor in proto.graph.initializer}
    weights = [tensor for tensor in tensors.values() if tensor.dtype == np.int8 and tensor.ndim > 1]
    assert weights
    assert max(np.abs(tensor.astype(int)).max() for tensor in weights) <= 64
    last = [node for node in proto.graph.node if node.op_type in ("MatMul", "Gemm")][-1]
    assert tensors[last.input[1]].dtype == np.float32


def test_a_graph_without_layers_to_quantise_is_refused(data):
    file = to_onnx(with_probabilities(majority.fit(data).model, 1.0), shape_contract(), 17)
    with pytest.raises(ModelError, match="no layer that could compute with bytes"):
        quantise(file, data, shape_contract())


def test_only_networks_are_quantised():
    assert {"mlp", "tutorial_cnn", "small_cnn", "transfer"} == int8.KINDS
