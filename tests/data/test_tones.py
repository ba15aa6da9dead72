"""A picture's light, sharpness and grain change as the ranges say, by a draw that belongs to its row."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pictures import PHOTOS
from PIL import Image
from tiny_datasets import noise

from tinysight.data import tones as tones_module
from tinysight.data.tones import Tones, change_tones
from tinysight.imaging import Pixels

EVERYTHING = Tones(brightness=0.2, contrast=0.3, blur=0.05, noise=0.05, jpeg_quality=40)
COUNT = 200


def photo(side: int = 48) -> Pixels:
    """(200, side, side, 3): one real photo, again and again."""
    with Image.open(PHOTOS / "flower.jpg") as image:
        return np.repeat(np.asarray(image.convert("RGB").resize((side, side)))[None], COUNT, axis=0)


def changed(images: Pixels, tones: Tones) -> Pixels:
    return change_tones(images, np.arange(len(images)), tones, seed=3, draw=0)


def test_without_ranges_pictures_stay_as_they_are() -> None:
    assert np.array_equal(changed(noise(20, 16), Tones()), noise(20, 16))


def test_brightness_moves_all_counts_by_up_to_its_share() -> None:
    grey = np.full((COUNT, 8, 8, 3), 128, np.uint8)
    shift = changed(grey, Tones(brightness=0.1))[:, 0, 0, 0].astype(int) - 128
    assert -26 <= shift.min() < -22
    assert 22 < shift.max() <= 26
    assert abs(shift.mean()) < 4


def test_contrast_spreads_about_the_mean() -> None:
    images = (photo().astype(np.float32) * 0.3 + 90).astype(np.uint8)  # far from black and white
    after = changed(images, Tones(contrast=0.3))
    spread = after.std(axis=(1, 2, 3)) / images.std()
    assert spread.min() == pytest.approx(0.7, abs=0.03)
    assert spread.max() == pytest.approx(1.3, abs=0.03)
    assert np.abs(after.mean(axis=(1, 2, 3)) - images.mean()).max() < 1


def test_blur_takes_detail_and_no_light() -> None:
    after = changed(photo(), Tones(blur=0.05)).astype(float)
    detail = np.abs(np.diff(after, axis=2)).mean(axis=(1, 2, 3)) / np.abs(np.diff(photo().astype(float), axis=2)).mean()
    assert detail.max() == pytest.approx(1, abs=0.01)
    assert detail.min() < 0.6
    assert np.abs(after.mean(axis=(1, 2, 3)) - photo().mean()).max() < 2


def test_noise_is_of_the_stated_strength_and_different_in_each_picture() -> None:
    grey = np.full((COUNT, 32, 32, 3), 128, np.uint8)
    after = changed(grey, Tones(noise=0.1)).astype(float)
    strength = after.std(axis=(1, 2, 3)) / 255
    assert strength.max() == pytest.approx(0.1, abs=0.005)
    assert strength.min() < 0.01
    assert len({one.tobytes() for one in after}) == COUNT


def test_jpeg_leaves_its_traces() -> None:
    after = changed(photo(), Tones(jpeg_quality=20)).astype(float)
    error = np.abs(after - photo()).mean(axis=(1, 2, 3))
    assert 0 < error.min() < 5 < error.max() < 20


def test_each_range_is_drawn_on_its_own() -> None:
    """The picture that gets most light is not always the one that gets most blur."""
    grey = photo()
    light = changed(grey, Tones(brightness=0.1)).mean(axis=(1, 2, 3))
    soft = np.abs(np.diff(changed(grey, Tones(blur=0.05)).astype(float), axis=2)).mean(axis=(1, 2, 3))
    assert abs(np.corrcoef(light, soft)[0, 1]) < 0.25


@given(st.lists(st.integers(0, 29), min_size=1, max_size=30), st.integers(0, 5), st.integers(0, 50))
def test_a_change_belongs_to_the_row_not_to_the_batch(rows: list[int], seed: int, draw: int) -> None:
    images = noise(30)
    whole = change_tones(images, np.arange(30), EVERYTHING, seed=seed, draw=draw)
    assert np.array_equal(change_tones(images[rows], np.array(rows), EVERYTHING, seed=seed, draw=draw), whole[rows])


def test_every_draw_gives_another_change() -> None:
    one = photo()[:1]
    drawn = {change_tones(one, np.array([7]), EVERYTHING, seed=0, draw=draw).tobytes() for draw in range(20)}
    assert len(drawn) == 20


def test_pictures_larger_than_the_store_of_noise_get_noise_everywhere(monkeypatch: pytest.MonkeyPatch) -> None:
    tones_module._grain.cache_clear()
    monkeypatch.setattr(tones_module, "GRAIN", 1000)
    grey = np.full((1, 32, 32, 3), 128, np.uint8)
    after = changed(grey, Tones(noise=0.5))
    tones_module._grain.cache_clear()
    assert after[0, -8:].std() > 1
    assert after[0, :8].std() > 1


def test_no_pictures_give_no_pictures() -> None:
    nothing = np.zeros((0, 8, 8, 3), np.uint8)
    assert changed(nothing, EVERYTHING).shape == (0, 8, 8, 3)


@pytest.mark.parametrize("side", [1, 2, 7])
def test_tiny_pictures_can_be_changed(side: int) -> None:
    assert changed(noise(3, side), EVERYTHING).shape == (3, side, side, 3)
