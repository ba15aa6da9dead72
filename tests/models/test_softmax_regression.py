"""The solver finds what scikit-learn's LogisticRegression finds, and the penalty fits what is held out."""

import numpy as np
import pytest
from shapes import shape_data
from sklearn.linear_model import LogisticRegression

from tinysight.models.softmax_regression import Axes, Known, choose_penalty, fit_head, solve


def clouds(rows: int, apart: float = 1.0, seed: int = 0):
    """Overlapping clouds of points whose features have very different scales; one feature never changes."""
    draw = np.random.default_rng(seed)
    labels = np.arange(rows) % 4
    centres = apart * np.random.default_rng(9).normal(size=(4, 12))
    points = (centres[labels] + draw.normal(size=(rows, 12))) * np.geomspace(0.1, 10, 12)
    return np.column_stack([points, np.full(rows, 3.0)]).astype(np.float32), labels


def centred(features):
    """About their mean, all on one scale."""
    steps = features - features.mean(axis=0)
    return steps / np.sqrt((steps**2).mean())


@pytest.mark.parametrize("penalty", [0.001, 0.1])
def test_it_finds_the_probabilities_of_scikit_learn(penalty: float):
    features, labels = clouds(400)
    axes = Axes.of(features)
    kernel, bias = axes.undo(solve(Known(axes.apply(features), labels), 4, penalty))
    scaled = np.column_stack([centred(features), np.ones(400)])
    theirs = LogisticRegression(C=1 / (penalty * 400), tol=1e-8, max_iter=5000, fit_intercept=False).fit(scaled, labels)
    scores = features @ kernel + bias
    ours = np.exp(scores - np.log(np.exp(scores).sum(axis=1, keepdims=True)))
    np.testing.assert_allclose(ours, theirs.predict_proba(scaled), atol=0.01)


def test_rows_count_as_sample_weight_has_it():
    features, labels = clouds(400)
    counts = np.where(labels == 0, 3.0, 1 / 3).astype(np.float32)
    axes = Axes.of(features)
    kernel, bias = axes.undo(solve(Known(axes.apply(features), labels, counts), 4, 0.01))
    scaled = np.column_stack([centred(features), np.ones(400)])
    theirs = LogisticRegression(C=1 / (0.01 * 400), tol=1e-8, max_iter=5000, fit_intercept=False)
    theirs.fit(scaled, labels, sample_weight=counts)
    scores = features @ kernel + bias
    ours = np.exp(scores - np.log(np.exp(scores).sum(axis=1, keepdims=True)))
    np.testing.assert_allclose(ours, theirs.predict_proba(scaled), atol=0.01)


def test_a_turn_changes_no_length():
    features, _ = clouds(300)
    axes = Axes.of(features)
    lengths = np.linalg.norm(axes.apply(features)[:, :-1], axis=1)
    np.testing.assert_allclose(lengths, np.linalg.norm(centred(features), axis=1), rtol=2e-2)


@pytest.mark.parametrize("val_rows", [40, 400])
def test_noisy_rows_want_a_strong_penalty_and_clear_ones_a_weak_one(val_rows: int):
    chosen = []
    for apart in (0.05, 3.0):
        features, labels = clouds(120, apart)
        other, other_labels = clouds(val_rows, apart, seed=1)
        axes = Axes.of(features)
        val = Known(axes.apply(other), other_labels)
        chosen.append(choose_penalty(Known(axes.apply(features), labels), val, 4, (0.001, 10.0)))
    assert chosen == [10.0, 0.001]


def test_features_that_are_all_the_same_give_the_frequencies():
    data = shape_data(train=60, val=30, copies=0)
    kernel, bias = fit_head(np.ones((60, 5), np.float32), data, np.arange(60), np.ones((30, 5), np.float32), (0.1, 1.0))
    assert np.isfinite(kernel).all()
    assert np.ptp(bias) < 0.01
