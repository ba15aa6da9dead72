"""Small real model files, made in milliseconds and without TensorFlow, for every test that needs a model."""

import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper
from PIL import Image

from tinysight.contract import Contract

COLOURS = ("red", "green", "blue")


def tiny_model(
    path: Path,
    class_names: Sequence[str] = COLOURS,
    image_size: int = 8,
    *,
    seed: int = 0,
    noise: float | None = None,
    weak: Sequence[str] = (),
    **contract: Any,
) -> Path:
    """Writes a model.onnx whose answers depend on the picture's colours.

    With up to three classes the reddest, greenest and bluest picture are class 0, 1 and 2; with more,
    colours and places vote by a projection drawn from the seed.

    Args:
        path: the file to write; its folder is made.
        class_names: in the order of the probabilities.
        image_size: of the uint8 input, in pixels.
        seed: another one gives other weights, hence another file.
        noise: spread of the drawn part of the weights; enough of it makes a bad model.
        weak: classes that are recognised only where their colour stands out.
        contract: fields of the Contract that are to differ from the usual ones.
    """
    fields: dict[str, Any] = {
        "class_names": tuple(class_names),
        "image_size": image_size,
        "fit": "pad",
        "background": (0, 0, 0),
        "window": None,
        "temperature": 1.0,
        "unknown_threshold": 0.5,
        "dataset_digest": "d" * 64,
        "params_digest": "e" * 64,
    }
    weights = _weights(len(class_names), image_size, seed, noise)
    weights *= np.array([0.6 if name in weak else 1.0 for name in class_names], dtype=np.float32)
    model = _graph(weights, image_size)
    helper.set_model_props(model, Contract(**(fields | contract)).to_metadata())
    path.parent.mkdir(parents=True, exist_ok=True)
    onnx.save(model, path)
    return path


def solid_png(rgb: tuple[int, int, int], size: int = 8) -> bytes:
    """A picture file of one colour."""
    file = io.BytesIO()
    Image.new("RGB", (size, size), rgb).save(file, "PNG")
    return file.getvalue()


def _weights(classes: int, size: int, seed: int, noise: float | None) -> NDArray[np.float32]:
    """(size × 3, classes): what each row's mean colour says for each class."""
    colours = np.zeros((3, classes))
    colours[np.arange(classes) % 3, np.arange(classes)] = 12.0
    spread = noise if noise is not None else 0.05 if classes <= 3 else 12.0
    drawn = np.random.default_rng(seed).normal(size=(size * 3, classes)) * spread
    return np.asarray((np.tile(colours, (size, 1)) + drawn) / size, dtype=np.float32)


def _graph(weights: NDArray[np.float32], size: int) -> onnx.ModelProto:
    nodes = [
        helper.make_node("Cast", ["image"], ["counts"], to=TensorProto.FLOAT),
        helper.make_node("Mul", ["counts", "scale"], ["pixels"]),
        helper.make_node("ReduceMean", ["pixels"], ["rows"], axes=[2], keepdims=0),  # (N, S, 3)
        helper.make_node("Flatten", ["rows"], ["features"], axis=1),  # (N, S × 3)
        helper.make_node("MatMul", ["features", "weights"], ["logits"]),
        helper.make_node("Softmax", ["logits"], ["probabilities"], axis=-1),
    ]
    constants = [
        numpy_helper.from_array(np.array(1 / 255, dtype=np.float32), "scale"),
        numpy_helper.from_array(weights, "weights"),
    ]
    graph = helper.make_graph(
        nodes,
        "tiny",
        [helper.make_tensor_value_info("image", TensorProto.UINT8, ["N", size, size, 3])],
        [helper.make_tensor_value_info("probabilities", TensorProto.FLOAT, ["N", weights.shape[1]])],
        constants,
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8, producer_name="tests")
    onnx.checker.check_model(model)
    return model
