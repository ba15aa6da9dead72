"""How much arithmetic one image costs, counted in the graph: the same on every machine."""

from collections.abc import Callable, Mapping
from math import prod
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime
from onnx import helper

from tinysight.errors import ModelError

Shapes = Mapping[str, tuple[int, ...]]
Rule = Callable[[onnx.NodeProto, Shapes], int]


def multiply_adds(model: Path) -> int:
    """Multiplications and additions for one image; a product that is added to a sum counts once.

    Convolutions, matrix products, sums, poolings, bilinear resizes and elementwise arithmetic count;
    comparisons, activation functions and the moving of data do not.

    Args:
        model: a model.onnx with one input, whose first dimension is the batch.

    Raises:
        ModelError: if the file is no ONNX model, or cannot be run.
    """
    try:
        loaded = onnx.load(model)
        shapes = _shapes(loaded)
    except Exception as error:  # onnx, protobuf and ONNX Runtime raise types of their own
        raise ModelError(f"The arithmetic of {model} cannot be counted: {error}. Run `dvc repro` again.") from error
    return sum(_RULES[node.op_type](node, shapes) for node in loaded.graph.node if node.op_type in _RULES)


def _shapes(model: onnx.ModelProto) -> dict[str, tuple[int, ...]]:
    """The shape of every tensor, seen while one black image runs through the graph.

    Inference without running stops at shapes that the graph computes, as exported paddings do.
    """
    shapes = {tensor.name: tuple(tensor.dims) for tensor in model.graph.initializer}
    image = model.graph.input[0]
    shapes[image.name] = (1, *(dim.dim_value for dim in image.type.tensor_type.shape.dim[1:]))
    kind = helper.tensor_dtype_to_np_dtype(image.type.tensor_type.elem_type)
    names = [name for node in model.graph.node for name in node.output if name]
    watched = onnx.ModelProto()
    watched.CopyFrom(model)
    del watched.graph.output[:]
    watched.graph.output.extend(onnx.ValueInfoProto(name=name) for name in names)
    session = onnxruntime.InferenceSession(watched.SerializeToString(), _as_written(), ["CPUExecutionProvider"])
    values = session.run(names, {image.name: np.zeros(shapes[image.name], kind)})
    return shapes | {name: np.shape(value) for name, value in zip(names, values, strict=True)}


def _as_written() -> onnxruntime.SessionOptions:
    """The graph runs as it is in the file, on one thread, without a word."""
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    options.intra_op_num_threads = 1
    options.log_severity_level = 3
    return options


def _attribute(node: onnx.NodeProto, name: str, default: Any) -> Any:
    return next((helper.get_attribute_value(a) for a in node.attribute if a.name == name), default)


def _each_output(node: onnx.NodeProto, shapes: Shapes) -> int:
    return prod(shapes[node.output[0]])


def _each_input(node: onnx.NodeProto, shapes: Shapes) -> int:
    return prod(shapes[node.input[0]])


def _convolution(node: onnx.NodeProto, shapes: Shapes) -> int:
    kernel = shapes[node.input[1]]  # (out, in / groups, height, width)
    return _each_output(node, shapes) * prod(kernel[1:])


def _transposed_convolution(node: onnx.NodeProto, shapes: Shapes) -> int:
    kernel = shapes[node.input[1]]  # (in, out / groups, height, width)
    return _each_input(node, shapes) * prod(kernel[1:])


def _matrix_product(node: onnx.NodeProto, shapes: Shapes) -> int:
    return _each_output(node, shapes) * shapes[node.input[0]][-1]


def _general_matrix_product(node: onnx.NodeProto, shapes: Shapes) -> int:
    left = shapes[node.input[0]]
    inner = left[0 if _attribute(node, "transA", 0) else 1]
    return _each_output(node, shapes) * inner


def _average_pool(node: onnx.NodeProto, shapes: Shapes) -> int:
    kernel: list[int] = _attribute(node, "kernel_shape", [])
    return _each_output(node, shapes) * prod(kernel)


def _einsum(node: onnx.NodeProto, shapes: Shapes) -> int:
    equation = _attribute(node, "equation", b"").decode().replace(" ", "")
    if "." in equation:
        raise ModelError(f"The multiply-adds of Einsum {equation} cannot be counted. Name each of its dimensions.")
    sizes: dict[str, int] = {}
    for term, name in zip(equation.split("->")[0].split(","), node.input, strict=True):
        sizes |= zip(term, shapes[name], strict=True)
    return prod(sizes.values())


def _resize(node: onnx.NodeProto, shapes: Shapes) -> int:
    taps = {b"nearest": 0, b"linear": 4, b"cubic": 16}[_attribute(node, "mode", b"nearest")]
    return _each_output(node, shapes) * taps


_RULES: dict[str, Rule] = {
    "Conv": _convolution,
    "ConvInteger": _convolution,
    "ConvTranspose": _transposed_convolution,
    "MatMul": _matrix_product,
    "MatMulInteger": _matrix_product,
    "Gemm": _general_matrix_product,
    "Einsum": _einsum,
    "AveragePool": _average_pool,
    "GlobalAveragePool": _each_input,
    "ReduceMean": _each_input,
    "ReduceSum": _each_input,
    "ReduceSumSquare": _each_input,
    "ReduceL2": _each_input,
    "Resize": _resize,
    "BatchNormalization": _each_output,
    "Add": _each_output,
    "Sub": _each_output,
    "Mul": _each_output,
    "Div": _each_output,
}
