"""Files are measured as the service measures what it is sent: upright, at their own size, broken ones left out."""

from pathlib import Path

import numpy as np
import pytest
from onnx_models import tiny_model
from pictures import encode, save_oriented
from PIL import Image

from tinysight.drift.measures import NAMES, look
from tinysight.drift.pictures import GROUP, look_at_files
from tinysight.imaging import decode_with_header
from tinysight.predictor import Predictor


@pytest.fixture(scope="module")
def predictor(tmp_path_factory: pytest.TempPathFactory) -> Predictor:
    return Predictor(tiny_model(tmp_path_factory.mktemp("model") / "model.onnx"))


def _noise(width: int, height: int, seed: int = 0) -> Image.Image:
    return Image.fromarray(np.random.default_rng(seed).integers(0, 256, (height, width, 3), np.uint8))


def test_a_picture_counts_upright_however_the_camera_was_held(predictor: Predictor, tmp_path: Path) -> None:
    for orientation in range(1, 9):
        save_oriented(_noise(40, 20), tmp_path / f"{orientation}.png", orientation)
    files = [(tmp_path / f"{orientation}.png").read_bytes() for orientation in range(1, 9)]
    values = look_at_files(predictor, files)[0].values
    assert set(values[:, NAMES.index("shape")]) == {2.0}
    assert np.ptp(values, axis=0).max() < 0.01


def test_many_are_measured_in_groups_as_one_by_one_and_broken_ones_are_left_out(predictor: Predictor) -> None:
    files = [encode(_noise(20 + number % 7, 20, number)) for number in range(GROUP + 5)]
    files[3] = b"broken"
    found, places = look_at_files(predictor, files)
    assert places == [number for number in range(GROUP + 5) if number != 3]
    pixels, header = decode_with_header(files[9], predictor.decoding)
    alone = look(pixels[None], [header.size], predictor.probabilities(pixels[None]))
    assert np.allclose(found.values[8], alone.values[0], atol=2e-3)


def test_none_at_all_are_none(predictor: Predictor) -> None:
    found, places = look_at_files(predictor, [b"", b"x"])
    assert (len(found.values), len(found.classes), places) == (0, 0, [])
