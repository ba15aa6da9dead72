"""ONNX Runtime 1.17, which the last years' Pythons have, runs every candidate's file through docs/run_model.py."""

import json
import subprocess
from pathlib import Path

import numpy as np
import onnx
import pytest
from environments import make_environment
from pictures import VARIANTS, draw_scene
from PIL import Image
from projects import ROOT
from shapes import QUICK, draw_shapes, shape_data
from tiny_datasets import make_params

from tinysight.imaging import Decoding
from tinysight.models.export import Provenance, export_model
from tinysight.models.int8 import quantise
from tinysight.models.onnx_file import IR_VERSION
from tinysight.models.training import fit_candidate
from tinysight.predictor import Predictor

pytestmark = pytest.mark.slow
PARAMS = make_params()


@pytest.fixture(scope="module")
def python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One that can import nothing but ONNX Runtime 1.17, numpy and Pillow."""
    listed = Path(__file__).with_name("onnxruntime_1_17.txt")
    return make_environment(tmp_path_factory.mktemp("old") / "venv", listed) / "python"


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """One of each format and mode of eight bits."""
    folder = tmp_path_factory.mktemp("pictures")
    for number, (name, write) in enumerate(VARIANTS.items()):
        if "16-bit" not in name:
            write(draw_scene("ring", np.random.default_rng(number)), folder / str(number), number)
    return sorted(folder.iterdir())


@pytest.fixture(scope="module")
def known(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Pictures like those of the training: int8 answers on others lie between two steps and may fall on either.

    So does one of these now and then, where the distance from the training makes a small difference a large one.
    """
    folder = tmp_path_factory.mktemp("known")
    for number, pixels in enumerate(draw_shapes(40, side=28, seed=5)[0]):
        Image.fromarray(pixels).save(folder / f"{number}.png")
    return sorted(folder.iterdir())


def answers(python: Path, model: Path, pictures: list[Path]) -> list[dict[str, object]]:
    words = [str(python), str(ROOT / "docs" / "run_model.py"), str(model), *map(str, pictures)]
    done = subprocess.run(words, capture_output=True, text=True, check=True, cwd=model.parent)
    return [json.loads(line) for line in done.stdout.splitlines()]


def agrees(python: Path, content: bytes, place: Path, pictures: list[Path], tolerance: float, least: float = 1) -> None:
    """At least this share of the answers do, and those are unknown where the predictor's are."""
    place.write_bytes(content)
    predictor, close = Predictor(content), 0
    for picture, answer in zip(pictures, answers(python, place, pictures), strict=True):
        expected = predictor.predict(picture.read_bytes())
        same = answer["probabilities"] == pytest.approx(expected.probabilities, abs=tolerance)
        assert same or least < 1, (picture.name, answer, expected)
        close += same
        if same and abs(expected.confidence - predictor.contract.unknown_threshold) > tolerance:
            assert answer["class"] == expected.class_name
    assert close >= least * len(pictures)


def test_it_is_that_version(python: Path) -> None:
    done = subprocess.run(
        [python, "-c", "import onnxruntime as o; print(o.__version__)"], capture_output=True, check=True
    )
    assert done.stdout == b"1.17.0\n"


@pytest.mark.parametrize("name", PARAMS.models)
def test_it_answers_as_the_predictor_does(
    name: str, python: Path, pictures: list[Path], known: list[Path], tmp_path: Path
) -> None:
    params, data = PARAMS.models[name], shape_data(side=28)
    fitted = fit_candidate(params, data, QUICK, 0, tmp_path)
    made = export_model(fitted.model, data, Decoding(28), PARAMS.export, Provenance("d" * 64, "e" * 64))
    proto = onnx.load_from_string(made.content)
    assert (proto.ir_version, proto.opset_import[0].version) == (IR_VERSION, PARAMS.export.opset)
    assert ("ReduceMin" in {node.op_type for node in proto.graph.node}) == (name != "majority")  # strange: less sure
    agrees(python, made.content, tmp_path / "model.onnx", pictures + known, 1e-4)
    if params.bytes_suit:
        content = quantise(made, data, PARAMS.export).content
        agrees(python, content, tmp_path / "model.int8.onnx", known, 0.02, least=0.9)
