"""Labels that models don't believe come first, and about twice as many are named as are wrong."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tinysight.data.suspects import SPARE, Suspect, count_wrong, rank_suspects

NAMES = {0: "cat", 1: "dog", 2: "emu"}


def _sure(labels, sureness=0.9):
    """Probabilities of a model that believes these labels."""
    probabilities = np.full((len(labels), 3), (1 - sureness) / 2)
    probabilities[np.arange(len(labels)), labels] = sureness
    return probabilities


def test_a_flipped_label_is_the_first_suspect_with_what_it_looks_like():
    true = np.arange(30) % 3
    given = true.copy()
    given[7] = 2  # a dog
    suspects = rank_suspects(_sure(true), given, NAMES)
    assert suspects == [Suspect(7, "emu", "dog", 0.9)]


def test_nobody_is_suspected_where_models_agree_with_every_label():
    labels = np.arange(30) % 3
    assert rank_suspects(_sure(labels), labels, NAMES) == []


def test_the_least_believed_comes_first_and_a_tie_keeps_the_order_of_rows():
    true = np.arange(60) % 3
    probabilities = _sure(true)
    probabilities[[9, 12]] = [0.05, 0.94, 0.01]
    probabilities[21] = [0.01, 0.98, 0.01]
    assert [suspect.row for suspect in rank_suspects(probabilities, true, NAMES)] == [21, 9, 12]


def test_at_most_twice_the_estimate_is_named():
    """Here 10 are surely wrong and 30 are only doubtful: less sure of the other class than its own pictures are."""
    true = np.arange(300) % 3
    given = true.copy()
    given[:10] = (given[:10] + 1) % 3
    probabilities = _sure(true)
    doubtful = slice(100, 130)
    probabilities[doubtful] = np.roll(_sure(true[doubtful], 0.5), 1, axis=1)
    assert count_wrong(probabilities, given) == 10
    suspects = rank_suspects(probabilities, given, NAMES)
    assert len(suspects) == SPARE * 10
    assert [suspect.row for suspect in suspects[:10]] == list(range(10))


def test_a_doubt_about_a_class_that_is_always_doubted_is_no_proof():
    """Confident learning's thresholds: what models say of all of a class counts for none of its pictures."""
    labels = np.repeat([0, 1], 20)
    probabilities = np.tile([0.45, 0.55, 0.0], (40, 1))
    probabilities[20:] = [0.3, 0.7, 0.0]
    assert count_wrong(probabilities, labels) == 0


def test_a_class_without_pictures_attracts_none():
    probabilities = np.tile([0.3, 0.2, 0.5], (10, 1))
    assert count_wrong(probabilities, np.arange(10) % 2) == 0


@given(st.integers(0, 2**32 - 1), st.integers(1, 40))
def test_any_probabilities_give_each_row_at_most_once_and_never_its_own_label(seed, count):
    draw = np.random.default_rng(seed)
    probabilities, labels = draw.dirichlet([1, 1, 1], count), draw.integers(0, 3, count)
    suspects = rank_suspects(probabilities, labels, NAMES)
    assert len({suspect.row for suspect in suspects}) == len(suspects) <= SPARE * count_wrong(probabilities, labels)
    assert all(suspect.given == NAMES[labels[suspect.row]] != suspect.likely for suspect in suspects)
    believed = [probabilities[suspect.row, labels[suspect.row]] for suspect in suspects]
    assert believed == sorted(believed)
