"""The network is the one whose weights the package brings: it names what is in photos and drawings."""

import keras
import numpy as np
import pytest
from pictures import PHOTOS
from PIL import Image

from tinysight.errors import ModelError
from tinysight.models.efficientnet_lite0 import build_efficientnet_lite0, load_weights, pretrained
from tinysight.models.imagenet_weights import weights_file
from tinysight.models.torch_file import read_tensors

SIDE = 224
PALACE, DAISY = 698, 985  # of ImageNet's 1,000 classes


@pytest.fixture(scope="module")
def weights():
    return read_tensors(weights_file())


@pytest.fixture(scope="module")
def network():
    return pretrained(SIDE)


def _photo(name):
    with Image.open(PHOTOS / name) as photo:
        side, left = photo.height, (photo.width - photo.height) // 2
        square = photo.crop((left, 0, left + side, side)).resize((SIDE, SIDE), Image.Resampling.BICUBIC)
    return np.asarray(square, dtype=np.float32) / 127.5 - 1


@pytest.mark.parametrize(("name", "wanted"), [("china.jpg", PALACE), ("flower.jpg", DAISY)])
def test_photos_are_named_by_the_classifier_that_belongs_to_the_weights(network, weights, name, wanted):
    logits = np.asarray(network(_photo(name)[None]))[0] @ weights["_fc.weight"].T + weights["_fc.bias"]
    assert int(np.argmax(logits)) == wanted


def test_it_has_the_size_that_the_paper_gives(network):
    """4.7 million weights with the classifier's 1,281,000; 16 blocks, 9 of which add what came in."""
    assert network.count_params() + 1_281_000 == 4_694_024
    assert network.output_shape == (None, 1280)
    assert sum(isinstance(layer, keras.layers.DepthwiseConv2D) for layer in network.layers) == 16
    assert sum(isinstance(layer, keras.layers.Add) for layer in network.layers) == 9


def test_every_weight_of_the_file_but_the_classifiers_is_used(network, weights):
    used = {float(np.abs(value).sum()) for layer in network.layers for value in layer.get_weights()}
    names = [name for name in weights if not name.startswith("_fc.") and not name.endswith("num_batches_tracked")]
    sums = [float(np.abs(weights[name]).sum()) for name in names]
    assert len(names) == sum(len(layer.weights) for layer in network.layers)
    assert all(min(abs(one - other) for other in used) < 1e-3 * one for one in sums)


def test_weights_of_another_network_are_refused(weights):
    network = build_efficientnet_lite0(32)
    with pytest.raises(ModelError, match="not EfficientNet-Lite0's"):
        load_weights(network, {name: value for name, value in weights.items() if "_blocks.7" not in name})
    with pytest.raises(ModelError, match="not EfficientNet-Lite0's"):
        load_weights(network, {**weights, "_conv_head.weight": weights["_conv_head.weight"][:9]})
