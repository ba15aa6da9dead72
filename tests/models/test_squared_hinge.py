"""The solver finds what scikit-learn's LinearSVC finds, and needs few steps for it."""

import numpy as np
import pytest
from sklearn.svm import LinearSVC

from tinysight.errors import ModelError
from tinysight.models.squared_hinge import solve


def clusters(rows: int, classes: int, seed: int = 0):
    """Overlapping clouds of points whose features have very different scales, and a column of ones."""
    draw = np.random.default_rng(seed)
    labels = np.arange(rows) % classes
    points = draw.normal(size=(classes, 12))[labels] + draw.normal(size=(rows, 12))
    features = points * np.geomspace(0.01, 1, 12)
    return np.column_stack([features, np.ones(rows)]).astype(np.float32), labels


def objective(weights, features, labels, classes, c):
    signs = np.where(labels[:, None] == np.arange(classes), 1, -1)
    slack = np.maximum(0, 1 - signs * (features.astype(np.float64) @ weights))
    return 0.5 * (weights**2).sum() + c * (slack**2).sum()


@pytest.mark.parametrize("c", [0.01, 0.1, 10.0])
def test_it_reaches_the_objective_of_liblinear(c: float):
    features, labels = clusters(400, 4)
    ours = solve(features, labels, 4, c)
    theirs = LinearSVC(C=c, fit_intercept=False, dual=False, tol=1e-8, max_iter=10_000).fit(features, labels).coef_.T
    best = objective(theirs, features, labels, 4, c)
    assert objective(ours, features, labels, 4, c) <= best * 1.003


def test_rows_that_count_more_are_given_as_roots():
    """As LinearSVC has sample_weight."""
    features, labels = clusters(400, 4)
    counts = np.where(labels == 0, 5, 0.5).astype(np.float32)
    roots = np.sqrt(counts)
    ours = solve(features * roots[:, None], labels, 4, 0.1, reach=roots)
    theirs = LinearSVC(C=0.1, fit_intercept=False, dual=False, tol=1e-8, max_iter=10_000)
    theirs.fit(features, labels, sample_weight=counts)
    np.testing.assert_allclose(features @ ours, features @ theirs.coef_.T, atol=0.05)
    alike = solve(features, labels, 4, 0.1)
    assert ((features @ ours).argmax(axis=1) == 0).sum() > ((features @ alike).argmax(axis=1) == 0).sum() + 10


def test_two_runs_find_the_same():
    features, labels = clusters(200, 3)
    np.testing.assert_array_equal(solve(features, labels, 3, 0.1), solve(features, labels, 3, 0.1))


def test_a_class_without_rows_is_never_answered():
    features, labels = clusters(200, 2)
    scores = features @ solve(features, labels, 3, 0.1)
    assert (scores.argmax(axis=1) < 2).all()


def test_too_little_regularisation_is_one_clear_error():
    features, labels = clusters(200, 3)
    twins = np.column_stack([features, features]) * np.float32(1e6)  # flat along each difference of twins
    with pytest.raises(ModelError, match=r"too little regularisation.*Lower c"):
        solve(twins, labels, 3, 1e6)
