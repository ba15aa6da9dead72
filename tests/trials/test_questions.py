"""What a learning curve asks: shares of the train rows, and sizes at which a candidate really sees more or less."""

from typing import Annotated, Literal

import numpy as np
import pytest
from evaluated import CONF
from pydantic import Field
from results import make_results
from shapes import write_shapes

from tinysight.config import compose_params
from tinysight.data.imageset import ImageSet
from tinysight.data.splits import Split
from tinysight.errors import ConfigError
from tinysight.evaluation.trial_file import ROWS, SIZE, lengths
from tinysight.params import CandidateParams, Params
from tinysight.paths import Paths
from tinysight.trials.questions import at_size, compared, fewer_rows, other_sizes, plan


class NearestMeanParams(CandidateParams):
    """A candidate in a file of its own."""

    kind: Literal["nearest_mean"]
    side: Annotated[int, Field(ge=4, le=64)]


def params_of(*overrides: str) -> Params:
    return compose_params(CONF, ["dataset=digits", *overrides])


def side_at(params: Params, candidate: str, size: int) -> object:
    return getattr(at_size(params, candidate, size).models[candidate], "side", None)


def test_fewer_rows_hold_each_class_and_lie_within_more(tmp_path):
    write_shapes(tmp_path)
    images, split = ImageSet.open(Paths(tmp_path).dataset), Split.open(Paths(tmp_path).split)
    eighth, half = (fewer_rows(images, split.train, share) for share in (1 / 8, 1 / 2))
    assert set(eighth) < set(half) < set(split.train)
    assert len(half) == len(split.train) // 2
    assert np.bincount(images.labels[eighth], minlength=3).min() >= 1


def test_sizes_that_no_data_set_may_have_are_not_asked():
    assert other_sizes(params_of().dataset) == [14, 56]
    assert other_sizes(params_of("dataset.image_size=8").dataset) == [16]
    assert other_sizes(params_of("dataset.image_size=600").dataset) == [300]


def test_fewer_rows_come_first_and_the_largest_size_last(tmp_path):
    params, paths = make_results(tmp_path)
    asked = [one.question for one in plan(params, paths, "mlp_int8", ["svm"])]
    rows = [(one.candidate, one.rows) for one in asked if one.varied == ROWS]
    assert rows == [(name, rows) for name in ("mlp_int8", "svm") for rows in (9, 15, 30)]
    assert [(one.candidate, one.image_size, one.rows) for one in asked[6:]] == [("mlp_int8", 16, 60)]
    assert asked[-1].varied == SIZE


def test_shares_of_very_few_rows_are_asked_once(tmp_path):
    params, paths = make_results(tmp_path)
    np.save(paths.split / "train.npy", np.array([0, 1, 30, 31, 60, 61]))  # two of each class
    assert [one.question.rows for one in plan(params, paths, "mlp", [])] == [3, 6]
    np.save(paths.split / "train.npy", np.array([0, 30, 60]))
    assert [one.question.varied for one in plan(params, paths, "mlp", [])] == [SIZE]


def test_the_svm_is_drawn_beside_others():
    params = params_of()
    assert (compared(params, "small_cnn"), compared(params, "small_cnn_int8")) == (["svm"], ["svm"])
    assert compared(params_of("~model@models.svm"), "small_cnn") == []


@pytest.mark.parametrize("chosen", ["svm", "svm_int8"])
def test_no_file_of_the_svm_is_compared_with_the_svm(chosen):
    """It would be trained anew on the same rows."""
    assert compared(params_of(), chosen) == []


@pytest.mark.parametrize(
    ("candidate", "sides"),
    [("svm", [16, 64]), ("logistic", [10, 40]), ("mlp", [14, 56]), ("small_cnn", [None, None])],
)
def test_a_candidate_that_resizes_pictures_itself_does_so_in_proportion(candidate, sides):
    """At its own side it would see twice the pixels as today's, and the answer would always be no."""
    params = params_of()
    assert [side_at(params, candidate, size) for size in (14, 56)] == sides
    assert at_size(params, candidate, 56).dataset.image_size == 56
    others = set(params.models) - {candidate}
    assert all(at_size(params, candidate, 56).models[other] == params.models[other] for other in others)


def test_the_cells_of_an_svm_grow_with_its_side():
    """As many cells as before: of four times the features it would take minutes to find the principal axes."""
    assert [lengths(at_size(params_of(), "svm", size), "svm")["cell"] for size in (14, 56)] == [2, 8]


def test_transfer_follows_the_size_by_itself_or_by_its_side():
    assert side_at(params_of(), "transfer", 56) is None
    assert side_at(params_of("models.transfer.side=128"), "transfer", 56) == 256


def test_a_side_that_is_not_allowed_gives_way_to_the_nearest():
    assert side_at(params_of("models.mlp.side=100"), "mlp", 56) == 128
    assert side_at(params_of("models.svm.side=24"), "svm", 14) == 16
    assert side_at(params_of("models.svm.cell=2"), "svm", 14) == 24  # a cell has two pixels or more
    params = params_of()
    own = params.model_copy(update={"models": {"own": NearestMeanParams(kind="nearest_mean", side=40)}})
    assert side_at(own, "own", 56) == 64


def test_a_size_at_which_a_candidate_would_see_the_same_is_refused():
    params = params_of("dataset.image_size=128", "models.mlp.side=128")
    with pytest.raises(ConfigError, match=r"models\.mlp\.side allows no other value between 128 and 256"):
        at_size(params, "mlp", 256)
    assert side_at(params, "mlp", 64) == 64
    small = params_of("models.mlp.side=128")  # pictures of 28 pixels: at 56 it sees more
    assert side_at(small, "mlp", 56) == 128
