from pathlib import Path

import pytest
from onnx_models import solid_png, tiny_model

from tinysight.data.imageset import Sample
from tinysight.data.sources.source import SourceFile
from tinysight.evaluation.source_files import judge
from tinysight.predictor import Predictor

COLOURS = {"red": (200, 0, 0), "green": (0, 200, 0), "blue": (0, 0, 200)}


@pytest.fixture
def predictor(tmp_path: Path) -> Predictor:
    return Predictor(tiny_model(tmp_path / "model.onnx"))


def picture(class_name: str, data: bytes) -> tuple[Sample, SourceFile]:
    return Sample("a.png", "0" * 64, class_name, 0), SourceFile("a.png", class_name, reader=lambda: data)


def test_each_model_is_right_where_its_best_class_is_the_true_one(predictor: Predictor, tmp_path: Path) -> None:
    pictures = [picture(name, solid_png(rgb)) for name, rgb in COLOURS.items()]
    other = Predictor(tiny_model(tmp_path / "other.onnx", ["green", "red", "blue"]))
    ours, theirs = judge([predictor, other], pictures)
    assert ours.tolist() == [True, True, True]
    assert theirs.tolist() == [False, False, True]


def test_a_picture_that_cannot_be_decoded_is_a_wrong_answer(predictor: Predictor) -> None:
    pictures = [picture("red", b"no picture"), picture("green", solid_png(COLOURS["green"]))]
    (right,) = judge([predictor], pictures)
    assert right.tolist() == [False, True]
    (none,) = judge([predictor], pictures[:1])
    assert none.tolist() == [False]
