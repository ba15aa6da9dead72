"""From pixels to pretrained features as one Keras graph, and as the bytes of one ONNX file."""

import keras

from tinysight.models.canonical import canonicalise
from tinysight.models.efficientnet_lite0 import pretrained
from tinysight.models.imagenet_weights import FEATURES
from tinysight.models.onnx_file import INPUT, convert, name_shapes
from tinysight.models.resizing import resize

OUTPUT = "features"


def build_features(image_size: int, side: int) -> keras.Model:
    """uint8 (N, image_size, image_size, 3) to float32 (N, 1280), by the network that knows ImageNet.

    Args:
        image_size: height and width of the pictures in pixels.
        side: what the network resizes them to.

    Raises:
        ModelError: if the weights are missing or broken.
    """
    images = keras.Input((image_size, image_size, 3), dtype="uint8", name=INPUT)
    scaled = keras.layers.Rescaling(1 / 127.5, -1.0, name="scale")(images)
    return keras.Model(images, pretrained(side)(resize(scaled, side)), name=OUTPUT)


def export_features(image_size: int, side: int, opset: int) -> bytes:
    """The same as an ONNX file, from `image` to `features`."""
    proto = convert(build_features(image_size, side), opset)
    canonicalise(proto.graph, INPUT, OUTPUT)
    name_shapes(proto.graph, FEATURES)
    return bytes(proto.SerializeToString(deterministic=True))
