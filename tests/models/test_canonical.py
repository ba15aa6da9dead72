"""A graph comes out the same whatever its nodes were called and in which order they stood."""

import numpy as np
import onnx
import onnxruntime
from hypothesis import given, settings
from hypothesis import strategies as st
from onnx import TensorProto, helper, numpy_helper

from tinysight.models.canonical import canonicalise

WEIGHTS = np.arange(6, dtype=np.float32).reshape(3, 2)


def graph(name, order, extra=False) -> onnx.ModelProto:
    """(x @ w) + relu(x @ w), with values called as `name` says and nodes standing in `order`."""
    nodes = [
        helper.make_node("MatMul", ["in", name("w")], [name("product")], name=name("n0")),
        helper.make_node("Relu", [name("product")], [name("positive")], name=name("n1")),
        helper.make_node("Add", [name("product"), name("positive")], ["out"], name=name("n2")),
    ]
    if extra:
        nodes.append(helper.make_node("Neg", [name("product")], [name("unused")]))
    made = helper.make_graph(
        [nodes[place] for place in order] + nodes[3:],
        "graph",
        [helper.make_tensor_value_info("in", TensorProto.FLOAT, ["N", 3])],
        [helper.make_tensor_value_info("out", TensorProto.FLOAT, ["N", 2])],
        [numpy_helper.from_array(WEIGHTS, name("w")), numpy_helper.from_array(WEIGHTS, name("spare"))],
    )
    return helper.make_model(made, ir_version=8, opset_imports=[helper.make_opsetid("", 17)])


def canonical(model: onnx.ModelProto) -> bytes:
    canonicalise(model.graph, "image", "probabilities")
    onnx.checker.check_model(model, full_check=True)
    return model.SerializeToString(deterministic=True)


@settings(max_examples=50)
@given(st.permutations(range(3)), st.text("abc", min_size=1), st.booleans())
def test_names_order_and_what_is_unused_leave_no_trace(order, prefix, extra):
    expected = canonical(graph(lambda name: name, range(3)))
    assert canonical(graph(lambda name: f"{prefix}/{name}__{len(prefix)}", order, extra)) == expected


def test_the_answers_stay():
    session = onnxruntime.InferenceSession(
        canonical(graph(lambda name: name, range(3))), providers=["CPUExecutionProvider"]
    )
    x = np.array([[1, -2, 3]], dtype=np.float32)
    product = x @ WEIGHTS
    np.testing.assert_allclose(session.run(["probabilities"], {"image": x})[0], product + np.maximum(product, 0))


def test_values_are_named_by_what_makes_them():
    model = graph(lambda name: name, range(3))
    canonical(model)
    assert [node.name for node in model.graph.node] == ["MatMul_0", "Relu_1", "Add_2"]
    assert [list(node.output) for node in model.graph.node] == [["MatMul_0"], ["Relu_1"], ["probabilities"]]
    assert [tensor.name for tensor in model.graph.initializer] == ["constant_0"]
