"""Robustness curves: of a fixed sample, the same each time, and no dearer for a large model."""

import numpy as np
import pytest
from evaluated import Project

from tinysight.data.imageset import ImageSet
from tinysight.evaluation import curves as room
from tinysight.evaluation.curves import POINTS, curve_rows, robustness_curves
from tinysight.params import ExpectedParams
from tinysight.predictor import Predictor

ROWS = np.arange(60, 90)


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    project = Project(tmp_path_factory.mktemp("curves"))
    project.ingest()
    return project


def measured(project, **options):
    predictor = Predictor(project.export("svm", noise=3.0))
    images = ImageSet.open(project.paths.dataset)
    return robustness_curves(predictor, images, ROWS, ExpectedParams(shift=0.3, rotation=90), seed=0, **options)


def test_each_curve_begins_with_what_the_model_does_on_clean_pictures(project):
    curves = measured(project)
    assert [curve.kind for curve in curves][:3] == ["expected", "shift", "rotation"]
    images = ImageSet.open(project.paths.dataset)
    predictor = Predictor(project.export("svm", noise=3.0))
    answers = predictor.probabilities(np.asarray(images.pixels[ROWS]))
    clean = (answers.argmax(axis=1) == images.labels[ROWS]).mean()
    assert {curve.points[0].accuracy for curve in curves} == {float(clean)}
    for point in (point for curve in curves for point in curve.points):
        assert point.interval[0] <= point.accuracy <= point.interval[1]
        assert set(point.per_class) == {"blue", "green", "red"}
        assert np.mean(list(point.per_class.values())) == pytest.approx(point.accuracy)
    assert [curve.images for curve in curves] == [{"blue": 10, "green": 10, "red": 10}] * len(curves)


def test_they_are_the_same_each_time_and_progress_counts_their_answers(project):
    steps: list[int] = []
    assert measured(project, advance=steps.append) == measured(project)
    assert sum(steps) == POINTS * len(ROWS)


def test_the_sample_is_of_the_smallest_digests_and_stays_when_data_is_added(project):
    images = ImageSet.open(project.paths.dataset)
    few = curve_rows(np.arange(40, 60), images, most=10, multiply_adds=1000)
    more = curve_rows(np.arange(40, 90), images, most=10, multiply_adds=1000)
    assert few.tolist() == more.tolist() == list(range(40, 50))  # the digests rise with the rows


def test_a_large_model_is_asked_about_fewer_pictures_but_enough(project, monkeypatch):
    images = ImageSet.open(project.paths.dataset)
    monkeypatch.setattr(room, "FEWEST_ROWS", 5)
    affordable = int(room.BUDGET / POINTS / 20)
    assert len(curve_rows(ROWS, images, most=30, multiply_adds=affordable)) == 20
    assert len(curve_rows(ROWS, images, most=30, multiply_adds=10**15)) == 5
