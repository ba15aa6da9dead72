"""Pictures of kinds never seen: real ones, many, the same each time, and counted."""

import numpy as np
import pytest
from onnx_models import tiny_model

from tinysight.errors import DataError
from tinysight.evaluation import strangers as room
from tinysight.evaluation.strangers import EACH, own_kinds, stranger_pictures, strangers
from tinysight.predictor import Predictor

KINDS = ["noise", "one colour", "drawn shapes", "photographs", "digits"]


@pytest.mark.parametrize("side", [8, 28, 100])
def test_every_kind_has_its_pictures_in_the_models_size(side):
    found = dict(stranger_pictures(side, seed=0))
    assert list(found) == KINDS
    for images in found.values():
        assert images.shape == (EACH, side, side, 3)
        assert images.dtype == np.uint8
        assert len(np.unique(images.reshape(EACH, -1), axis=0)) > EACH * 0.8  # hardly any twice
    assert (found["one colour"].std(axis=(1, 2)) == 0).all()


def test_they_are_the_same_each_time_and_others_with_another_seed():
    one, again, other = (dict(stranger_pictures(16, seed=seed)) for seed in (0, 0, 1))
    for kind in KINDS:
        np.testing.assert_array_equal(one[kind], again[kind])
        assert (one[kind] != other[kind]).any()


def test_the_share_that_is_answered_with_unknown_is_told_by_kind(tmp_path):
    for threshold, unknown in ((0.0, 0.0), (1.0, 1.0)):
        predictor = Predictor(tiny_model(tmp_path / "m.onnx", noise=0.0, unknown_threshold=threshold))
        told = strangers(predictor, seed=0)
        assert [one.kind for one in told] == KINDS
        shares = [one.unknown for one in told if one.kind == "noise"]
        assert shares == [unknown]
        assert all(one.interval[0] <= one.unknown <= one.interval[1] for one in told)


def test_what_the_model_was_trained_on_is_no_stranger(tmp_path):
    predictor = Predictor(tiny_model(tmp_path / "m.onnx", ["Zero", "One", "Two"]))
    assert [one.kind for one in strangers(predictor, seed=0)] == KINDS[:-1]


@pytest.mark.parametrize(
    ("class_names", "own"),
    [
        ([*"0123456789"], {"digits"}),
        ([*"01234"], {"digits"}),  # some of them, and nothing else
        ([*"0123456789abcdef"], {"digits"}),  # all of them, and more
        (["One", "two ", "THREE"], {"digits"}),
        (["circle", "Square", "triangle"], {"drawn shapes"}),
        (["1", "bolt", "washer"], set()),
        (["line", "wrinkle"], set()),
    ],
)
def test_class_names_tell_what_the_data_set_holds_itself(class_names, own):
    assert own_kinds(class_names) == own


def test_where_scikit_learn_keeps_its_pictures_elsewhere_the_fix_is_named(monkeypatch):
    monkeypatch.setattr(room, "DIGITS", "data/moved.csv.gz")
    with pytest.raises(DataError, match=r"moved\.csv\.gz is missing.*make install"):
        list(stranger_pictures(8, seed=0))
