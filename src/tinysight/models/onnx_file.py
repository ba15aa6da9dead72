"""A Keras model to the bytes of one ONNX file: the same bytes in every process."""

import tempfile
import warnings
from pathlib import Path

import keras
import onnx

from tinysight.contract import Contract
from tinysight.errors import ModelError
from tinysight.models.canonical import canonicalise
from tinysight.models.distance import CooledByDistance, Distance, with_features

INPUT, OUTPUT = "image", "probabilities"
PRODUCER = "tinysight"
IR_VERSION = 8  # what ONNX Runtime reads since 1.11


def with_probabilities(model: keras.Model, temperature: float, distance: Distance | None = None) -> keras.Model:
    """The model with its logits divided by the temperature and made probabilities.

    Args:
        model: uint8 (N, S, S, 3) to logits (N, classes).
        temperature: what fit_temperature found.
        distance: what fit_distance found: strange pictures get a higher temperature, hence unsure answers.

    Returns:
        uint8 (N, S, S, 3) to probabilities (N, classes), in one graph.
    """
    images = keras.Input(model.input_shape[1:], dtype="uint8", name=INPUT)
    outputs = (model if distance is None else with_features(model))(images)
    made = _probabilities(outputs, model.output_shape[-1], temperature, distance)
    return keras.Model(images, made, name="exported")


def behind_outputs(outputs: int, classes: int, temperature: float, distance: Distance | None) -> keras.Model:
    """What with_probabilities puts behind a model: (N, outputs), logits first, to probabilities (N, classes)."""
    given = keras.Input((outputs,), name="outputs")
    return keras.Model(given, _probabilities(given, classes, temperature, distance), name="behind_outputs")


def _probabilities(
    outputs: keras.KerasTensor, classes: int, temperature: float, distance: Distance | None
) -> keras.KerasTensor:
    if distance is None:
        logits = keras.layers.Rescaling(1 / temperature)(outputs[:, :classes])
    else:
        logits = CooledByDistance(temperature, distance)(outputs)
    return keras.layers.Softmax(name=OUTPUT)(logits)


def finish(proto: onnx.ModelProto, contract: Contract) -> bytes:
    """A graph with its contract, as the bytes that equal graphs have in common.

    Raises:
        ModelError: if the graph has not one input and one output.
    """
    if len(proto.graph.input) != 1 or len(proto.graph.output) != 1:
        raise ModelError("An exported graph must have one input and one output. Correct the candidate's build().")
    canonicalise(proto.graph, INPUT, OUTPUT)
    name_shapes(proto.graph, len(contract.class_names))
    proto.ir_version = min(proto.ir_version, IR_VERSION)
    proto.producer_name, proto.producer_version, proto.doc_string = PRODUCER, "", ""
    proto.graph.name, proto.graph.doc_string = PRODUCER, ""
    del proto.metadata_props[:]
    onnx.helper.set_model_props(proto, dict(sorted(contract.to_metadata().items())))
    onnx.checker.check_model(proto, full_check=True)
    return bytes(proto.SerializeToString(deterministic=True))


def joined(layers: onnx.ModelProto, behind: onnx.ModelProto) -> onnx.ModelProto:
    """One graph: the outputs of the first go into the second."""
    first, second = onnx.compose.add_prefix(layers, "layers_"), onnx.compose.add_prefix(behind, "behind_")
    second.ir_version = first.ir_version
    ends = [(first.graph.output[0].name, second.graph.input[0].name)]
    return onnx.compose.merge_models(first, second, io_map=ends)


def convert(model: keras.Model, opset: int) -> onnx.ModelProto:
    """A Keras model with one input as tf2onnx writes it; `canonicalise` makes it the same in every process."""
    signature = [keras.InputSpec(shape=model.input_shape, dtype=model.inputs[0].dtype, name=INPUT)]
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # tf2onnx uses what numpy and TensorFlow have deprecated
        path = Path(folder) / "model.onnx"
        model.export(path, format="onnx", opset_version=opset, input_signature=signature, verbose=False)
        return onnx.load(path)


def name_shapes(graph: onnx.GraphProto, numbers: int) -> None:
    """Any number of pictures, by name, so that viewers and checkers see which dimension it is, to (N, numbers)."""
    graph.input[0].type.tensor_type.shape.dim[0].dim_param = "N"
    shape = graph.output[0].type.tensor_type.shape
    del shape.dim[:]
    shape.dim.add().dim_param = "N"
    shape.dim.add().dim_value = numbers
