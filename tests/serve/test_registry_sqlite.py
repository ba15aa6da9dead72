"""The production version of MLflow's own database, through the child that may import MLflow."""

import json
import sys
from pathlib import Path

import pytest
from onnx_models import solid_png
from results import give_store, make_results
from serving import RGB, make_bundle, running, start_fails

from serve.registry_sqlite import pull_version
from tinysight.client import Client
from tinysight.errors import ConfigError, TrackingError


@pytest.mark.slow
def test_the_registered_model_of_a_finished_pipeline_is_served(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from tinysight.stages import register

    params, paths = make_results(tmp_path / "project")
    give_store(paths)
    monkeypatch.chdir(paths.root)
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    register.run(params, paths)
    own = {"MLFLOW_TRACKING_URI": f"sqlite:///{paths.store}", "TINYSIGHT_CACHE_DIR": str(tmp_path / "cache")}
    with running("models:/colours@production", tmp_path, TINYSIGHT_WORKERS="2", **own) as service:
        served = Client(service.url).predict(solid_png(RGB["blue"]))
        assert (served.best_class, served.model_version) == ("blue", "1")
    paths.store.unlink()
    with running("models:/colours@production", tmp_path, **own) as service:
        assert json.loads(service.ask("GET", "/readyz")[2])["trouble"]


def test_an_empty_store_is_one_line_that_says_what_to_do(tmp_path: Path) -> None:
    own = {"MLFLOW_TRACKING_URI": f"sqlite:///{tmp_path}/none.db", "TINYSIGHT_CACHE_DIR": str(tmp_path / "cache")}
    code, text = start_fails(tmp_path, TINYSIGHT_MODEL="models:/colours@production", **own)
    assert code == 1
    assert "dvc repro" in text
    assert len(text.splitlines()) == 1


def child(folder: Path, code: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Puts a program in the place of the Python that the child would be started with."""
    script = folder / "python"
    script.write_text(f"#!{sys.executable}\nimport sys\n{code}\n")
    script.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(script))


def test_what_the_child_prints_is_the_release(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = make_bundle(tmp_path / "bundle")
    answer = json.dumps(
        {"name": "colours", "version": "7", "folder": str(folder), "promoted_at": "2026-11-22T08:00:00Z"}
    )
    child(tmp_path, f"print('a warning'); print({answer!r})", monkeypatch)
    release, promoted_at = pull_version("sqlite:///x.db", "models:/colours@production", tmp_path)
    assert promoted_at == "2026-11-22T08:00:00Z"
    assert (release.name, release.version, release.folder) == ("colours", "7", folder)


@pytest.mark.parametrize(
    ("code", "error", "words"),
    [
        ("sys.exit('error: no alias')", TrackingError, "cannot be pulled: no alias"),
        ("sys.exit(3)", TrackingError, "no reason given"),
        ("import nothing_mlflow", ConfigError, "mlflow server"),
        ("print('no JSON')", TrackingError, "no JSON"),
    ],
)
def test_a_child_that_fails_is_an_error_in_its_last_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: str, error: type[Exception], words: str
) -> None:
    child(tmp_path, code, monkeypatch)
    with pytest.raises(error, match=words):
        pull_version("sqlite:///x.db", "models:/colours@production", tmp_path)


def test_a_child_that_hangs_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("serve.registry_sqlite.TIMEOUT", 0.5)
    child(tmp_path, "import time; time.sleep(20)", monkeypatch)
    with pytest.raises(TrackingError, match="not pulled"):
        pull_version("sqlite:///x.db", "models:/colours@production", tmp_path)
