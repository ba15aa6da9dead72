"""Every candidate learns easy shapes and leaves as one graph from uint8 pictures to logits."""

from dataclasses import replace
from pathlib import Path

import keras
import numpy as np
import pytest
from shapes import QUICK, shape_contract, shape_data

from tinysight.models import collected, logistic, mlp, small_cnn, svm, tutorial_cnn
from tinysight.models.networks import predict_logits
from tinysight.models.onnx_file import convert, finish, with_probabilities
from tinysight.models.saved import load_model, save_model
from tinysight.models.training import fit_candidate
from tinysight.params import (
    LogisticParams,
    MajorityParams,
    MlpParams,
    SmallCnnParams,
    SvmParams,
    TransferParams,
    TutorialCnnParams,
)
from tinysight.predictor import Predictor

LOGISTIC = LogisticParams(kind="logistic", side=16, penalty=(0.01, 0.1))
SVM = SvmParams(kind="svm", side=16, cell=4, bins=9, components=32, landmarks=60, gamma=(1.0, 4.0), c=(1.0, 10.0))
TRANSFER = TransferParams(kind="transfer", backbone="efficientnet_lite0", weights=None, side=32, penalty=(0.01, 1.0))
MLP = MlpParams(kind="mlp", side=16, hidden=(64,), dropout=0.1, learning_rate=0.003)
TUTORIAL = TutorialCnnParams(kind="tutorial_cnn", dropout=0.0, learning_rate=0.003)
SMALL = SmallCnnParams(
    kind="small_cnn", width=8, dropout=0.0, learning_rate=0.01, weight_decay=0.0005, label_smoothing=0.05
)
MAJORITY = MajorityParams(kind="majority")
NETWORKS, ALL = (MLP, TUTORIAL, SMALL), (MAJORITY, LOGISTIC, SVM, MLP, TUTORIAL, SMALL, TRANSFER)
LEAST = {
    "majority": 0.3,
    "logistic": 0.45,
    "svm": 0.9,
    "transfer": 0.8,
    "mlp": 0.75,
    "tutorial_cnn": 0.9,
    "small_cnn": 0.8,
}


def named(params):
    return params.kind


@pytest.fixture(scope="module")
def cache(tmp_path_factory) -> Path:
    """Of what transfer's network saw; exporting it takes seconds."""
    return tmp_path_factory.mktemp("cache")


@pytest.mark.parametrize(
    "params", [pytest.param(one, marks=pytest.mark.slow if named(one) == "transfer" else ()) for one in ALL], ids=named
)
def test_it_learns_shapes_and_travels_as_keras_file_and_as_onnx(params, cache: Path, tmp_path: Path):
    data = shape_data()
    fitted = fit_candidate(params, data, QUICK, 0, cache)
    logits = predict_logits(fitted.model, data)
    assert np.mean(logits.argmax(axis=1) == data.val_labels) >= LEAST[params.kind]
    assert bool(fitted.curves) == (params in NETWORKS)
    save_model(tmp_path, fitted.model)
    loaded = load_model(tmp_path)
    np.testing.assert_array_equal(predict_logits(loaded, data), logits)
    assert {weight.dtype for weight in loaded.weights} <= {"float32"}
    assert predictor_difference(loaded, data) < 1e-5


def predictor_difference(model: keras.Model, data) -> float:
    whole, images = with_probabilities(model, 0.7), data.pixels[data.val_rows]
    predictor = Predictor(finish(convert(whole, 17), shape_contract()))
    return float(np.abs(predictor.probabilities(images) - np.asarray(whole(images))).max())


@pytest.mark.slow
@pytest.mark.parametrize("params", ALL, ids=named)
def test_two_runs_with_one_seed_agree(params, cache: Path):
    data = shape_data(train=96, val=24)
    one, other = (predict_logits(fit_candidate(params, data, QUICK, 3, cache).model, data) for _ in range(2))
    np.testing.assert_allclose(one, other, atol=1e-4)


def test_a_short_training_of_small_cnn_is_already_fit_to_predict(tmp_path: Path):
    """Batch norm's averages must have forgotten where they started after some tens of steps."""
    found = fit_candidate(SMALL, shape_data(train=240, copies=0), QUICK.model_copy(update={"epochs": 3}), 0, tmp_path)
    last = found.curves[-1]
    assert last.val_loss < last.loss + 0.25


@pytest.mark.parametrize("params", [LOGISTIC, SVM], ids=named)
def test_a_class_with_few_pictures_is_answered_more_often_where_classes_are_balanced(params, tmp_path: Path):
    """Noise that hides most shapes: what remains to go by is how often a class is seen."""
    whole = shape_data(train=240, copies=0)
    pixels = np.random.default_rng(0).integers(0, 255, whole.pixels.shape, dtype=np.uint8) // 2 + whole.pixels // 3
    rows = whole.train_rows[(whole.labels[whole.train_rows] != 1) | (whole.train_rows % 8 == 0)]
    data = replace(whole, pixels=pixels, train_rows=rows)
    answers = [
        predict_logits(
            fit_candidate(params, data, QUICK.model_copy(update={"balance": balance}), 0, tmp_path).model, data
        )
        for balance in (0.0, 1.0)
    ]
    alike, balanced = ((logits.argmax(axis=1) == 1).sum() for logits in answers)
    assert balanced > alike


def test_majority_answers_the_most_frequent_class(tmp_path: Path):
    data = shape_data(train=240)
    often = np.flatnonzero(data.labels[data.train_rows] != 1)[:150]
    less = type(data)(**{**vars(data), "train_rows": np.append(often, [1, 4])})
    logits = predict_logits(fit_candidate(MAJORITY, less, QUICK, 0, tmp_path).model, less)
    assert set(logits.argmax(axis=1)) == {0}
    assert np.exp(logits).sum(axis=1) == pytest.approx(1)


@pytest.mark.parametrize(
    ("side", "strides"), [(8, [1]), (20, [1]), (28, [2]), (32, [2]), (64, [4]), (128, [4, 2]), (224, [4, 2, 2])]
)
def test_small_cnn_brings_larger_pictures_down_first(side: int, strides: list[int]):
    assert [stride for _, stride in small_cnn.stem(side)] == strides
    model = small_cnn.build(SMALL, side, 3)
    assert model.output_shape == (None, 3)
    assert 8 <= model.get_layer("conv_1").output.shape[1] <= 20


@pytest.mark.parametrize("side", [8, 9, 10, 33])
def test_every_size_that_params_allow_can_be_built(side: int):
    for module, params in ((mlp, MLP), (logistic, LOGISTIC), (tutorial_cnn, TUTORIAL)):
        assert module.build(params, side, 4).output_shape == (None, 4)
    assert svm.build(SVM, side, 4, landmarks=7).output_shape == (None, 4)


def test_the_svm_leaves_out_the_last_copies_where_memory_ends(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(svm, "BYTES", 70 * 4 * (SVM.landmarks + 1))
    assert svm.fit(SVM, shape_data(train=60, val=12, copies=60), QUICK).rows == 70


def test_what_the_svm_leaves_out_is_of_no_class_in_particular():
    data = shape_data(train=60, val=12, copies=60)
    data = replace(data, train_rows=data.train_rows[np.argsort(data.labels[data.train_rows], kind="stable")])
    some, more = collected.chosen_places(data, 30), collected.chosen_places(data, 70)
    assert np.bincount(data.train_labels[some], minlength=3).min() >= 5
    assert (some < 60).all()
    assert set(range(60)) <= set(more.tolist())
    assert collected.chosen_places(data, 1000).tolist() == list(range(120))
