"""The models that other tests rely on answer as they say."""

import pytest
from onnx_models import COLOURS, solid_png, tiny_model

from tinysight.predictor import Predictor

PURE = {"red": (255, 0, 0), "green": (0, 255, 0), "blue": (0, 0, 255)}


@pytest.mark.parametrize("name", COLOURS)
def test_a_tiny_model_names_the_colour(tmp_path, name):
    predictor = Predictor(tiny_model(tmp_path / "model.onnx"))
    prediction = predictor.predict(solid_png(PURE[name], size=20))
    assert prediction.class_name == name
    assert sum(prediction.probabilities.values()) == pytest.approx(1)


def test_a_seed_names_one_file_and_another_seed_another(tmp_path):
    files = [tiny_model(tmp_path / name, seed=seed).read_bytes() for name, seed in [("a", 0), ("b", 0), ("c", 1)]]
    assert files[0] == files[1] != files[2]


def test_any_number_of_classes_answers_by_the_picture(tmp_path):
    model = tiny_model(tmp_path / "m.onnx", [f"c{i}" for i in range(10)], 28, unknown_threshold=0.0)
    predictor = Predictor(model)
    best = {predictor.predict(solid_png(rgb)).best_class for rgb in [*PURE.values(), (255, 255, 0), (255, 255, 255)]}
    assert len(best) >= 3
    assert predictor.contract.image_size == 28
