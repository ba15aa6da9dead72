"""A temperature makes answers as sure as they are right, and changes no answer."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from tinysight.models.temperature import HIGHEST, LOWEST, fit_temperature, probabilities

LOGITS = hnp.arrays(np.float32, st.tuples(st.integers(1, 40), st.integers(2, 6)), elements=st.floats(-30, 30, width=32))


def drawn(temperature: float, rows: int = 20_000):
    """Logits that are right as often as they claim at a temperature of 1, made too sure or unsure."""
    draw = np.random.default_rng(3)
    logits = draw.normal(size=(rows, 5)) * 2
    chances = probabilities(logits.astype(np.float32), 1.0)
    labels = (chances.cumsum(axis=1) > draw.random((rows, 1))).argmax(axis=1)
    return (logits * temperature).astype(np.float32), labels


@pytest.mark.parametrize("temperature", [0.1, 0.5, 1.0, 3.0])
def test_it_finds_how_far_logits_overstate(temperature: float):
    assert fit_temperature(*drawn(temperature)) == pytest.approx(temperature, rel=0.05)


def test_a_model_without_mistakes_is_not_made_infinitely_sure():
    labels = np.arange(30) % 3
    found = fit_temperature(np.eye(3, dtype=np.float32)[labels], labels)
    assert found > LOWEST * 1.01
    assert probabilities(np.eye(3, dtype=np.float32), found).max() < 0.9999


def test_a_model_without_knowledge_is_made_unsure():
    logits = np.random.default_rng(0).normal(size=(300, 4)).astype(np.float32)
    found = fit_temperature(logits, np.random.default_rng(1).integers(0, 4, 300))
    assert probabilities(logits, found).max() < 0.5


@settings(max_examples=60)
@given(LOGITS, st.data())
def test_it_is_always_within_its_bounds_and_changes_no_answer(logits, data):
    labels = data.draw(hnp.arrays(np.int64, len(logits), elements=st.integers(0, logits.shape[1] - 1)))
    temperature = fit_temperature(logits, labels)
    assert LOWEST <= temperature <= HIGHEST
    found = probabilities(logits, temperature)
    np.testing.assert_allclose(found.sum(axis=1), 1)
    rows = np.arange(len(logits))
    np.testing.assert_allclose(found[rows, logits.argmax(axis=1)], found.max(axis=1))
