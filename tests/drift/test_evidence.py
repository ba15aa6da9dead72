"""The alarm that is looked at for ever: rare where nothing has changed, soon where something has."""

from math import comb

import numpy as np
import pytest
from drifting_pictures import CHANGES, CLASSES, reference, seen
from hypothesis import given, settings
from hypothesis import strategies as st

from tinysight.drift.evidence import BLOCK, Evidence, _gains
from tinysight.drift.measures import NAMES
from tinysight.drift.reference import Reference, Seen


def test_it_stays_quiet_on_thousands_of_unchanged_pictures() -> None:
    of = reference()
    evidence = Evidence(of, seed=1)
    evidence.add(seen(of, 3000, 2))
    assert evidence.pictures == 3000
    assert evidence.drifted == ()
    assert min(evidence.p_values.values()) > 0.01


@pytest.mark.parametrize("name", CHANGES)
def test_a_change_after_thousands_is_found_within_three_hundred(name: str) -> None:
    of = reference()
    evidence = Evidence(of, seed=1)
    evidence.add(seen(of, 3000, 2))
    evidence.add(seen(of, 300, 3, CHANGES[name]))
    assert name in evidence.drifted


def test_a_new_size_is_found_in_a_hundred() -> None:
    of = reference()
    evidence = Evidence(of, seed=1)
    evidence.add(seen(of, 100, 3, size=800))
    assert evidence.drifted == ("size",)


def test_other_shares_of_classes_are_found_unless_they_are_free() -> None:
    of = reference()
    fixed, free = (Evidence(of, shares=shares, seed=1) for shares in ("fixed", "free"))
    for evidence in (fixed, free):
        evidence.add(seen(of, 600, 3, shares=(0.7, 0.2, 0.1)))
    assert "classes" in fixed.drifted
    assert free.drifted == ()
    assert set(free.p_values) == set(NAMES)


def test_once_found_it_stays_found() -> None:
    of = reference()
    evidence = Evidence(of, seed=1)
    evidence.add(seen(of, 200, 3, CHANGES["sharpness"]))
    evidence.add(seen(of, 2000, 4))
    assert "sharpness" in evidence.drifted


def test_pictures_count_whether_they_come_one_by_one_or_together() -> None:
    of = reference()
    traffic = seen(of, 3 * BLOCK + 7, 5)
    together, single = Evidence(of, seed=1), Evidence(of, seed=1)
    together.add(traffic)
    for i in range(len(traffic.classes)):
        single.add(Seen(traffic.bins[i : i + 1], traffic.classes[i : i + 1]))
    assert together.p_values == single.p_values
    assert together.pictures == single.pictures == 3 * BLOCK


@pytest.mark.parametrize("shares", ["fixed", "free"])
def test_ranks_are_uniform_where_nothing_has_changed(shares: str) -> None:
    of = reference()
    evidence = Evidence(of, shares=shares, seed=1)  # type: ignore[arg-type]
    ranks = np.concatenate([evidence._ranks(seen(of, BLOCK, n)) for n in range(20)])  # (1000, statistics)
    assert np.all((ranks > 0) & (ranks <= 1))
    for level in (0.1, 0.5, 0.9):  # the reference's own chance is in it too: 300 pictures
        assert np.allclose((ranks <= level).mean(axis=0), level, atol=0.12)


def test_no_bet_expects_a_gain() -> None:
    """The mean of what each bet pays, over all ranks, is 1 at most; clipping the lowest ranks only lowers it."""
    ranks = (np.arange(100_000) + 0.5) / 100_000
    paid = _gains(ranks[None])  # one picture, and a statistic for each rank
    means = paid.mean(axis=0)
    assert np.all(means <= 1.0001)
    assert np.all(means > 0.97)


def _traffic(random: np.random.Generator, chances: list[np.ndarray], count: int) -> Seen:
    bins = np.stack([random.choice(len(p), count, p=p) for p in chances], axis=1)
    return Seen(bins, random.choice(3, count, p=(0.5, 0.3, 0.2)))


def _drawn(seed: int) -> tuple[Reference, Seen]:
    """A small reference and 1,000 pictures from the same bins."""
    random, of = np.random.default_rng(seed), reference()
    chances = [random.dirichlet(np.ones(counts.shape[1])) for counts in of.counts]
    judged, counts = _traffic(random, chances, 40), []
    for place, table in enumerate(of.counts):
        fresh = np.zeros_like(table)
        np.add.at(fresh, (judged.classes, judged.bins[:, place]), 1)
        counts.append(fresh)
    named = np.bincount(judged.classes, minlength=3)
    return Reference(CLASSES, of.edges, tuple(counts), named, of.usual), _traffic(random, chances, 1000)


@settings(max_examples=2, derandomize=True)
@given(st.integers(0, 1000))
def test_false_alarms_over_twenty_looks_are_as_rare_as_asked(seed: int) -> None:
    """40 services with a reference of 40 pictures, 20 looks each, at 20 %: at most 8 alarms expected, however many."""
    alarms = 0
    for number in range(40):
        of, traffic = _drawn(1000 * seed + number)
        evidence = Evidence(of, false_alarms=0.2, seed=number)
        evidence.add(traffic)
        alarms += bool(evidence.drifted)
    assert alarms < 18
    assert sum(comb(40, k) * 0.2**k * 0.8 ** (40 - k) for k in range(18, 41)) < 1e-3  # were it as many as allowed
