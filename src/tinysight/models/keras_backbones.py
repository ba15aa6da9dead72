"""Networks of keras.applications by name, each with the scaling of pixels that it was trained with."""

from pathlib import Path

import keras

from tinysight.errors import ModelError

# How the families want their pixels, by how their names begin; the longest beginning counts.
# raw: 0 to 255, scaled inside; signed: -1 to 1; torch: standardised RGB; caffe: BGR about the mean.
SCALINGS = {
    "ConvNeXt": "raw", "DenseNet": "torch", "EfficientNet": "raw", "Inception": "signed", "MobileNet": "signed",
    "MobileNetV3": "raw", "NASNet": "signed", "ResNet": "caffe", "ResNet101V2": "signed", "ResNet152V2": "signed",
    "ResNet50V2": "signed", "VGG": "caffe", "Xception": "signed",
}  # fmt: skip
MEANS, DEVIATIONS = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)  # of ImageNet's RGB, 0 to 1; as torch has them
CAFFE_MEANS = (103.939, 116.779, 123.68)  # BGR, 0 to 255


def backbone_names() -> list[str]:
    """The names that keras.applications offers and whose scaling is known."""
    return sorted(name for name in dir(keras.applications) if name[0].isupper() and _scaling(name))


def build_backbone(name: str, side: int, weights: Path | None) -> keras.Model:
    """A network without its classifier.

    Args:
        name: of keras.applications.
        side: height and width of its pictures in pixels.
        weights: a file of weights of the network without its classifier; None lets Keras download ImageNet's.

    Returns:
        float32 (N, side, side, 3), RGB from 0 to 255, to (N, features).

    Raises:
        ModelError: if the name is unknown, the side is too small for it, the weights cannot be read, or the download
            fails.
    """
    if name not in backbone_names():
        raise ModelError(
            f"models.transfer.backbone must be efficientnet_lite0 or one of {', '.join(backbone_names())}."
            f" Received: {name}. Correct conf/model/transfer.yaml, then run `tinysight params` and `tinysight retry`."
        )
    network = _network(name, side, weights)
    images = keras.Input((side, side, 3), name="pixels")
    return keras.Model(images, network(_scaled(images, _scaling(name))), name=name.lower())


def _network(name: str, side: int, weights: Path | None) -> keras.Model:
    if weights is None:
        return _downloaded(name, side)
    if not weights.is_file():
        raise ModelError(f"models.transfer.weights: {weights} is no file. Name a file of {name}'s weights, or null.")
    made = _untrained(name, side)
    try:
        made.load_weights(weights)
    except Exception as error:  # Keras and h5py raise types of their own
        raise ModelError(
            f"{weights} holds no readable weights of {name} without its classifier: {_short(error)}."
            " Save them with model.save_weights, or set models.transfer.weights to null."
        ) from error
    return made


def _downloaded(name: str, side: int) -> keras.Model:
    try:
        return _built(name, side, "imagenet")
    except Exception as error:  # Keras and urllib raise types of their own
        _untrained(name, side)  # says so if no weights would do
        raise ModelError(
            f"The weights of {name} cannot be downloaded: {_short(error)}. Connect this machine to the network once,"
            " name a file in models.transfer.weights, or use backbone: efficientnet_lite0, whose weights are installed."
        ) from error


def _untrained(name: str, side: int) -> keras.Model:
    """The network with random weights, which no file and no network can be at fault for."""
    try:
        return _built(name, side, None)
    except ValueError as error:
        raise ModelError(
            f"{name} cannot see pictures of {side} pixels: {_short(error)}. Correct models.transfer.side in"
            " conf/model/transfer.yaml; where it is null, it follows from dataset.image_size. Then run"
            " `tinysight params` and `tinysight retry`."
        ) from error


def _built(name: str, side: int, weights: str | None) -> keras.Model:
    return getattr(keras.applications, name)(
        include_top=False, pooling="avg", input_shape=(side, side, 3), weights=weights
    )


def _short(error: Exception) -> str:
    return " ".join(str(error).split())[:200].rstrip(".")


def _scaling(name: str) -> str:
    beginnings = [begin for begin in SCALINGS if name.startswith(begin)]
    return SCALINGS[max(beginnings, key=len)] if beginnings else ""


def _scaled(images: keras.KerasTensor, scaling: str) -> keras.KerasTensor:
    """(N, S, S, 3) from 0 to 255 as the network wants it."""
    if scaling == "raw":
        return images
    if scaling == "signed":
        return keras.layers.Rescaling(1 / 127.5, -1.0, name="scale")(images)
    if scaling == "torch":
        factors = [1 / (255 * deviation) for deviation in DEVIATIONS]
        offsets = [-mean / deviation for mean, deviation in zip(MEANS, DEVIATIONS, strict=True)]
        return _mixed(
            images, [[factor * (row == column) for column, factor in enumerate(factors)] for row in range(3)], offsets
        )
    return _mixed(
        images, [[float(row == 2 - column) for column in range(3)] for row in range(3)], [-mean for mean in CAFFE_MEANS]
    )


def _mixed(images: keras.KerasTensor, matrix: list[list[float]], offsets: list[float]) -> keras.KerasTensor:
    """Each pixel's channels times a matrix: a convolution of one pixel, which every exporter knows."""
    layer = keras.layers.Conv2D(3, 1, name="scale", trainable=False)
    mixed = layer(images)
    layer.set_weights([keras.ops.convert_to_numpy([[matrix]]).astype("float32"), keras.ops.convert_to_numpy(offsets)])
    return mixed
