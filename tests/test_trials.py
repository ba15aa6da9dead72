"""`tinysight learning-curve` trains on fewer and on resized pictures, and touches nothing of the pipeline."""

import numpy as np
import pytest
from results import make_results
from shapes import write_shapes

from tinysight.data.dataset import read_info
from tinysight.data.imageset import ImageSet
from tinysight.data.splits import Split
from tinysight.errors import ConfigError
from tinysight.evaluation.learning import ROWS, SIZE, read_learning
from tinysight.paths import Paths
from tinysight.trials import fewer_rows, learning_curve, other_sizes


def files_of(paths: Paths) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in sorted(paths.root.rglob("*")) if path.is_file()}


def test_fewer_rows_hold_each_class_and_lie_within_more(tmp_path):
    write_shapes(tmp_path)
    images, split = ImageSet.open(Paths(tmp_path).dataset), Split.open(Paths(tmp_path).split)
    eighth, half = (fewer_rows(images, split.train, share) for share in (1 / 8, 1 / 2))
    assert set(eighth) < set(half) < set(split.train)
    assert len(half) == len(split.train) // 2
    assert np.bincount(images.labels[eighth], minlength=3).min() >= 1


def test_without_a_candidate_that_learned_there_is_nothing_to_try(tmp_path):
    for chosen in (None, "majority"):
        _, paths = make_results(tmp_path, chosen=chosen)
        with pytest.raises(ConfigError, match=r"no chosen candidate.*dvc repro"):
            learning_curve(paths)


def test_a_size_too_small_to_show_anything_is_not_tried():
    assert other_sizes(28) == [14, 56]
    assert other_sizes(8) == [16]


@pytest.mark.slow
def test_the_trials_are_written_and_the_pipeline_is_as_it_was(tmp_path):
    params, paths = make_results(tmp_path, chosen="svm")
    before = files_of(paths)
    said = learning_curve(paths)
    learning = read_learning(paths.learning, read_info(paths.dataset).digest)
    assert learning is not None
    assert [trial.rows for trial in learning.of("svm", ROWS)] == [9, 15, 30, 60]
    assert [trial.image_size for trial in learning.of("svm", SIZE)] == [8, 16]
    assert all(trial.p50_ms is not None for trial in learning.of("svm", SIZE))
    assert "dvc repro -f -s select" in said
    after = files_of(paths)
    after.pop(str(paths.learning))
    assert after == before
    assert params.dataset.image_size == 8
