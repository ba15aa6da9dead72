"""A backbone of keras.applications looks at pictures as it was trained to; what is wrong with it is said plainly."""

from pathlib import Path

import keras
import numpy as np
import pytest
from shapes import QUICK, shape_contract, shape_data

from tinysight.errors import ModelError
from tinysight.models.keras_backbones import SCALINGS, _scaled, backbone_names, build_backbone
from tinysight.models.onnx_file import convert, finish, with_probabilities
from tinysight.models.training import fit_candidate
from tinysight.models.transfer import network_of
from tinysight.params import TransferParams
from tinysight.predictor import Predictor

NAME = "MobileNetV3Small"


@pytest.fixture(scope="module")
def weights(tmp_path_factory) -> Path:
    """Untrained ones, as somebody without a network would bring trained ones."""
    path = tmp_path_factory.mktemp("weights") / "mobile.weights.h5"
    keras.utils.set_random_seed(0)
    network = getattr(keras.applications, NAME)(include_top=False, pooling="avg", input_shape=(32, 32, 3), weights=None)
    network.save_weights(path)
    return path


def params(**changes) -> TransferParams:
    usual = {"kind": "transfer", "backbone": NAME, "weights": None, "side": 32, "penalty": 0.1}
    return TransferParams.model_validate(usual | changes)


@pytest.mark.slow
def test_a_file_of_weights_makes_a_candidate_whose_graph_agrees(weights: Path, tmp_path: Path):
    data = shape_data(train=48, val=12, copies=6)
    fitted = fit_candidate(params(weights=str(weights)), data, QUICK, 0, tmp_path)
    whole, images = with_probabilities(fitted.model, 1.0), data.pixels[data.val_rows]
    found = Predictor(finish(convert(whole, 17), shape_contract())).probabilities(images)
    np.testing.assert_allclose(found, np.asarray(whole(images)), atol=1e-4)


@pytest.mark.parametrize(("name", "module"), [
    ("ResNet50", "resnet"), ("ResNet50V2", "resnet_v2"), ("DenseNet121", "densenet"), ("MobileNetV2", "mobilenet_v2"),
    ("MobileNetV3Small", "mobilenet_v3"), ("EfficientNetB0", "efficientnet"), ("ConvNeXtTiny", "convnext"),
])  # fmt: skip
def test_pixels_are_scaled_as_keras_scales_them(name: str, module: str):
    pixels = np.random.default_rng(0).uniform(0, 255, (2, 4, 4, 3)).astype(np.float32)
    inputs = keras.Input((4, 4, 3))
    scaling = SCALINGS[max((begin for begin in SCALINGS if name.startswith(begin)), key=len)]
    ours = keras.Model(inputs, keras.layers.Identity()(_scaled(inputs, scaling)))(pixels)
    theirs = getattr(keras.applications, module).preprocess_input(pixels.copy())
    np.testing.assert_allclose(np.asarray(ours), theirs, atol=1e-4)


def test_the_names_of_all_families_are_offered():
    names = backbone_names()
    assert {NAME, "ResNet50", "EfficientNetB0", "ConvNeXtTiny", "DenseNet121"} <= set(names)


def test_an_unknown_name_is_answered_with_those_that_are_known(tmp_path: Path):
    with pytest.raises(ModelError, match=r"must be efficientnet_lite0 or one of .*MobileNetV3Small.*Received: resnet5"):
        fit_candidate(params(backbone="resnet5"), shape_data(train=12, val=6), QUICK, 0, tmp_path)


def test_a_file_that_is_missing_or_holds_no_weights_is_named(tmp_path: Path):
    broken = tmp_path / "broken.weights.h5"
    with pytest.raises(ModelError, match=r"broken\.weights\.h5 is no file"):
        build_backbone(NAME, 32, broken)
    broken.write_bytes(b"\x89HDF\r\n\x1a\n" + bytes(100))
    with pytest.raises(ModelError, match=r"holds no readable weights of MobileNetV3Small"):
        build_backbone(NAME, 32, broken)


@pytest.mark.parametrize("brought", [True, False])
def test_a_side_that_is_too_small_is_told_as_such_with_the_least_that_is_allowed(tmp_path: Path, brought: bool):
    file = tmp_path / "inception.weights.h5"
    file.touch()
    with pytest.raises(
        ModelError, match=r"InceptionV3 cannot see pictures of 64 pixels.*at least 75x75.*transfer\.side"
    ):
        build_backbone("InceptionV3", 64, file if brought else None)


def test_weights_are_found_and_told_apart_in_a_queued_experiment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    queued, data = tmp_path / ".dvc" / "tmp" / "exps" / "tmpab12", shape_data(train=12, val=6)
    queued.mkdir(parents=True)
    monkeypatch.chdir(queued)
    missing = network_of(params(weights="w.h5"), data).digest()
    (tmp_path / "w.h5").write_bytes(b"of one training")
    one = network_of(params(weights="w.h5"), data)
    first = one.digest()
    (tmp_path / "w.h5").write_bytes(b"of another")
    assert one.weights == tmp_path / "w.h5"
    assert len({missing, first, one.digest(), network_of(params(), data).digest()}) == 4


def test_without_a_network_it_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    for name in ("https_proxy", "HTTPS_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    with pytest.raises(ModelError, match=r"cannot be downloaded: .*use backbone: efficientnet_lite0"):
        build_backbone(NAME, 32, None)
