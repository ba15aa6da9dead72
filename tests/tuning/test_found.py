"""What a study has found is said in words that can be checked, and as an experiment that composes."""

from pathlib import Path

import yaml
from results import give_store
from studies import outcome, tried, tuned_project

from tinysight.config import compose_params
from tinysight.params.tune import with_values
from tinysight.tuning.found import Found, experiment, report
from tinysight.tuning.outcome import Tried
from tinysight.tuning.publishing import Publisher
from tinysight.tuning.writing import write_found

TRIALS = (
    tried(0, 14), tried(1, 17, side=20, gamma=1.23456), tried(2, 17, side=24, gamma=2.0),
    tried(3, 12, "stopped", 3, side=16, gamma=0.5), tried(4, 0, "failed", side=64, gamma=8.0),
)  # fmt: skip


def found(*trials: Tried, wanted: int = 5) -> Found:
    return Found("svm", trials or TRIALS, wanted, 20, 12)


def test_the_best_is_the_first_of_those_with_most_right_answers() -> None:
    assert found().best.number == 1
    assert found().line() == (
        "svm: 85.0% of val, moved, in trial 2 of 5; as it is, it has 70.0%."
        " Of 20 pictures, 3 are right only now and 0 were right only before."
    )


def test_one_that_was_stopped_is_never_the_best() -> None:
    assert found(tried(0, 10), tried(1, 19, "stopped", 2, side=20)).best.number == 0


def test_nothing_better_is_said_and_equal_is_not_better() -> None:
    same = found(tried(0, 17), *TRIALS[1:])
    assert not same.better
    assert same.line() == "svm: 85.0% of val, moved, as it is, and none of 4 other trials is better."


def test_a_candidate_that_fails_as_it_is_can_be_bettered() -> None:
    line = found(tried(0, 0, "failed"), *TRIALS[1:]).line()
    assert "it failed (no memory)" in line
    assert "17 are right only now" in line


def test_the_report_lists_the_best_first_and_says_what_val_cannot() -> None:
    page = report(found(), {"side": 0.75, "gamma": 0.25}, ["dvc exp run -S experiment=svm_tuned"])
    rows = [line.split(" | ")[0] for line in page.splitlines() if line.startswith("| ")][1:]
    assert rows == ["| 2", "| 3", "| 1", "| 4", "| 5"]
    assert "looks better on val than it is" in page
    assert "side 75%, gamma 25%" in page
    assert "gamma=1.23" in page


def test_a_study_leaves_an_experiment_that_composes_a_table_and_figures(tmp_path: Path) -> None:
    params, paths = tuned_project(tmp_path)
    give_store(paths)
    publisher = Publisher(params, paths, "svm", "k" * 64)
    said = write_found(found(wanted=9), {"side": 0.9, "gamma": 0.1}, params, paths, publisher)
    assert "4 of 9 trials are left; the same command goes on." in said
    assert "  dvc exp run -S experiment=svm_tuned" in said.splitlines()
    assert publisher.trouble == ""
    folder = paths.tune_report("svm")
    assert (folder / "trials.csv").read_text().splitlines()[:3] == [
        "trial,end,val_moved_accuracy,seconds,epochs,side,gamma",
        "1,whole,0.7,1.5,0,,", "2,whole,0.85,1.5,0,20,1.23456",
    ]  # fmt: skip
    assert sorted(path.name for path in folder.iterdir()) == [
        "history.png",
        "importance.png",
        "report.md",
        "trials.csv",
    ]
    before, composed = (compose_params(tmp_path / "conf", words).models for words in ([], ["experiment=svm_tuned"]))
    assert composed["svm"] == before["svm"]
    assert composed["svm_tuned"] == with_values(before["svm"], {"side": 20, "gamma": 1.23456})


def test_where_nothing_is_better_no_experiment_is_written(tmp_path: Path) -> None:
    params, paths = tuned_project(tmp_path)
    give_store(paths)
    publisher = Publisher(params, paths, "svm", "k" * 64)
    said = write_found(found(tried(0, 18), *TRIALS[1:]), {}, params, paths, publisher)
    assert "none of 4 other trials is better" in said
    assert not paths.experiment("svm_tuned").exists()


def test_the_head_of_the_experiment_is_yaml_without_content() -> None:
    assert yaml.safe_load(experiment(found(), "svm_tuned", "2026-11-22")) is None
    assert outcome(3).rights.sum() == 3
