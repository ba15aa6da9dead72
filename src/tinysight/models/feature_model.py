"""From pixels to pretrained features as one Keras graph, and as the bytes of one ONNX file."""

from pathlib import Path

import keras

from tinysight.models.canonical import canonicalise
from tinysight.models.efficientnet_lite0 import pretrained
from tinysight.models.imagenet_weights import EFFICIENTNET_LITE0
from tinysight.models.onnx_file import INPUT, convert, name_shapes
from tinysight.models.resizing import resize

OUTPUT = "features"


def build_features(
    image_size: int, side: int, backbone: str = EFFICIENTNET_LITE0, weights: Path | None = None
) -> keras.Model:
    """uint8 (N, image_size, image_size, 3) to float32 (N, features), by a network that knows ImageNet.

    Args:
        image_size: height and width of the pictures in pixels.
        side: what the network resizes them to.
        backbone: the network's name; the default has 1280 features.
        weights: a file of a Keras backbone's weights.

    Raises:
        ModelError: if the weights are missing or broken.
    """
    images = keras.Input((image_size, image_size, 3), dtype="uint8", name=INPUT)
    if backbone == EFFICIENTNET_LITE0:
        scaled = keras.layers.Rescaling(1 / 127.5, -1.0, name="scale")(images)
        return keras.Model(images, pretrained(side)(resize(scaled, side)), name=OUTPUT)
    from tinysight.models.keras_backbones import build_backbone

    floats = keras.layers.Rescaling(1.0, name="floats")(images)
    return keras.Model(images, build_backbone(backbone, side, weights)(resize(floats, side)), name=OUTPUT)


def export_features(model: keras.Model, opset: int) -> bytes:
    """The same as an ONNX file, from `image` to `features`."""
    proto = convert(model, opset)
    canonicalise(proto.graph, INPUT, OUTPUT)
    name_shapes(proto.graph, model.output_shape[-1])
    return bytes(proto.SerializeToString(deterministic=True))
