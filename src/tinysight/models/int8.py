"""model.int8.onnx: the exported graph whose convolutions and dense layers compute with bytes."""

import logging
import tempfile
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import onnx

from tinysight.errors import ModelError
from tinysight.imaging import Pixels
from tinysight.models.export import Exported, fit_behind, largest_difference
from tinysight.models.onnx_file import INPUT, finish, joined
from tinysight.models.training_data import TrainingData
from tinysight.params import ExportParams
from tinysight.parts import in_parts
from tinysight.predictor import Predictor

CALIBRATION_ROWS = 300
BATCH = 32
OPERATIONS = ["Conv", "Gemm", "MatMul", "MaxPool"]
STEM = 1e-3  # share of all weights in the first convolutions that stay float32


def quantise(exported: Exported, data: TrainingData, settings: ExportParams) -> Exported:
    """The model with int8 weights, one scale a channel, and uint8 activations, as QDQ: the same in every process.

    Weights keep 7 bits: processors without VNNI add pairs of products in 16 bits, and 8 would overflow there
    unnoticed. The last layer and what follows it stay float32, so that confidence is not rounded, and so do the first
    convolutions, which hold hardly any weights and whose error every later layer sees. What follows the logits is
    fitted again, to the logits of the quantised layers: ordinary pictures must not look strange for being rounded.

    Args:
        exported: the float32 file and its layers.
        data: whose train rows and copies show which numbers flow through the graph.
        settings: as for export_model.

    Returns:
        The file, whose parity is measured against the float32 file, and its own layers.

    Raises:
        ModelError: if ONNX Runtime cannot quantise the graph, or nothing in it can be quantised.
    """
    classes = len(exported.contract.class_names)
    try:
        layers = _quantised(_folded(exported.layers), _calibration(data), classes)
    except Exception as error:  # onnx and ONNX Runtime raise types of their own
        raise ModelError(f"ONNX Runtime cannot quantise the graph: {error}.") from error
    if not any(node.op_type == "QuantizeLinear" for node in layers.graph.node):
        raise ModelError("The graph has no layer that could compute with bytes.")
    layers.ir_version = exported.layers.ir_version  # ONNX Runtime's tools write their own
    sure, behind = fit_behind(layers, data, settings)
    contract = exported.contract.model_copy(
        update={
            "precision": "int8", "temperature": sure.temperature, "unknown_threshold": sure.threshold.value,
        }
    )  # fmt: skip
    content = finish(joined(layers, behind), contract)
    ours, theirs = (Predictor(file).probabilities for file in (content, exported.content))
    return Exported(content, contract, sure.threshold, largest_difference(ours, theirs, data), layers)


class _Calibration:
    """Hands pictures to ONNX Runtime batch by batch, in the form that its CalibrationDataReader prescribes."""

    def __init__(self, batches: list[Pixels]) -> None:
        self._batches: Iterator[Pixels] = iter(batches)

    def get_next(self) -> dict[str, Pixels] | None:
        """The next batch by the input's name; None after the last."""
        batch = next(self._batches, None)
        return None if batch is None else {INPUT: batch}


def _calibration(data: TrainingData) -> _Calibration:
    places = np.sort(np.random.default_rng(0).permutation(len(data))[:CALIBRATION_ROWS])
    return _Calibration([data.images(part) for part in in_parts(places, data.at_once(BATCH))])


def _folded(proto: onnx.ModelProto) -> onnx.ModelProto:
    """The graph with batch norms multiplied into the convolutions before them, depthwise ones too.

    Otherwise channels whose numbers differ a hundredfold would share one scale between the two.
    """
    from onnxruntime.quantization.shape_inference import quant_pre_process

    used = {node.domain for node in proto.graph.node}
    with tempfile.TemporaryDirectory() as folder:
        before, after = Path(folder) / "whole.onnx", Path(folder) / "folded.onnx"
        before.write_bytes(proto.SerializeToString())
        quant_pre_process(before, after, skip_symbolic_shape=True)
        made = onnx.load(after)
    for entry in [entry for entry in made.opset_import if entry.domain not in used]:
        made.opset_import.remove(entry)
    return made


def _quantised(proto: onnx.ModelProto, calibration: _Calibration, classes: int) -> onnx.ModelProto:
    from onnxruntime.quantization import QuantFormat, QuantType, quantize_static

    quiet = logging.getLogger()
    level = quiet.level
    quiet.setLevel(logging.ERROR)  # it recommends steps of its own tool chain through the root logger
    try:
        with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
            warnings.simplefilter("ignore")
            before, after = Path(folder) / "float.onnx", Path(folder) / "int8.onnx"
            before.write_bytes(proto.SerializeToString())
            quantize_static(
                before, after, calibration, quant_format=QuantFormat.QDQ, op_types_to_quantize=OPERATIONS,
                per_channel=True, reduce_range=True, activation_type=QuantType.QUInt8, weight_type=QuantType.QInt8,
                nodes_to_exclude=_stem(proto.graph) + _last_layers(proto.graph, classes),
                extra_options={"ForceQuantizeNoInputCheck": False},
            )  # fmt: skip
            return onnx.load(after)
    finally:
        quiet.setLevel(level)


def _stem(graph: onnx.GraphProto) -> list[str]:
    """The names of the first convolutions, as long as they hold less than STEM of all weights."""
    sizes = {tensor.name: int(np.prod(tensor.dims)) for tensor in graph.initializer}
    left, names = STEM * sum(sizes.values()), []
    for node in graph.node:
        if node.op_type == "Conv":
            left -= sizes.get(node.input[1], 0)
            if left < 0:
                break
            names.append(node.name)
    return names


def _last_layers(graph: onnx.GraphProto, classes: int) -> list[str]:
    """The names of products that end in one number a class: the logits."""
    shapes: dict[str, Any] = {tensor.name: tuple(tensor.dims) for tensor in graph.initializer}
    products = [node for node in graph.node if node.op_type in ("Gemm", "MatMul")]
    return [node.name for node in products if classes in shapes.get(node.input[1], (classes,))]
