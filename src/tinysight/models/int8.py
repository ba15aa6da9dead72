"""model.int8.onnx: the exported graph whose convolutions and dense layers compute with bytes."""

import logging
import tempfile
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import onnx

from tinysight.contract import Contract
from tinysight.errors import ModelError
from tinysight.imaging import Pixels
from tinysight.models.canonical import canonicalise
from tinysight.models.onnx_file import INPUT, OUTPUT, PRODUCER
from tinysight.models.training_data import TrainingData
from tinysight.params import BUILT_IN

KINDS = frozenset(kind for kind, params in BUILT_IN.items() if params.bytes_suit)
CALIBRATION_ROWS = 300
BATCH = 32
OPERATIONS = ["Conv", "Gemm", "MatMul", "MaxPool"]


def quantise(content: bytes, data: TrainingData, contract: Contract) -> bytes:
    """The model file with int8 weights, one scale a channel, and uint8 activations, as QDQ: the same in every process.

    Weights keep 7 bits: processors without VNNI add pairs of products in 16 bits, and 8 would overflow there
    unnoticed. The last layer and what follows it stay float32, so that confidence is not rounded.

    Args:
        content: of model.onnx.
        data: whose train rows and copies show which numbers flow through the graph.
        contract: what model.onnx carries.

    Raises:
        ModelError: if ONNX Runtime cannot quantise the graph, or nothing in it can be quantised.
    """
    try:
        proto = _quantised(onnx.load_from_string(content), _calibration(data), len(contract.class_names))
    except Exception as error:  # onnx and ONNX Runtime raise types of their own
        raise ModelError(f"ONNX Runtime cannot quantise the graph: {error}.") from error
    if not any(node.op_type == "QuantizeLinear" for node in proto.graph.node):
        raise ModelError("The graph has no layer that could compute with bytes.")
    canonicalise(proto.graph, INPUT, OUTPUT)
    proto.producer_name, proto.producer_version, proto.doc_string = PRODUCER, "", ""
    del proto.metadata_props[:]
    promised = contract.model_copy(update={"precision": "int8"})
    onnx.helper.set_model_props(proto, dict(sorted(promised.to_metadata().items())))
    onnx.checker.check_model(proto, full_check=True)
    return bytes(proto.SerializeToString(deterministic=True))


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
    return _Calibration([data.images(places[start : start + BATCH]) for start in range(0, len(places), BATCH)])


def _quantised(proto: onnx.ModelProto, calibration: _Calibration, classes: int) -> onnx.ModelProto:
    from onnxruntime.quantization import QuantFormat, QuantType, quantize_static

    version, quiet = proto.ir_version, logging.getLogger()
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
                nodes_to_exclude=_last_layers(proto.graph, classes), extra_options={"ForceQuantizeNoInputCheck": False},
            )  # fmt: skip
            made = onnx.load(after)
    finally:
        quiet.setLevel(level)
    made.ir_version = version
    return made


def _last_layers(graph: onnx.GraphProto, classes: int) -> list[str]:
    """The names of products that end in one number a class: the logits, and what is made of them."""
    shapes: dict[str, Any] = {tensor.name: tuple(tensor.dims) for tensor in graph.initializer}
    products = [node for node in graph.node if node.op_type in ("Gemm", "MatMul")]
    return [node.name for node in products if classes in shapes.get(node.input[1], (classes,))]
