"""Multiply-adds of small graphs, each counted by hand."""

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper
from onnx_models import tiny_model

from tinysight.errors import ModelError
from tinysight.evaluation.operations import multiply_adds


def graph_of(path, nodes, constants, shape, output="y"):
    inputs = [helper.make_tensor_value_info("x", TensorProto.FLOAT, shape)]
    outputs = [helper.make_tensor_value_info(output, TensorProto.FLOAT, None)]
    tensors = [numpy_helper.from_array(np.asarray(value), name) for name, value in constants.items()]
    graph = helper.make_graph(nodes, "g", inputs, outputs, tensors)
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8), path)
    return path


def zeros(*shape):
    return np.zeros(shape, dtype=np.float32)


ONE = {
    "convolution": ("Conv", {"w": zeros(8, 3, 3, 3)}, {"pads": [1, 1, 1, 1]}, ["N", 3, 10, 10], 8 * 100 * 27),
    "its bias is free": ("Conv", {"w": zeros(8, 3, 3, 3), "b": zeros(8)}, {}, ["N", 3, 10, 10], 8 * 64 * 27),
    "strided": ("Conv", {"w": zeros(8, 3, 3, 3)}, {"strides": [2, 2]}, ["N", 3, 11, 11], 8 * 25 * 27),
    "depthwise": ("Conv", {"w": zeros(6, 1, 3, 3)}, {"group": 6}, ["N", 6, 5, 5], 6 * 9 * 9),
    "transposed": ("ConvTranspose", {"w": zeros(3, 8, 2, 2)}, {"strides": [2, 2]}, ["N", 3, 5, 5], 75 * 8 * 4),
    "matrix product": ("MatMul", {"w": zeros(12, 7)}, {}, ["N", 12], 84),
    "of many rows": ("MatMul", {"w": zeros(12, 7)}, {}, ["N", 5, 12], 5 * 84),
    "Gemm": ("Gemm", {"w": zeros(12, 7), "b": zeros(7)}, {}, ["N", 12], 84),
    "Gemm, transposed": ("Gemm", {"w": zeros(7, 12)}, {"transB": 1}, ["N", 12], 84),
    "Einsum": ("Einsum", {"w": zeros(4, 6)}, {"equation": "nij,jk->nik"}, ["N", 3, 4], 3 * 4 * 6),
    "average pool": ("AveragePool", {}, {"kernel_shape": [2, 2], "strides": [2, 2]}, ["N", 3, 8, 8], 3 * 64),
    "global pool": ("GlobalAveragePool", {}, {}, ["N", 3, 8, 8], 192),
    "sum": ("ReduceSum", {"axes": np.array([1])}, {}, ["N", 9], 9),
    "scaling": ("Mul", {"s": np.float32(0.5)}, {}, ["N", 4, 4, 3], 48),
    "activation is free": ("Relu", {}, {}, ["N", 4, 4, 3], 0),
    "moving is free": ("Transpose", {}, {"perm": [0, 2, 1]}, ["N", 4, 3], 0),
}


@pytest.mark.parametrize("name", ONE)
def test_one_operator_is_counted_exactly(tmp_path, name):
    kind, constants, attributes, shape, expected = ONE[name]
    node = helper.make_node(kind, ["x", *constants], ["y"], **attributes)
    assert multiply_adds(graph_of(tmp_path / "m.onnx", [node], constants, shape)) == expected


@pytest.mark.parametrize(("mode", "taps"), [("nearest", 0), ("linear", 4), ("cubic", 16)])
def test_a_resize_costs_what_it_blends(tmp_path, mode, taps):
    node = helper.make_node("Resize", ["x", "", "", "size"], ["y"], mode=mode)
    path = graph_of(tmp_path / "m.onnx", [node], {"size": np.array([1, 3, 8, 8])}, ["N", 3, 4, 4])
    assert multiply_adds(path) == 3 * 64 * taps


def test_a_graph_is_the_sum_of_its_nodes_for_one_image(tmp_path):
    side, classes = 8, 3
    pixels, features = side * side * 3, side * 3
    assert multiply_adds(tiny_model(tmp_path / "m.onnx", image_size=side)) == 2 * pixels + features * classes


def test_shapes_that_the_graph_computes_are_followed(tmp_path):
    nodes = [
        helper.make_node("Shape", ["x"], ["shape"]),
        helper.make_node("Gather", ["shape", "zero"], ["batch"], axis=0),
        helper.make_node("Concat", ["batch", "minus_one"], ["flat"], axis=0),
        helper.make_node("Reshape", ["x", "flat"], ["features"]),
        helper.make_node("MatMul", ["features", "w"], ["y"]),
    ]
    constants = {"zero": np.array([0]), "minus_one": np.array([-1]), "w": zeros(48, 5)}
    assert multiply_adds(graph_of(tmp_path / "m.onnx", nodes, constants, ["N", 4, 4, 3])) == 48 * 5


def test_shapes_that_no_inference_finds_are_seen_by_running(tmp_path):
    nodes = [
        helper.make_node("Shape", ["x"], ["shape"]),
        helper.make_node("Gather", ["shape", "one"], ["width"], axis=0),
        helper.make_node(
            "ConstantOfShape", ["width"], ["mask"], value=helper.make_tensor("v", TensorProto.BOOL, [1], [1])
        ),
        helper.make_node("Compress", ["x", "mask"], ["kept"], axis=1),
        helper.make_node("MatMul", ["kept", "w"], ["y"]),
    ]
    constants = {"one": np.array([1]), "w": zeros(6, 5)}
    assert multiply_adds(graph_of(tmp_path / "m.onnx", nodes, constants, ["N", 6])) == 30


def test_an_einsum_with_unnamed_dimensions_is_an_error(tmp_path):
    node = helper.make_node("Einsum", ["x", "w"], ["y"], equation="...j,jk->...k")
    with pytest.raises(ModelError, match="Name each of its dimensions"):
        multiply_adds(graph_of(tmp_path / "m.onnx", [node], {"w": zeros(4, 6)}, ["N", 3, 4]))


def test_a_file_that_is_no_model_is_an_error_in_words(tmp_path):
    (tmp_path / "m.onnx").write_bytes(b"not a model")
    with pytest.raises(ModelError, match="cannot be counted"):
        multiply_adds(tmp_path / "m.onnx")
