"""Where files lie, also in the copy of the work tree in which a queued experiment runs."""

from pathlib import Path

import pytest

from tinysight.paths import Paths


def test_stage_outs_lie_in_the_work_tree(tmp_path: Path) -> None:
    paths = Paths(tmp_path)
    assert paths.train("svm") == tmp_path / "models" / "svm" / "train"
    assert paths.verdict.parent == tmp_path / "reports"


@pytest.mark.parametrize("copy", ["tmpab12", "standalone/tmpab12"])
def test_a_queued_experiment_shares_the_state_of_the_main_checkout(tmp_path: Path, copy: str) -> None:
    queued = tmp_path / ".dvc" / "tmp" / "exps" / copy
    queued.mkdir(parents=True)
    assert Paths(queued).store == tmp_path.resolve() / ".tinysight" / "mlflow.db"
    assert Paths(queued).dataset == queued / "data" / "dataset"


def test_a_file_that_a_setting_names_is_found_from_a_queued_experiment_too(tmp_path: Path) -> None:
    queued = tmp_path / ".dvc" / "tmp" / "exps" / "tmpab12"
    queued.mkdir(parents=True)
    assert Paths(queued).named("w.h5") == tmp_path.resolve() / "w.h5"
    (queued / "w.h5").touch()  # in git, it is in the copy too
    assert Paths(queued).named("w.h5") == queued / "w.h5"
    assert Paths(queued).named("/elsewhere/w.h5") == Path("/elsewhere/w.h5")


def test_a_folder_that_is_merely_called_exps_is_its_own_checkout(tmp_path: Path) -> None:
    project = tmp_path / "exps" / "mine"
    project.mkdir(parents=True)
    assert Paths(project).state == project.resolve() / ".tinysight"


def test_an_int8_file_lies_beside_its_candidates_and_is_scored_below_it(tmp_path: Path) -> None:
    paths = Paths(tmp_path)
    assert paths.model("net_int8") == paths.export("net") / "model.int8.onnx"
    assert paths.model("net") == paths.export("net_int8") / "model.onnx"
    assert paths.train("net_int8") == paths.train("net")
    assert paths.scores("net_int8") == paths.scores("net") / "int8"
    assert paths.scored("net") == ("net",)
    paths.export("net").mkdir(parents=True)
    paths.model("net_int8").touch()
    assert paths.scored("net") == ("net", "net_int8")
