"""Strange pictures get unsure answers, and usual ones the answers that they had."""

import keras
import numpy as np
import pytest
from shapes import shape_contract, shape_data

from tinysight.models import small_cnn
from tinysight.models.distance import (
    FARTHEST,
    MOST_FEATURES,
    MOST_ROWS,
    USUAL,
    CooledByDistance,
    Distance,
    fit_distance,
    sample_places,
    with_features,
)
from tinysight.models.networks import predict_logits
from tinysight.models.onnx_file import convert, finish, with_probabilities
from tinysight.params import SmallCnnParams
from tinysight.predictor import Predictor

PLACES = np.array([[6, 0, 0], [0, 6, 0], [0, 0, 6]], dtype=np.float32)  # where three classes lie
SMALL = SmallCnnParams(
    kind="small_cnn", width=4, dropout=0.0, learning_rate=0.01, weight_decay=0.0, label_smoothing=0.0
)


def drawn(rows: int, seed: int):
    random = np.random.default_rng(seed)
    labels = np.arange(rows) % 3
    return (PLACES[labels] + random.normal(size=(rows, 3))).astype(np.float32), labels


@pytest.fixture(scope="module")
def distance() -> Distance:
    found = fit_distance(*drawn(900, 0), drawn(600, 1)[0], 3)
    assert found is not None
    return found


def test_one_usual_picture_in_a_hundred_is_cooled(distance):
    factors = distance.factors(drawn(3000, 2)[0])
    assert factors.min() == 1
    assert 0.002 < (factors > 1).mean() < 0.03


@pytest.mark.parametrize("strange", [[0, 0, 0], [30, 30, 30], [100, 0, 0], [-20, 6, 0]])
def test_what_lies_far_from_every_class_is_cooled_whatever_it_claims(distance, strange):
    """Also far beyond a class, where the softmax alone is surest."""
    logits = np.array([strange], dtype=np.float32)
    cooled = logits / distance.factors(logits)[:, None]
    assert np.exp(cooled - cooled.max()).sum() > 1.2  # no class has nearly everything


def test_directions_in_which_classes_spread_count_less():
    logits, labels = drawn(900, 0)
    logits[:, 2] *= 10
    found = fit_distance(logits, labels, logits, 3)
    assert found is not None
    along, across = np.array([[6, 0, 12]], np.float32), np.array([[18, 0, 0]], np.float32)
    assert found.factors(along)[0] < found.factors(across)[0]


def test_a_model_that_says_the_same_of_everything_knows_no_strangers():
    same = np.full((30, 3), 0.5, dtype=np.float32)
    assert fit_distance(same, np.arange(30) % 3, same, 3) is None


def test_a_class_that_the_rows_lack_has_no_place(distance):
    logits, labels = drawn(900, 0)
    found = fit_distance(logits[labels != 1], labels[labels != 1], logits, 3)
    assert found is not None
    assert len(found.spaces[0].centres) == 2


def test_the_graph_computes_the_same(distance):
    logits = np.concatenate([drawn(60, 3)[0], PLACES * 50, -PLACES * 1e4, np.full((1, 3), 1e6, np.float32)])
    wanted = logits / (0.7 * distance.factors(logits)[:, None])
    found = np.asarray(CooledByDistance(0.7, distance)(logits))
    np.testing.assert_allclose(found, wanted, rtol=2e-3, atol=1e-6)
    assert distance.factors(logits).max() == FARTHEST**4


def test_what_only_the_features_show_is_strange_too_and_usual_pictures_stay_usual():
    logits, labels = drawn(900, 0)
    random = np.random.default_rng(1)
    both = np.concatenate([logits, logits @ random.normal(size=(3, 2)), random.normal(size=(900, 4))], axis=1)
    val = both[450:].astype(np.float32)
    found = fit_distance(both[:450].astype(np.float32), labels[:450], val, 3)
    assert found is not None
    assert np.mean(found.squares(val) <= 1) == pytest.approx(USUAL, abs=0.005)  # both spaces together
    strange = val.copy()
    strange[:, -1] += 30
    assert (found.factors(strange) > 1e6).all()
    wanted = strange[:, :3] / (0.7 * found.factors(strange)[:, None])
    np.testing.assert_allclose(CooledByDistance(0.7, found)(strange), wanted, rtol=2e-3, atol=1e-6)


def test_a_last_layer_that_sees_too_much_or_is_not_dense_shows_no_features():
    inputs = keras.Input((MOST_FEATURES + 1,))
    wide = keras.Model(inputs, keras.layers.Dense(3)(inputs))
    other = keras.Model(inputs, keras.layers.Reshape((MOST_FEATURES + 1,))(inputs))
    assert with_features(wide) is wide
    assert with_features(other) is other


def test_a_file_with_distance_has_one_output_and_keeps_the_best_class():
    keras.utils.set_random_seed(0)
    model, data = small_cnn.build(SMALL, 16, 3), shape_data()
    known, labels = predict_logits(with_features(model), data), data.val_labels
    found = fit_distance(known, labels, known, 3)
    assert found is not None
    assert [len(space.middle) for space in found.spaces] == [3, 6 * SMALL.width]
    pictures = np.random.default_rng(0).integers(0, 256, (20, 16, 16, 3), dtype=np.uint8)
    plain, cooled = (
        Predictor(finish(convert(whole, 17), shape_contract())).probabilities(pictures)
        for whole in (with_probabilities(model, 0.1), with_probabilities(model, 0.1, found))
    )
    np.testing.assert_array_equal(plain.argmax(axis=1), cooled.argmax(axis=1))
    assert (cooled.max(axis=1) < plain.max(axis=1) + 1e-6).all()


def test_few_rows_are_asked_about_and_the_same_ones_each_time():
    data = shape_data(train=1500, val=6, copies=1000)
    places = sample_places(data)
    np.testing.assert_array_equal(places, sample_places(data))
    assert len(places) == len(np.unique(places)) == MOST_ROWS
    assert (places >= 1500).mean() == pytest.approx(0.4, abs=0.05)
