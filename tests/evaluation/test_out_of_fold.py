"""Each picture is judged by a model that saw neither it nor any of its copies."""

from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tinysight.evaluation.out_of_fold import AXES, FEW, FOLDS, LENGTH, MORE_FOLDS, assign_folds, condense, out_of_fold


def _digests(count, seed=0):
    return [f"{value:016x}" for value in np.random.default_rng(seed).integers(0, 2**63, count)]


@given(st.integers(0, 2**32 - 1), st.integers(1, 60))
def test_groups_stay_whole_and_classes_are_spread_evenly(seed, count):
    draw = np.random.default_rng(seed)
    groups = draw.integers(0, count, count)
    labels = groups % 3
    folds = assign_folds(labels, groups, _digests(count, seed))
    assert all(len(set(folds[groups == group])) == 1 for group in groups)
    for label in set(labels.tolist()):
        of_group = {group: folds[place] for place, group in enumerate(groups) if labels[place] == label}
        spread = Counter(of_group.values())
        assert max(spread.values()) - min(spread.get(fold, 0) for fold in range(MORE_FOLDS)) <= 1


@pytest.mark.parametrize(("count", "folds"), [(FEW - 1, MORE_FOLDS), (FEW, FOLDS), (3, 3)])
def test_models_of_few_pictures_learn_from_more_of_them(count, folds):
    rows = np.arange(count)
    assert len(set(assign_folds(np.zeros(count, int), rows, _digests(count)).tolist())) == folds


def test_the_order_of_rows_does_not_matter():
    labels, groups, digests = np.arange(40) % 4, np.arange(40) // 2, _digests(40)
    order = np.random.default_rng(3).permutation(40)
    shuffled = assign_folds(labels[order], groups[order], [digests[row] for row in order])
    assert np.array_equal(shuffled, assign_folds(labels, groups, digests)[order])


def test_features_are_condensed_to_one_length_whatever_their_scale():
    draw = np.random.default_rng(0)
    small, large = draw.normal(size=(300, 40)), 1e6 * draw.normal(size=(300, 400)) + 3
    found = condense((small, 1.0), (large, 0.5))
    assert found.shape == (300, AXES)
    assert np.sqrt(np.mean(np.sum(found**2, axis=1))) == pytest.approx(LENGTH, rel=1e-4)
    assert np.array_equal(found, condense((small, 1.0), (large, 0.5)))


def test_fewer_pictures_or_numbers_than_axes_and_equal_ones_are_no_trouble():
    assert condense((np.eye(5), 1.0)).shape == (5, 5)
    assert np.isfinite(condense((np.ones((4, 7)), 1.0))).all()


def _two_heaps(count=60):
    labels = np.arange(count) % 2
    points = np.random.default_rng(0).normal(size=(count, 2)) + 6 * labels[:, None]
    return condense((points, 1.0)), labels


def test_a_wrong_label_is_not_believed_because_its_own_model_never_saw_it():
    features, labels = _two_heaps()
    given = labels.copy()
    given[4] = 1
    folds = assign_folds(given, np.arange(len(given)), _digests(len(given)))
    probabilities = out_of_fold(features, given, folds)
    assert np.allclose(probabilities.sum(axis=1), 1)
    assert probabilities[4, 1] < 0.2
    assert (probabilities.argmax(axis=1) == labels).all()


def test_copies_vouch_for_each_other_only_without_groups():
    """Ten copies of one picture under a wrong label: apart they teach it, together they don't."""
    features, labels = _two_heaps()
    features = np.concatenate([features, np.tile(features[4], (10, 1))])
    given, groups = np.concatenate([labels, np.ones(10, int)]), np.arange(len(features))
    apart = out_of_fold(features, given, assign_folds(given, groups, _digests(len(given))))
    groups[60:] = 60
    together = out_of_fold(features, given, assign_folds(given, groups, _digests(len(given))))
    assert together[60:, 1].max() < 0.1 < apart[60:, 1].min()


def test_a_class_that_only_one_fold_holds_gets_no_probability_there():
    features, labels = _two_heaps()
    labels = labels.copy()
    labels[0] = 2
    probabilities = out_of_fold(features, labels, np.arange(60) % FOLDS)
    assert probabilities.shape == (60, 3)
    assert probabilities[0, 2] == 0


def test_one_class_in_the_other_folds_is_all_that_can_be_said():
    features, _ = _two_heaps()
    probabilities = out_of_fold(features, np.where(np.arange(60) < 5, 1, 0), np.where(np.arange(60) < 5, 0, 1))
    assert (probabilities[:5] == [1, 0]).all()


def test_each_fold_is_told():
    features, labels = _two_heaps()
    steps: list[int] = []
    out_of_fold(features, labels, np.arange(60) % FOLDS, steps.append)
    assert steps == [1] * FOLDS
