"""The command's words, its exit codes, and its errors without tracebacks."""

import hashlib
import json
import subprocess
import sys
from pathlib import Path

import pytest
from onnx_models import tiny_model
from PIL import Image
from projects import run_in

from tinysight.cli import build_parser, main


@pytest.mark.parametrize("command", ["import", "samples", "params", "predict", "registry", "bundle", "retry", "doctor"])
def test_every_command_explains_itself(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main([command, "--help"])
    assert ended.value.code == 0
    assert "usage: tinysight" in capsys.readouterr().out


def test_an_unknown_command_is_exit_code_2(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["dance"])
    assert ended.value.code == 2
    assert "dance" in capsys.readouterr().err


def test_outside_a_project_the_error_says_where_to_go(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["params"]) == 1
    assert "error: " in capsys.readouterr().err


def test_predict_prints_a_json_line_a_picture_and_fails_for_a_broken_one(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    model = tmp_path / "model.onnx"
    tiny_model(model, class_names=("cat", "dog", "owl"), image_size=16)
    good, broken = tmp_path / "good.png", tmp_path / "broken.png"
    Image.new("RGB", (40, 30), (200, 30, 30)).save(good)
    broken.write_bytes(b"no picture")
    code = main(["predict", "--model", str(model), str(good), str(broken)])
    first, second = (json.loads(line) for line in capsys.readouterr().out.splitlines())
    assert code == 1
    assert first["best_class"] in ("cat", "dog", "owl")
    assert first["model_version"] == "local"
    assert "error" in second


def test_predict_loads_nothing_heavy(tmp_path: Path) -> None:
    """A machine with only the base packages can classify."""
    tiny_model(tmp_path / "model.onnx", class_names=("cat", "dog"), image_size=16)
    Image.new("RGB", (20, 20)).save(tmp_path / "a.png")
    script = (
        "import sys; from tinysight.cli import main; code = main(['predict', '--model', 'model.onnx', 'a.png']);"
        "heavy = {'keras', 'tensorflow', 'mlflow', 'dvc', 'hydra', 'sklearn', 'fastapi'} & set(sys.modules);"
        "sys.exit(code or len(heavy))"
    )
    run_in(tmp_path, "python", "-c", script)


def test_importing_tinysight_imports_nothing_heavy() -> None:
    script = "import sys; before = set(sys.modules); import tinysight, tinysight.cli; print(len(sys.modules))"
    modules = int(subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout)
    assert modules < 150


def test_a_key_and_its_hash_are_made_without_any_package(tmp_path: Path) -> None:
    blocked = "import sys; sys.modules.update(dict.fromkeys(['pydantic', 'numpy', 'yaml', 'fastapi', 'onnxruntime']))"
    script = f"{blocked}; from tinysight.cli import main; sys.exit(main(['key']))"
    lines = run_in(tmp_path, "python", "-c", script).stdout.splitlines()
    (_, key, *_), (_, digest, *_) = (line.split() for line in lines)
    assert hashlib.sha256(key.encode()).hexdigest() == digest


def test_params_check_ends_well_in_a_fresh_project(project: Path) -> None:
    assert "what conf/ composes to" in run_in(project, "tinysight", "params", "--check").stdout


def test_a_pipe_that_closes_early_is_no_error(project: Path) -> None:
    assert run_in(project, "bash", "-c", "tinysight doctor | true").stderr == ""


def test_every_command_has_a_function_to_run() -> None:
    assert callable(build_parser().parse_args(["registry", "list"]).run)
