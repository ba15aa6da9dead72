"""EfficientNet-Lite0 with what it learned from ImageNet: a plain Keras model, its weights out of a package's file."""

from functools import partial

import keras
import numpy as np
from numpy.typing import NDArray

from tinysight.errors import ModelError
from tinysight.models.imagenet_weights import FEATURES, weights_file
from tinysight.models.torch_file import Tensors, read_tensors

# Rows of (how often, kernel, stride of the first, how much wider inside, filters). Source: Tan and Le, EfficientNet
# (2019), table 1; Lite0 leaves out squeeze and excitation and has ReLU6 everywhere.
BLOCKS = ((1, 3, 1, 1, 16), (2, 3, 2, 6, 24), (2, 5, 2, 6, 40), (3, 3, 2, 6, 80), (3, 5, 1, 6, 112), (4, 5, 2, 6, 192),
          (1, 3, 1, 6, 320))  # fmt: skip

# The weights come from TensorFlow, so that padding is TensorFlow's too: an even picture and stride 2 need a row more
# below than above. torch's own padding would shift what each block sees by a pixel.
Convolution = partial(keras.layers.Conv2D, padding="same", use_bias=False)


def build_efficientnet_lite0(side: int, weights: Tensors | None = None) -> keras.Model:
    """The network without its classifier.

    Args:
        side: height and width of the pictures in pixels; a multiple of 32 loses nothing at the border.
        weights: what `read_tensors` gives; None begins untrained.

    Returns:
        float32 (N, side, side, 3), RGB from -1 to 1, to (N, 1280).

    Raises:
        ModelError: if the weights are of another network.
    """
    images = keras.Input((side, side, 3), name="scaled")
    x = _activate(_norm(Convolution(32, 3, 2, name="stem")(images), "stem_norm"))
    block = 0
    for count, kernel, stride, factor, filters in BLOCKS:
        for repeat in range(count):
            x = _block(x, block, kernel, stride if repeat == 0 else 1, factor, filters)
            block += 1
    x = _activate(_norm(Convolution(FEATURES, 1, name="head")(x), "head_norm"))
    model = keras.Model(images, keras.layers.GlobalAveragePooling2D(name="pool")(x), name="efficientnet_lite0")
    if weights is not None:
        load_weights(model, weights)
    return model


def _block(x: keras.KerasTensor, number: int, kernel: int, stride: int, factor: int, filters: int) -> keras.KerasTensor:
    """Wider, filtered channel by channel, narrow again; added to what came in where the shape is the same."""
    name, before = f"block{number}", x
    if factor != 1:
        x = _activate(_norm(Convolution(x.shape[-1] * factor, 1, name=f"{name}_expand")(x), f"{name}_expand_norm"))
    depthwise = keras.layers.DepthwiseConv2D(kernel, stride, padding="same", use_bias=False, name=f"{name}_depthwise")
    x = _activate(_norm(depthwise(x), f"{name}_depthwise_norm"))
    x = _norm(Convolution(filters, 1, name=f"{name}_project")(x), f"{name}_project_norm")
    return keras.layers.Add(name=f"{name}_add")([before, x]) if before.shape[1:] == x.shape[1:] else x


def _norm(x: keras.KerasTensor, name: str) -> keras.KerasTensor:
    return keras.layers.BatchNormalization(epsilon=1e-3, name=name)(x)


def _activate(x: keras.KerasTensor) -> keras.KerasTensor:
    return keras.layers.ReLU(max_value=6.0)(x)


def load_weights(model: keras.Model, weights: Tensors) -> None:
    """Puts the weights where they belong; the classifier's are left out.

    Raises:
        ModelError: if a layer finds none, or one of another shape.
    """
    try:
        for layer in model.layers:
            if layer.weights:
                layer.set_weights(_weights_of(layer, weights))
    except (KeyError, ValueError) as error:
        raise ModelError(f"The weights are not EfficientNet-Lite0's: {error}. Run `make install`.") from error


def _weights_of(layer: keras.layers.Layer, weights: Tensors) -> list[NDArray[np.float32]]:
    source = _source_name(layer.name)
    if isinstance(layer, keras.layers.BatchNormalization):
        return [weights[f"{source}.{part}"] for part in ("weight", "bias", "running_mean", "running_var")]
    kernel = weights[f"{source}.weight"]  # (out, in, height, width); depthwise (channels, 1, height, width)
    depthwise = isinstance(layer, keras.layers.DepthwiseConv2D)
    return [kernel.transpose((2, 3, 0, 1) if depthwise else (2, 3, 1, 0))]


def _source_name(layer: str) -> str:
    """What the file calls a layer: `block3_expand_norm` is `_blocks.3._bn0`."""
    whole = {"stem": "_conv_stem", "stem_norm": "_bn0", "head": "_conv_head", "head_norm": "_bn1"}
    if layer in whole:
        return whole[layer]
    block, part = layer.removeprefix("block").split("_", 1)
    names = {
        "expand": "_expand_conv", "expand_norm": "_bn0", "depthwise": "_depthwise_conv", "depthwise_norm": "_bn1",
        "project": "_project_conv", "project_norm": "_bn2",
    }  # fmt: skip
    return f"_blocks.{block}.{names[part]}"


def pretrained(side: int) -> keras.Model:
    """The network as ImageNet taught it, for pictures of `side` pixels.

    Raises:
        ModelError: if the weights are missing or broken.
    """
    return build_efficientnet_lite0(side, read_tensors(weights_file()))
