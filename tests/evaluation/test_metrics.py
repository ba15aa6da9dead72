"""The arithmetic of scores, against hand-computed values and scikit-learn."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import confusion_matrix as sklearn_matrix
from sklearn.metrics import precision_recall_fscore_support

from tinysight.evaluation.metrics import (
    accuracy,
    class_figures,
    confusion_matrix,
    expected_calibration_error,
    macro_f1,
    wilson_interval,
)

CLASSES = 4
pairs = st.lists(st.tuples(st.integers(0, CLASSES - 1), st.integers(0, CLASSES - 1)), min_size=1, max_size=60)


def test_the_interval_of_81_in_263_is_the_textbook_one():
    assert wilson_interval(81 / 263, 263) == pytest.approx((0.2553, 0.3662), abs=5e-5)  # Newcombe 1998, example a


def test_a_perfect_score_on_ten_images_is_still_uncertain():
    low, high = wilson_interval(1.0, 10)
    assert low == pytest.approx(0.7225, abs=1e-4)
    assert high == 1.0


@given(share=st.floats(0, 1), count=st.integers(0, 10**6))
def test_an_interval_holds_its_share_and_stays_within_zero_and_one(share, count):
    low, high = wilson_interval(share, count)
    assert 0 <= low <= share <= high <= 1


@given(share=st.floats(0, 1), count=st.integers(1, 10**5))
def test_more_images_make_an_interval_no_wider(share, count):
    few, many = wilson_interval(share, count), wilson_interval(share, 4 * count)
    assert many[1] - many[0] <= few[1] - few[0] + 1e-12


def test_rows_of_the_matrix_are_true_and_columns_predicted():
    matrix = confusion_matrix(np.array([0, 0, 1, 2]), np.array([0, 1, 1, 1]), 3)
    assert matrix.tolist() == [[1, 1, 0], [0, 1, 0], [0, 1, 0]]
    assert accuracy(matrix) == 0.5


def test_a_class_that_is_never_named_scores_zero():
    figures = class_figures(confusion_matrix(np.array([0, 0, 1, 2]), np.array([0, 1, 1, 1]), 3))
    assert (figures[0].precision, figures[0].recall, figures[0].f1) == (1.0, 0.5, pytest.approx(2 / 3))
    assert (figures[1].precision, figures[1].recall, figures[1].f1) == (pytest.approx(1 / 3), 1.0, 0.5)
    assert (figures[2].precision, figures[2].recall, figures[2].f1, figures[2].support) == (0.0, 0.0, 0.0, 1)


@given(pairs)
def test_figures_of_each_class_are_scikit_learns(rows):
    truth, predicted = np.array(rows).T
    matrix = confusion_matrix(truth, predicted, CLASSES)
    assert matrix.tolist() == sklearn_matrix(truth, predicted, labels=range(CLASSES)).tolist()
    reference = precision_recall_fscore_support(truth, predicted, labels=range(CLASSES), zero_division=0)
    ours = [(f.precision, f.recall, f.f1, f.support) for f in class_figures(matrix)]
    np.testing.assert_allclose(np.array(ours).T, np.array(reference), atol=1e-12)
    averaged = precision_recall_fscore_support(truth, predicted, average="macro", zero_division=0)
    assert macro_f1(matrix) == pytest.approx(averaged[2])


def two_class(confidences):
    return np.array([[c, 1 - c] for c in confidences], dtype=np.float32)


def test_calibration_is_perfect_when_confidence_is_accuracy():
    labels = np.array([0, 0, 0, 1] * 25)  # 0.75 of them are class 0
    assert expected_calibration_error(two_class([0.75] * 100), labels) == pytest.approx(0, abs=1e-7)


def test_boasting_is_counted_by_how_much():
    labels = np.array([0, 1] * 50)
    assert expected_calibration_error(two_class([0.9] * 100), labels) == pytest.approx(0.4, abs=1e-6)


def test_bins_hold_equally_many_and_do_not_cancel_each_other():
    confidences = [0.6] * 50 + [0.9] * 50
    labels = np.array([0] * 50 + [0, 1, 1, 1, 1] * 10)  # 0.6 and always right, 0.9 and right once in five
    assert expected_calibration_error(two_class(confidences), labels, bins=2) == pytest.approx(
        (0.4 + 0.7) / 2, abs=1e-6
    )


def test_the_order_of_images_with_equal_confidence_does_not_matter():
    labels = np.array([0] * 60 + [1] * 40)
    ordered = expected_calibration_error(two_class([0.6] * 100), labels)
    assert ordered == pytest.approx(0, abs=1e-6)
    assert expected_calibration_error(two_class([0.6] * 100), labels[::-1]) == ordered


@given(st.lists(st.tuples(st.floats(0, 1), st.integers(0, 1)), max_size=80), st.integers(1, 20))
def test_calibration_error_is_a_share(rows, bins):
    confidences, labels = [c for c, _ in rows], np.array([k for _, k in rows], dtype=np.int64)
    probabilities = two_class(confidences).reshape(-1, 2)
    assert 0 <= expected_calibration_error(probabilities, labels, bins) <= 1
