"""Pretrained features are computed once, go on after a kill, and are what Keras computes."""

import numpy as np
import pytest
from tiny_datasets import noise

from tinysight.models import features as room
from tinysight.models.feature_model import build_features
from tinysight.models.features import BATCH, KEPT, features, look
from tinysight.models.pretrained_network import PretrainedNetwork, working_side

SIZE, SIDE = 16, 32
NETWORK = PretrainedNetwork("efficientnet_lite0", SIDE)


@pytest.fixture(scope="module")
def cache(tmp_path_factory):
    """With the exported network in it, which takes seconds to make."""
    folder = tmp_path_factory.mktemp("cache")
    features(noise(1, SIZE), folder, network=NETWORK)
    return folder


def _count(monkeypatch):
    """How many pictures go through the network from now on."""
    seen: list[int] = []

    class Session(room.onnxruntime.InferenceSession):
        def run(self, wanted, given, *rest):
            seen.append(len(given["image"]))
            return super().run(wanted, given, *rest)

    monkeypatch.setattr(room.onnxruntime, "InferenceSession", Session)
    return seen


def test_onnx_runtime_and_keras_agree(cache):
    pixels = noise(5, SIZE)
    found = features(pixels, cache, network=NETWORK)
    assert found.shape == (5, 1280)
    assert found.dtype == np.float32
    assert np.abs(found - np.asarray(build_features(SIZE, SIDE).predict_on_batch(pixels))).max() < 1e-4


def test_the_same_pixels_are_not_looked_at_twice(cache, monkeypatch):
    first = features(noise(3, SIZE), cache, network=NETWORK).copy()
    seen = _count(monkeypatch)
    assert np.array_equal(features(noise(3, SIZE), cache, network=NETWORK), first)
    assert seen == []


def test_rows_choose_pictures(cache):
    pixels = noise(6, SIZE)
    whole = features(pixels, cache, network=NETWORK)
    assert np.allclose(features(pixels, cache, rows=np.array([4, 1]), network=NETWORK), whole[[4, 1]], atol=1e-5)


def test_after_a_kill_whole_batches_stay(cache, monkeypatch):
    pixels = noise(2 * BATCH + 3, SIZE)
    wanted = features(pixels, cache, network=NETWORK).copy()
    path = max((cache / "features").glob("*.npy"), key=lambda path: path.stat().st_mtime)
    half = path.read_bytes()[: 128 + 4 * 1280 * (BATCH + 9) + 77]
    path.unlink()
    (path.parent / (path.name + ".part")).write_bytes(half)
    _noted(cache).write_text("1000.0")
    seen = _count(monkeypatch)
    again = look(pixels, cache, network=NETWORK)
    assert np.allclose(again.values, wanted, atol=1e-6)
    assert seen == [BATCH, 3]
    assert 900 < again.earlier_seconds <= 1000 < float(_noted(cache).read_text())


def _noted(cache):
    return max((cache / "features").glob("*.seconds"), key=lambda path: path.stat().st_mtime)


def test_what_comes_from_the_cache_says_how_long_it_took(cache):
    pixels = noise(7, SIZE)
    assert look(pixels, cache, network=NETWORK).earlier_seconds == 0
    assert 0 < float(_noted(cache).read_text()) < 60
    _noted(cache).write_text("1000.0")
    assert 900 < look(pixels, cache, network=NETWORK).earlier_seconds <= 1000


@pytest.mark.parametrize("content", [None, "", "a while"])
def test_features_whose_seconds_nobody_noted_are_used_all_the_same(cache, monkeypatch, content):
    pixels = noise(8, SIZE)
    first = features(pixels, cache, network=NETWORK).copy()
    noted, seen = _noted(cache), _count(monkeypatch)
    noted.unlink() if content is None else noted.write_text(content)
    again = look(pixels, cache, network=NETWORK)
    assert np.array_equal(again.values, first)
    assert (again.earlier_seconds, seen) == (0, [])
    next((cache / "features").glob(f"{noted.stem}.npy")).unlink()  # for the next one


def test_only_the_last_few_data_sets_are_kept(cache):
    for seed in range(KEPT + 2):
        features(noise(seed + 1, SIZE), cache, network=NETWORK)
    kept = {path.stem for path in (cache / "features").glob("*.npy")}
    assert len(kept) == KEPT
    assert {path.stem for path in (cache / "features").glob("*.seconds")} == kept


def test_small_pictures_are_looked_at_smaller():
    assert working_side(28) < working_side(64) == working_side(512)
