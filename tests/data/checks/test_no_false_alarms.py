"""A clean data set is told that it is clean: false alarms teach people not to look."""

import numpy as np
import pytest
from evidences import from_files, violations
from pictures import SHAPES, draw_mask, draw_scene, encode
from PIL import Image
from projects import ROOT
from tiny_datasets import make_params

from tinysight.data.sources.source import list_source


def test_the_digits_raise_no_alarm() -> None:
    dataset = make_params("dataset=digits").dataset
    files = [(file.class_name, file.read()) for file in list_source(dataset, ROOT).files]
    assert violations(from_files(files, dataset.image_size)) == {}


@pytest.mark.parametrize("seed", range(3))
def test_drawings_of_plain_shapes_raise_no_alarm(seed: int) -> None:
    random = np.random.default_rng(seed)
    masks = [(shape, draw_mask(shape, random, (48, 48))) for _ in range(40) for shape in SHAPES]
    files = [(shape, encode(Image.fromarray(np.uint8(mask * 255)))) for shape, mask in masks]
    assert violations(from_files(files)).keys() <= {"same_pixels", "same_bytes"}


@pytest.mark.parametrize("seed", range(3))
def test_photos_of_many_sizes_raise_no_alarm(seed: int) -> None:
    random = np.random.default_rng(seed)
    scenes = [(shape, draw_scene(shape, random)[0]) for _ in range(30) for shape in SHAPES]
    found = violations(from_files([(shape, encode(image, "JPEG")) for shape, image in scenes]))
    assert found.keys() <= {"bright"}, "some of them have a white sky behind them"
