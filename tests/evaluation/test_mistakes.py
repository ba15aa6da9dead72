"""The worst mistakes: the surest wrong answers, and what in the picture they hang on."""

import numpy as np
import pytest
from evaluated import SIDE, Project

from tinysight.data.imageset import ImageSet
from tinysight.errors import DataError
from tinysight.evaluation.answers import answer
from tinysight.evaluation.mistakes import (
    CELLS,
    MISTAKES,
    occlusion,
    read_mistakes,
    worst_mistakes,
    write_mistakes,
)
from tinysight.predictor import Predictor


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    project = Project(tmp_path_factory.mktemp("mistakes"))
    project.ingest()
    return project


def found(project, noise: float, most: int = 5):
    predictor, images = Predictor(project.export("svm", noise=noise)), ImageSet.open(project.paths.dataset)
    sides = [answer(predictor, images, rows, project.params.evaluate, seed=0) for rows in (np.arange(60, 90),)]
    return worst_mistakes(predictor, images, sides, most), sides[0]


def test_the_surest_wrong_answers_come_first(project):
    mistakes, side = found(project, noise=12.0)
    wrong = side.probabilities.argmax(axis=1) != side.labels
    assert len(mistakes.labels) == 5
    assert (mistakes.labels != mistakes.answers).all()
    assert (np.diff(mistakes.confidence) <= 0).all()
    assert mistakes.confidence[0] == side.probabilities[wrong].max()
    assert mistakes.pixels.shape == (5, SIDE, SIDE, 3)
    assert all(path.endswith(".png") for path in mistakes.paths)


def test_they_come_back_from_their_file(project, tmp_path):
    mistakes, _ = found(project, noise=12.0)
    write_mistakes(tmp_path, mistakes)
    again = read_mistakes(tmp_path)
    assert again is not None
    assert again.paths == mistakes.paths
    for name in ("pixels", "labels", "answers", "confidence", "weight"):
        np.testing.assert_array_equal(getattr(again, name), getattr(mistakes, name))


def test_a_model_without_mistakes_has_none(project, tmp_path):
    mistakes, _ = found(project, noise=0.0)
    assert mistakes.labels.shape == (0,)
    write_mistakes(tmp_path, mistakes)
    assert read_mistakes(tmp_path) is not None


def test_scores_of_an_earlier_version_have_none_and_a_broken_file_is_named(tmp_path):
    assert read_mistakes(tmp_path) is None
    (tmp_path / MISTAKES).write_bytes(b"broken")
    with pytest.raises(DataError, match=r"mistakes\.npz cannot be read.*dvc repro"):
        read_mistakes(tmp_path)


def test_the_part_that_the_answer_hangs_on_weighs_most(project):
    class Corner(Predictor):
        """Sure of the first class as far as the upper left corner is light."""

        def probabilities(self, images):
            light = images[:, : SIDE // 3, : SIDE // 3].mean(axis=(1, 2, 3)) / 255
            return np.stack([light, 1 - light], axis=1).astype(np.float32)

    picture = np.zeros((SIDE, SIDE, 3), dtype=np.uint8)
    picture[: SIDE // 3, : SIDE // 3] = 250
    weight = occlusion(Corner(project.export("svm")), picture, 0)
    assert weight.shape == (CELLS, CELLS)
    assert np.unravel_index(weight.argmax(), weight.shape) < (3, 3)
    assert abs(weight[CELLS // 2 + 1 :, CELLS // 2 + 1 :]).max() < 0.01
