"""The script of docs/run_model.py decodes and answers as the Predictor does."""

import ast
import importlib.util
import json
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
from onnx_models import tiny_model
from pictures import PHOTOS, VARIANTS, draw_scene, encode, save_oriented
from PIL import Image
from projects import ROOT

from tinysight.imaging import Decoding, Fit, decode_image
from tinysight.predictor import Predictor

SCRIPT = ROOT / "docs" / "run_model.py"
ROUNDING: dict[Fit, int] = {"pad": 0, "stretch": 0, "crop": 1}  # of 255: it measures the middle from another corner


@pytest.fixture(scope="module")
def script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("run_model", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def difference(script: ModuleType, path: Path, decoding: Decoding) -> int:
    own = script.decode(str(path), decoding.image_size, decoding.fit, decoding.background)
    ours = decode_image(path.read_bytes(), decoding)
    assert own.shape == ours.shape
    return int(np.abs(own.astype(int) - ours).max())


@pytest.mark.parametrize("fit", ROUNDING)
@pytest.mark.parametrize("variant", [name for name in VARIANTS if "16-bit" not in name])
def test_every_format_of_eight_bits_gives_the_same_pixels(
    script: ModuleType, variant: str, fit: Fit, tmp_path: Path
) -> None:
    VARIANTS[variant](draw_scene("ring", np.random.default_rng(5)), tmp_path / "picture", 5)
    (path,) = tmp_path.iterdir()
    assert difference(script, path, Decoding(32, fit, (10, 200, 90))) == 0


@pytest.mark.parametrize("side", [20, 28, 64, 100, 224])
@pytest.mark.parametrize("fit", ROUNDING)
def test_photos_of_every_size_and_turn_give_the_same_pixels(
    script: ModuleType, fit: Fit, side: int, tmp_path: Path
) -> None:
    photo = Image.open(PHOTOS / "flower.jpg")  # 640 × 427
    for number, size in enumerate([(640, 427), (427, 640), (1501, 333), (63, 64), (3, 500)]):
        resized = photo.resize(size)
        path = tmp_path / f"{number}.jpg"
        path.write_bytes(encode(resized, "JPEG"))
        assert difference(script, path, Decoding(side, fit)) <= ROUNDING[fit]
    for orientation in range(1, 9):
        save_oriented(photo, tmp_path / "turned.jpg", orientation)
        assert difference(script, tmp_path / "turned.jpg", Decoding(side, fit)) <= ROUNDING[fit]


def test_it_answers_as_the_predictor_does(
    script: ModuleType, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    model = tiny_model(tmp_path / "model.onnx", unknown_threshold=0.9)
    files = []
    for number, colour in enumerate([(255, 0, 0), (0, 255, 0), (0, 0, 255), (120, 119, 119)]):
        files.append(tmp_path / f"{number}.png")
        files[-1].write_bytes(encode(Image.new("RGB", (30, 20), colour)))
    script.main(str(model), *map(str, files))
    answers = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    for file, answer in zip(files, answers, strict=True):
        expected = Predictor(model).predict(file.read_bytes())
        assert (answer["file"], answer["class"]) == (str(file), expected.class_name)
        assert answer["probabilities"] == pytest.approx(expected.probabilities, abs=1e-6)
    assert [answer["class"] for answer in answers] == ["red", "green", "blue", None]


def test_what_it_leaves_out_is_said(script: ModuleType, tmp_path: Path) -> None:
    path = tmp_path / "deep.png"
    path.write_bytes(encode(Image.fromarray(np.full((8, 8), 3000, dtype=np.uint16))))
    with pytest.raises(SystemExit, match="more than 8 bits"):
        difference(script, path, Decoding(8))


def test_it_imports_numpy_pillow_and_onnx_runtime_and_nothing_else() -> None:
    lines = SCRIPT.read_text(encoding="utf-8").splitlines()
    imported = {line.split()[1].split(".")[0] for line in lines if line.startswith(("import ", "from "))}
    assert imported == {"json", "os", "sys", "numpy", "PIL", "onnxruntime"}


def test_its_two_functions_have_thirty_lines_of_code() -> None:
    text = SCRIPT.read_text(encoding="utf-8")
    functions = [node for node in ast.parse(text).body if isinstance(node, ast.FunctionDef)]
    assert [function.name for function in functions] == ["decode", "main"]
    code = []
    for function in functions:
        after_the_docstring = text.splitlines()[function.body[1].lineno - 1 : function.end_lineno]
        code += ["def", *(line for line in after_the_docstring if line.strip())]
    assert 20 < len(code) <= 30
