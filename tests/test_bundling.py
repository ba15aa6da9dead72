"""A bundle for a server is the registered version or the verdict's choice, whole, checked, and never over another."""

import json
import os
from pathlib import Path

import pytest
from results import give_store, make_results

from tinysight.bundle import open_bundle
from tinysight.classifier import Classifier
from tinysight.cli import main
from tinysight.params import Params
from tinysight.paths import Paths
from tinysight.tracking.release import release


@pytest.fixture
def finished(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Params, Paths]:
    """A finished pipeline with an empty store, as the current directory."""
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    params, paths = make_results(tmp_path / "project")
    paths.conf.mkdir()
    give_store(paths)
    monkeypatch.chdir(paths.root)
    return params, paths


def test_the_production_version_is_the_default_and_any_other_can_be_named(
    finished: tuple[Params, Paths], capsys: pytest.CaptureFixture[str]
) -> None:
    params, paths = finished
    release(params, paths)
    capsys.readouterr()
    for words in ([], ["--alias", "production"], ["--version", "1"], ["--model", "models:/colours/1"]):
        out = Path("server", f"bundle-{len(words)}{''.join(words[:1])}")
        assert main(["bundle", "--out", str(out), *words]) == 0
        bundle = open_bundle(out)
        assert (bundle.name, bundle.version) == ("colours", "1")
        assert bundle.model.read_bytes() == (paths.export("svm") / "model.onnx").read_bytes()
        assert f"TINYSIGHT_MODEL={out}" in capsys.readouterr().out
    assert not [path for path in Path("server").iterdir() if path.name.startswith(".")]


def test_the_verdicts_choice_needs_no_registry(
    finished: tuple[Params, Paths], capsys: pytest.CaptureFixture[str]
) -> None:
    params, paths = finished
    paths.store.unlink()
    assert main(["bundle", "--chosen", "--out", "mine"]) == 0
    bundle = open_bundle(Path("mine"))
    assert (bundle.name, bundle.version) == (params.register_.name, "local")
    assert Classifier.load(Path("mine")).predictor.contract.class_names == ("red", "green", "blue")
    assert bundle.model.read_bytes() == (paths.export("svm") / "model.onnx").read_bytes()


def test_others_may_read_it_and_only_read_it(finished: tuple[Params, Paths]) -> None:
    before = os.umask(0o077)
    try:
        assert main(["bundle", "--chosen", "--out", "mine"]) == 0
    finally:
        os.umask(before)
    modes = {path.is_dir(): path.stat().st_mode & 0o777 for path in [Path("mine"), *Path("mine").rglob("*")]}
    assert modes == {True: 0o755, False: 0o644}


def test_what_is_there_is_not_touched(finished: tuple[Params, Paths], capsys: pytest.CaptureFixture[str]) -> None:
    Path("mine").mkdir()
    Path("mine", "note").write_text("keep me")
    assert main(["bundle", "--chosen", "--out", "mine"]) == 1
    assert "mine is there already" in capsys.readouterr().err
    assert [path.name for path in Path("mine").iterdir()] == ["note"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--version", "7"], "7 is not registered"),
        (["--alias", "none"], "none"),
        (["--model", "colours"], "models:/NAME@ALIAS"),
    ],
)
def test_a_version_that_cannot_be_had_leaves_nothing(
    finished: tuple[Params, Paths], capsys: pytest.CaptureFixture[str], words: list[str], said: str
) -> None:
    assert main(["bundle", "--out", "mine", *words]) == 1
    assert said in capsys.readouterr().err
    assert not [path for path in Path().iterdir() if "mine" in path.name]


def test_a_verdict_without_a_choice_is_told(finished: tuple[Params, Paths], capsys: pytest.CaptureFixture[str]) -> None:
    finished[1].verdict.write_text(json.dumps({"schema": 1, "chosen": None, "candidates": []}))
    assert main(["bundle", "--chosen", "--out", "mine"]) == 1
    assert "chose no candidate" in capsys.readouterr().err


def test_a_model_that_does_not_answer_as_promised_is_not_bundled(
    finished: tuple[Params, Paths], capsys: pytest.CaptureFixture[str]
) -> None:
    release(*finished)
    for golden in finished[1].artifacts.rglob("golden.json"):
        golden.write_text("{}")
    assert main(["bundle", "--out", "mine"]) == 1
    assert "golden.json" in capsys.readouterr().err
    assert not Path("mine").exists()
