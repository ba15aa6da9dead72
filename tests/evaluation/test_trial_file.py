"""Trials are kept with all that they hang on, and only those of today's settings and pictures are read."""

import numpy as np
import pytest
from results import make_results
from verdicts import failed_trial, trial

from tinysight.data.dataset import read_info, write_info
from tinysight.errors import DataError
from tinysight.evaluation.scores import write_scores
from tinysight.evaluation.trial_file import (
    ROWS,
    SIZE,
    FailedTrial,
    Learning,
    Trial,
    as_it_is,
    basis,
    read_learning,
    with_today,
    write_learning,
)
from tinysight.models.status import Status, write_status
from tinysight.params import Params
from tinysight.paths import Paths


@pytest.fixture(scope="module")
def made(tmp_path_factory) -> tuple[Params, Paths]:
    return make_results(tmp_path_factory.mktemp("trials"))


def kept(params: Params, paths: Paths, *names: str) -> None:
    """Writes one trial of each candidate as it would be made now."""
    trials = [trial(30, 0.9, candidate=name, basis=basis(params, paths, name)) for name in names]
    write_learning(paths.learning, Learning(trials=trials))


def changed(params: Params, section: str, **values: object) -> Params:
    own = getattr(params, section).model_copy(update=values)
    return params.model_copy(update={section: own})


def test_trials_come_back_in_order_without_what_failed(made):
    params, paths = made
    own = basis(params, paths, "svm")
    trials = [trial(rows, 0.9, varied=varied, basis=own) for rows, varied in ((200, ROWS), (100, ROWS), (100, SIZE))]
    write_learning(paths.learning, Learning(trials=trials))
    found = read_learning(params, paths)
    assert found == Learning(trials=trials)
    assert [one.rows for one in found.of("svm", ROWS)] == [100, 200]


def test_without_a_file_there_are_no_trials(made):
    params, paths = made
    paths.learning.unlink(missing_ok=True)
    assert read_learning(params, paths) == Learning(trials=[])


def test_what_makes_or_judges_a_candidate_makes_its_trials_stale(made):
    params, paths = made
    kept(params, paths, "svm")
    wider = {**params.models, "svm": params.models["svm"].model_copy(update={"landmarks": 50})}
    expected = params.evaluate.expected.model_copy(update={"rotation": 30.0})
    for other in (
        params.model_copy(update={"models": wider}),
        params.model_copy(update={"seed": 7}),
        changed(params, "augment", copies=5),
        changed(params, "train", epochs=1),
        changed(params, "export", int8=False),
        changed(params, "evaluate", expected=expected),
    ):
        found = read_learning(other, paths)
        assert (found.trials, found.stale) == ([], 1)


def test_what_does_not_matter_leaves_trials_as_they_are(made):
    """Another candidate, what is paid for mistakes, how the curves of robustness are sampled."""
    params, paths = made
    kept(params, paths, "svm")
    mlp = {**params.models, "mlp": params.models["mlp"].model_copy(update={"dropout": 0.5})}
    for other in (
        params.model_copy(update={"models": mlp}),
        changed(params, "select", standard_errors=2.0),
        changed(params, "evaluate", curve_images=10),
    ):
        assert len(read_learning(other, paths).trials) == 1


def test_other_pictures_or_rows_make_trials_stale(tmp_path):
    params, paths = make_results(tmp_path)
    kept(params, paths, "svm")
    train = np.load(paths.split / "train.npy")
    np.save(paths.split / "train.npy", train[1:])
    assert read_learning(params, paths).stale == 1
    np.save(paths.split / "train.npy", train)
    assert read_learning(params, paths).stale == 0
    info = read_info(paths.dataset)
    write_info(paths.dataset, type(info)("e" * 64, *list(vars(info).values())[1:]))
    assert read_learning(params, paths).stale == 1


def test_the_8_bit_file_has_the_basis_of_its_candidate_and_a_dropped_one_has_none(made):
    params, paths = made
    assert basis(params, paths, "mlp_int8") == basis(params, paths, "mlp") != basis(params, paths, "svm")
    write_learning(paths.learning, Learning(trials=[trial(30, 0.9, candidate="gone", basis="g" * 64)]))
    assert read_learning(params, paths).stale == 1


def test_a_file_of_an_earlier_version_is_stale_and_a_broken_one_names_the_fix(made):
    params, paths = made
    old = trial(30, 0.9).model_dump_json(exclude={"basis", "lengths"})
    paths.learning.write_text(f'{{"schema": 1, "dataset_digest": "d", "trials": [{old}]}}')
    assert read_learning(params, paths).stale == 1
    paths.learning.write_text("{}")
    with pytest.raises(DataError, match=r"Delete it, then run `tinysight learning-curve`"):
        read_learning(params, paths)


def test_a_result_takes_the_place_of_what_asked_the_same():
    learning = Learning(trials=[trial(30, 0.9)], failed=[failed_trial(60, "no memory")])
    assert learning.add(trial(60, 0.8)) == Learning(trials=[trial(30, 0.9), trial(60, 0.8)])
    assert learning.add(failed_trial(30, "broken")).trials == []
    assert learning.answers(trial(30, 0.1))
    assert not learning.answers(trial(60, 0.1))
    assert not learning.answers(trial(30, 0.1, basis="other"))


def test_today_is_what_the_table_says_of_the_candidate(tmp_path):
    params, paths = make_results(tmp_path)
    kept(params, paths, "svm")
    found = with_today(read_learning(params, paths), params, paths, "svm")
    assert [one.rows for one in found.of("svm", ROWS)] == [30, 60]
    assert found.of("svm", SIZE) == []  # nobody has tried another size
    assert found.of("svm", ROWS)[-1].expected_accuracy == 0.8
    from tinysight.evaluation.scores import read_scores

    scores = read_scores(paths.scores("svm"))
    better = scores.val.model_copy(update={"expected_accuracy": 0.99})
    write_scores(paths.scores("svm"), scores.model_copy(update={"val": better}))
    again = with_today(read_learning(params, paths), params, paths, "svm")
    assert again.of("svm", ROWS)[-1].expected_accuracy == 0.99


def test_today_is_not_asked_of_the_svm_where_its_8_bit_file_is_chosen(tmp_path):
    params, paths = make_results(tmp_path)
    kept(params, paths, "svm")
    found = with_today(read_learning(params, paths), params, paths, "svm_int8")
    assert [one.rows for one in found.of("svm", ROWS)] == [30]


def test_a_candidate_that_failed_in_the_ladder_is_a_trial_that_failed(tmp_path):
    params, paths = make_results(tmp_path)
    assert isinstance(as_it_is(params, paths, "mlp", ROWS), Trial)
    write_status(paths.scores("svm"), Status("failed", "not enough memory"))
    today = as_it_is(params, paths, "svm", ROWS)
    assert isinstance(today, FailedTrial)
    assert today.reason == "not enough memory"
