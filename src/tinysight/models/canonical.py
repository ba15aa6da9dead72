"""One order and one name for everything in an ONNX graph, so that equal models are equal bytes."""

from collections.abc import Mapping

import onnx


def canonicalise(graph: onnx.GraphProto, input_name: str, output_name: str) -> None:
    """Orders and names a graph by its own structure.

    tf2onnx goes through sets of names, so that the order of nodes and the numbers in names depend on
    Python's hash seed. Here nodes come in the order in which the output needs them, first inputs first; values and
    nodes are numbered in that order, and what nothing needs is dropped.

    Args:
        graph: with one input and one output, changed in place; none of its nodes holds a subgraph.
        input_name: the input's new name.
        output_name: the output's new name.
    """
    order = _order(graph)
    names = {"": "", graph.input[0].name: input_name, graph.output[0].name: output_name}
    constants = {tensor.name: tensor for tensor in graph.initializer}
    kept: list[onnx.TensorProto] = []
    for number, node in enumerate(order):
        for name in node.input:
            if name in constants and name not in names:
                names[name] = f"constant_{len(kept)}"
                kept.append(constants[name])
        for place, name in enumerate(node.output):
            names.setdefault(name, f"{node.op_type}_{number}" + (f"_{place}" if place else ""))
        node.name = f"{node.op_type}_{number}"
    _rename(graph, order, kept, names)


def _order(graph: onnx.GraphProto) -> list[onnx.NodeProto]:
    """The nodes that the output needs, each after what it needs itself."""
    makers = {name: node for node in graph.node for name in node.output}
    order: list[onnx.NodeProto] = []
    done: set[str] = set()
    waiting = [graph.output[0].name]
    while waiting:
        name = waiting[-1]
        node = makers.get(name)
        missing = [] if node is None or name in done else [n for n in node.input if n in makers and n not in done]
        if missing:
            waiting.append(missing[0])
            continue
        waiting.pop()
        if node is not None and name not in done:
            done.update(node.output)
            order.append(node)
    return order


def _rename(
    graph: onnx.GraphProto, order: list[onnx.NodeProto], kept: list[onnx.TensorProto], names: Mapping[str, str]
) -> None:
    for node in order:
        node.input[:] = [names[name] for name in node.input]
        node.output[:] = [names[name] for name in node.output]
        node.doc_string = ""
        node.attribute.sort(key=lambda attribute: attribute.name)
    for tensor in kept:
        tensor.name, tensor.doc_string = names[tensor.name], ""
    graph.input[0].name, graph.output[0].name = names[graph.input[0].name], names[graph.output[0].name]
    for field, content in (("node", order), ("initializer", kept), ("value_info", [])):
        copies = [type(entry).FromString(entry.SerializeToString(deterministic=True)) for entry in content]
        graph.ClearField(field)
        getattr(graph, field).extend(copies)
