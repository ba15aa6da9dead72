"""`tinysight retry` finds what failed first and leaves the rest alone."""

import json
import subprocess
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from tinysight.config import write_params
from tinysight.errors import ConfigError
from tinysight.paths import Paths
from tinysight.retry import failed_stages, retry


@pytest.fixture
def paths(project: Path) -> Paths:
    """A project with the rungs of the committed params.yaml, none of which has run."""
    return Paths(project)


def put(folder: Path, status: str) -> None:
    folder.mkdir(parents=True)
    (folder / "status.json").write_text(json.dumps({"status": status, "reason": "because"}))


def test_the_first_failed_stage_of_each_candidate_is_named(paths: Paths) -> None:
    for folder in (paths.train("svm"), paths.export("svm"), paths.scores("svm")):
        put(folder, "failed")
    put(paths.train("mlp"), "ok")
    put(paths.export("mlp"), "failed")
    put(paths.train("small_cnn"), "ok")
    assert failed_stages(paths) == ["export@mlp", "train@svm"]


def test_an_8_bit_file_that_failed_alone_is_evaluated_again(paths: Paths) -> None:
    for folder in (paths.train("small_cnn"), paths.export("small_cnn"), paths.scores("small_cnn")):
        put(folder, "ok")
    put(paths.scores("small_cnn_int8"), "failed")
    assert failed_stages(paths) == ["evaluate@small_cnn"]


def test_an_8_bit_file_that_could_not_be_made_is_exported_again(paths: Paths) -> None:
    for folder in (paths.train("small_cnn"), paths.export("small_cnn"), paths.scores("small_cnn")):
        put(folder, "ok")
    put(paths.scores("small_cnn_int8"), "failed")
    (paths.export("small_cnn") / "export.json").write_text('{"int8": {"failed": "because"}}')
    assert failed_stages(paths) == ["export@small_cnn"]


def test_nothing_failed_is_said_and_nothing_runs(paths: Paths, capsys: pytest.CaptureFixture[str]) -> None:
    put(paths.train("svm"), "ok")
    put(paths.train("dropped"), "failed")  # a rung that params.yaml no longer has
    assert retry(paths) == 0
    assert "No candidate has failed" in capsys.readouterr().out


def test_what_was_corrected_in_conf_and_has_no_effect_yet_is_named(
    paths: Paths, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """As the reason of a failure may have asked for: lower the rate in conf/model."""
    ran: list[list[str]] = []
    monkeypatch.setattr(subprocess, "run", lambda words, **_: ran.append(words) or CompletedProcess(words, 0))
    put(paths.train("small_cnn"), "failed")
    rate = paths.conf / "model" / "small_cnn.yaml"
    rate.write_text(rate.read_text().replace("learning_rate: 0.01", "learning_rate: 0.003"))
    assert retry(paths) == 0
    said = capsys.readouterr().out
    assert "models.small_cnn.learning_rate: conf/ has 0.003, params.yaml has 0.01" in said
    assert "`tinysight params`" in said
    assert len(ran) == 2
    write_params(paths.conf, paths.params)
    assert retry(paths) == 0
    assert "conf/" not in capsys.readouterr().out


def test_before_the_first_run_the_error_names_the_command(paths: Paths) -> None:
    with pytest.raises(ConfigError, match="dvc repro"):
        retry(paths)
