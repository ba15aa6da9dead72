"""One training of a learning curve: of the very file that is asked for, beside the pipeline's own."""

import pytest
from results import make_results

from tinysight.data.splits import Split
from tinysight.errors import DataError, ModelError
from tinysight.evaluation.trial_file import Question
from tinysight.paths import Paths
from tinysight.stages import export
from tinysight.trials.questions import Planned, plan
from tinysight.trials.training import train_trial


def files_of(paths: Paths) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in sorted(paths.root.rglob("*")) if path.is_file()}


def asked(params, paths, name) -> list[Planned]:
    return list(plan(params, paths, name, []))


def test_the_8_bit_file_is_judged_where_it_was_chosen(tmp_path):
    """Not the float file, whose size, time and score are others."""
    params, paths = make_results(tmp_path, "train.epochs=1", "models.mlp.hidden=[64]")
    before = files_of(paths)
    found = train_trial(params, paths, asked(params, paths, "mlp_int8")[0])
    assert (found.candidate, found.lengths) == ("mlp_int8", {"side": 28})
    assert 28 * 28 * 3 * 64 < found.file_bytes < 2 * 28 * 28 * 3 * 64  # a byte for each weight, not four
    assert files_of(paths) == before


def test_an_8_bit_file_that_cannot_be_made_is_a_failure(tmp_path, monkeypatch):
    params, paths = make_results(tmp_path, "train.epochs=1", "models.mlp.hidden=[8]")
    monkeypatch.setattr(export, "_int8", lambda *_: {"failed": "no bytes"})
    with pytest.raises(ModelError, match="mlp_int8 cannot be trained so: no bytes"):
        train_trial(params, paths, asked(params, paths, "mlp_int8")[0])


def test_at_twice_the_size_the_side_follows(tmp_path):
    params, paths = make_results(tmp_path, "models.svm.landmarks=10", "models.svm.side=16", "models.svm.cell=2")
    found = train_trial(params, paths, asked(params, paths, "svm")[-1])
    assert (found.image_size, found.lengths) == (16, {"side": 32, "cell": 4})


def test_a_source_that_has_changed_is_no_answer(tmp_path):
    params, paths = make_results(tmp_path)
    next(iter(paths.raw.rglob("*.png"))).unlink()
    with pytest.raises(DataError, match=r"source has changed.*dvc repro"):
        train_trial(params, paths, asked(params, paths, "svm")[-1])


def test_a_training_that_fails_says_why_and_leaves_nothing(tmp_path):
    params, paths = make_results(tmp_path)
    split = Split.open(paths.split)
    one = split.train[:1]
    question = Question(candidate="svm", varied="rows", rows=1, image_size=8)
    with pytest.raises((ModelError, DataError)):
        train_trial(params, paths, Planned(question, Split(one[:0], split.val, split.test), ""))
    assert not (paths.cache / "learning").exists()
