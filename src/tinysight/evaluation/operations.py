"""How much arithmetic one image costs, counted in the graph: the same on every machine."""

from collections.abc import Callable, Mapping
from math import prod
from pathlib import Path
from typing import Any

import onnx
from onnx import helper, shape_inference

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
        ModelError: if the file is no ONNX model, or a shape that is needed cannot be inferred.
    """
    graph = _one_image(model).graph
    shapes = _shapes(graph)
    return sum(_RULES[node.op_type](node, shapes) for node in graph.node if node.op_type in _RULES)


def _one_image(path: Path) -> onnx.ModelProto:
    """The model with a batch of one and every shape inferred anew."""
    try:
        model = onnx.load(path)
        model.graph.input[0].type.tensor_type.shape.dim[0].dim_value = 1
        model.graph.ClearField("value_info")
        for output in model.graph.output:
            output.type.tensor_type.ClearField("shape")
        return shape_inference.infer_shapes(model, strict_mode=True, data_prop=True)
    except Exception as error:  # onnx and protobuf raise types of their own
        raise ModelError(f"{path} is no ONNX model that can be counted: {error}. Run `dvc repro` again.") from error


def _shapes(graph: onnx.GraphProto) -> dict[str, tuple[int, ...]]:
    shapes = {tensor.name: tuple(tensor.dims) for tensor in graph.initializer}
    for node in graph.node:
        if node.op_type == "Constant" and node.attribute[0].HasField("t"):
            shapes[node.output[0]] = tuple(node.attribute[0].t.dims)
    for value in [*graph.input, *graph.value_info, *graph.output]:
        dims = value.type.tensor_type.shape.dim
        if all(dim.HasField("dim_value") for dim in dims):
            shapes[value.name] = tuple(dim.dim_value for dim in dims)
    return shapes


def _shape(node: onnx.NodeProto, shapes: Shapes, name: str) -> tuple[int, ...]:
    try:
        return shapes[name]
    except KeyError:
        raise ModelError(
            f"The multiply-adds of {node.op_type} {node.name or node.output[0]} cannot be counted: the shape of {name}"
            " depends on the picture. Use layers of fixed shape in this candidate."
        ) from None


def _attribute(node: onnx.NodeProto, name: str, default: Any) -> Any:
    return next((helper.get_attribute_value(a) for a in node.attribute if a.name == name), default)


def _each_output(node: onnx.NodeProto, shapes: Shapes) -> int:
    return prod(_shape(node, shapes, node.output[0]))


def _each_input(node: onnx.NodeProto, shapes: Shapes) -> int:
    return prod(_shape(node, shapes, node.input[0]))


def _convolution(node: onnx.NodeProto, shapes: Shapes) -> int:
    kernel = _shape(node, shapes, node.input[1])  # (out, in / groups, height, width)
    return _each_output(node, shapes) * prod(kernel[1:])


def _transposed_convolution(node: onnx.NodeProto, shapes: Shapes) -> int:
    kernel = _shape(node, shapes, node.input[1])  # (in, out / groups, height, width)
    return _each_input(node, shapes) * prod(kernel[1:])


def _matrix_product(node: onnx.NodeProto, shapes: Shapes) -> int:
    return _each_output(node, shapes) * _shape(node, shapes, node.input[0])[-1]


def _general_matrix_product(node: onnx.NodeProto, shapes: Shapes) -> int:
    left = _shape(node, shapes, node.input[0])
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
        sizes |= zip(term, _shape(node, shapes, name), strict=True)
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
