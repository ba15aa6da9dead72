"""What is measured of a picture says what its name says, and is the same alone, among others and on other machines."""

import numpy as np
import pytest
from drifting_pictures import SIDE, darker, draw, smoothed
from hypothesis import given, settings
from hypothesis import strategies as st

from tinysight.drift.measures import NAMES, Looked, Pixels, look

UNSURE = np.full((1, 3), 1 / 3, np.float32)


def _values(pixels: Pixels, size: tuple[int, int] = (30, 20)) -> dict[str, float]:
    answers = np.repeat(UNSURE, len(pixels), axis=0)
    return dict(zip(NAMES, look(pixels, [size] * len(pixels), answers).values[0].tolist(), strict=False))


def _plain(rgb: tuple[int, int, int], side: int = SIDE) -> Pixels:
    return np.broadcast_to(np.array(rgb, np.uint8), (1, side, side, 3))


def test_of_a_plain_picture() -> None:
    grey = _values(_plain((60, 60, 60)))
    assert grey["brightness"] == grey["lightest"] == grey["darkest"] == 60
    assert grey["contrast"] == grey["colour"] == grey["sharpness"] == grey["diagonal"] == 0
    assert _values(_plain((90, 60, 30)))["colour"] == pytest.approx(np.hypot(30, 30), abs=0.001)


def test_light_and_blur_move_what_they_should() -> None:
    pixels, _ = draw(1, 3)
    as_is, dark, soft = _values(pixels), _values(darker(pixels)), _values(smoothed(pixels))
    assert dark["brightness"] == pytest.approx(0.85 * as_is["brightness"], abs=1)
    assert dark["sharpness"] == pytest.approx(as_is["sharpness"], rel=0.03)
    assert soft["sharpness"] < 0.9 * as_is["sharpness"]


@pytest.mark.parametrize(("name", "part"), [("left to right", np.s_[:, :, :8]), ("top to bottom", np.s_[:, :8])])
def test_layout_says_where_the_light_is(name: str, part: tuple[slice, ...]) -> None:
    pixels = np.zeros((1, SIDE, SIDE, 3), np.uint8)
    pixels[part] = 200
    values = _values(pixels)
    assert values[name] > 0.5
    assert all(abs(values[n]) < 0.01 for n in ("left to right", "top to bottom", "diagonal") if n != name)


def test_size_and_shape_are_those_of_the_file() -> None:
    values = _values(_plain((0, 0, 0)), size=(640, 360))
    assert (values["size"], values["shape"]) == (480, round(16 / 9, 3))


@settings(max_examples=25)
@given(side=st.integers(1, 80), count=st.integers(1, 5), seed=st.integers(0, 99))
def test_any_picture_has_finite_values_alone_and_among_others(side: int, count: int, seed: int) -> None:
    random = np.random.default_rng(seed)
    pixels = random.integers(0, 256, (count, side, side, 3), np.uint8)
    answers = random.dirichlet(np.ones(3), count).astype(np.float32)
    together = look(pixels, [(side, 1)] * count, answers)
    alone = [look(pixels[i : i + 1], [(side, 1)], answers[i : i + 1]) for i in range(count)]
    for all_, one in zip(together, Looked(*map(np.concatenate, zip(*alone, strict=True))), strict=True):
        assert np.isfinite(all_).all()
        assert np.allclose(all_, one, atol=2e-3)


def test_a_model_that_is_surer_than_a_float_can_say_is_measured() -> None:
    found = look(_plain((9, 9, 9)), [(1, 1)], np.array([[1, 0, 0]], np.float32))
    assert np.isfinite(found.embedding).all()
    assert found.classes.tolist() == [0]
