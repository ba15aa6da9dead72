"""Counter-based numbers: reproducible, uniform and unrelated to one another."""

import numpy as np

from tinysight.data.draws import uniforms


def test_numbers_never_change_between_versions() -> None:
    """Else a pipeline run again would train on other pictures."""
    found = uniforms([0, 41], seed=7, draw=1, count=2)
    assert found.tolist() == [[0.19743751642449092, 0.9256224043710863], [0.7774810332327635, 0.061868595345554556]]


def test_numbers_are_uniform_and_independent() -> None:
    found = uniforms(np.arange(50_000), seed=0, draw=0, count=6)
    assert ((found >= 0) & (found < 1)).all()
    deciles = np.stack([np.histogram(column, 10, (0, 1))[0] for column in found.T])  # (6, 10)
    assert np.abs(deciles - 5000).max() < 4.5 * (50_000 * 0.1 * 0.9) ** 0.5
    later = uniforms(np.arange(50_000), seed=0, draw=1, count=6)
    other = uniforms(np.arange(50_000), seed=1, draw=0, count=6)
    related = np.corrcoef(np.concatenate([found[1:], found[:-1], later[1:], other[1:]], axis=1).T)  # (24, 24)
    assert np.abs(related - np.eye(24)).max() < 5 / 50_000**0.5


def test_seed_draw_row_and_place_do_not_stand_in_for_one_another() -> None:
    """As they would if they were added up."""
    found = {
        number
        for seed in range(5)
        for draw in range(5)
        for number in uniforms(np.arange(5), seed=seed, draw=draw, count=5).ravel().tolist()
    }
    assert len(found) == 5**4
