"""The candidate that gives the most accuracy for its seconds: early strides, batch norm, Muon, one-cycle rate."""

import keras

from tinysight.models.muon import ConvolutionMuon
from tinysight.models.networks import Recipe, SmoothedLoss
from tinysight.params import SmallCnnParams

WORKING_SIZE = 14  # pixels of the first feature map that is convolved again; larger pictures are strided to it
WARM_UP = 0.2  # share of the steps in which the rate rises
FIRST_RATE = 0.1  # of the peak
# Keras's 0.99 forgets too slowly for a few hundred steps: .42 instead of .99 after two epochs of digits
NORM_MOMENTUM = 0.95


def build(params: SmallCnnParams, image_size: int, classes: int) -> keras.Model:
    """The untrained network: uint8 (N, S, S, 3) to logits (N, classes).

    Channels grow as positions become fewer, so that every convolution costs about as much as the one before it.
    """
    width = params.width
    images = keras.Input((image_size, image_size, 3), dtype="uint8", name="image")
    x = keras.layers.Rescaling(1 / 127.5, -1, name="rescale")(images)
    for number, (kernel, stride) in enumerate(stem(image_size), 1):
        x = _block(x, width, f"stem_{number}", kernel=kernel, stride=stride)
    x = _block(x, 2 * width, "conv_1")
    x = keras.layers.MaxPooling2D(name="pool_1")(x)
    x = _block(x, 3 * width, "conv_2")
    x = _residual(x, 3 * width, "residual")
    x = keras.layers.MaxPooling2D(padding="same", name="pool_2")(x)
    x = _block(x, 6 * width, "conv_3")
    x = keras.layers.GlobalAveragePooling2D(name="average")(x)  # (N, 6 * width)
    x = keras.layers.Dropout(params.dropout, name="dropout")(x)
    # logits in float32 also where the rest trains in bfloat16
    return keras.Model(images, keras.layers.Dense(classes, dtype="float32", name="logits")(x), name="small_cnn")


def stem(image_size: int) -> list[tuple[int, int]]:
    """Kernel and stride of the first convolutions: they bring a picture to about WORKING_SIZE pixels."""
    factor = image_size / WORKING_SIZE
    if factor < 1.5:
        return [(3, 1)]
    if factor < 3:
        return [(3, 2)]
    layers = [(7, 4)]
    while factor >= 6:
        layers.append((3, 2))
        factor /= 2
    return layers


def recipe(params: SmallCnnParams, steps: int) -> Recipe:
    """Muon whose rate rises and falls once over all steps, so it must not stop early."""
    rate = keras.optimizers.schedules.CosineDecay(
        FIRST_RATE * params.learning_rate,
        decay_steps=max(1, steps - int(WARM_UP * steps)),
        warmup_target=params.learning_rate,
        warmup_steps=int(WARM_UP * steps),
    )
    optimizer = ConvolutionMuon(rate, params.weight_decay)
    optimizer.exclude_from_weight_decay(var_names=["bias", "gamma", "beta"])
    return Recipe(optimizer, SmoothedLoss(params.label_smoothing), stops_early=False)


def _residual(x: keras.KerasTensor, filters: int, name: str) -> keras.KerasTensor:
    """Two convolutions that only have to learn what to add: more for its seconds than more channels without it.

    Source: He et al., Deep Residual Learning for Image Recognition (2016).
    """
    added = _normed(_block(x, filters, f"{name}_1"), filters, f"{name}_2", kernel=3, stride=1)
    return keras.layers.ReLU(name=f"{name}_relu")(keras.layers.Add(name=f"{name}_add")([x, added]))


def _block(x: keras.KerasTensor, filters: int, name: str, *, kernel: int = 3, stride: int = 1) -> keras.KerasTensor:
    return keras.layers.ReLU(name=f"{name}_relu")(_normed(x, filters, name, kernel=kernel, stride=stride))


def _normed(x: keras.KerasTensor, filters: int, name: str, *, kernel: int, stride: int) -> keras.KerasTensor:
    x = keras.layers.Conv2D(filters, kernel, stride, "same", use_bias=False, name=name)(x)
    return keras.layers.BatchNormalization(momentum=NORM_MOMENTUM, name=f"{name}_norm")(x)
