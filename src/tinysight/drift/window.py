"""A window of traffic against the reference: what differs, and how sure that is.

Each statistic is compared by a permutation test. If nothing has changed, every way to pick the window's pictures out of
all pictures (the reference's and the window's) is as likely as any other; so the share of random picks that differ as
much as the window does is a p value which is exact for any number of pictures, ties and empty bins included. Holm's
correction keeps the chance that any of them speaks up by mistake at or below `false_alarms`, however they depend on
each other.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from tinysight.drift.measures import NAMES
from tinysight.drift.reference import Counts, Reference, Seen

CLASSES = "classes"
LEAST_DRAWS = 4999
DRAWS_A_CHANCE = 50  # picks for each chance of a false alarm: of a dozen statistics, the surest must be able to show it
AT_ONCE = 250  # draws
ENOUGH = 25  # random picks that differ as much, to be sure that the window is nothing special
FALSE_ALARMS = 0.01
Shares = Literal["fixed", "free"]


@dataclass(frozen=True)
class Finding:
    """One statistic.

    Attributes:
        name: of measures.NAMES, or `classes`.
        p: corrected for the number of statistics.
        drifted: whether p is at or below the rate of false alarms.
        change: by how much, 0 to 1: the largest difference between the shares below any value, or of any class.
    """

    name: str
    p: float
    drifted: bool
    change: float


@dataclass(frozen=True)
class Comparison:
    """A window and a reference.

    Attributes:
        pictures: in the window.
        reference_pictures: in the reference.
        false_alarms: the chance that something is said to have drifted where nothing has.
        findings: of all statistics, the surest first.
    """

    pictures: int
    reference_pictures: int
    false_alarms: float
    findings: tuple[Finding, ...]

    @property
    def drifted(self) -> bool:
        """Whether anything has."""
        return any(finding.drifted for finding in self.findings)


def compare(
    reference: Reference,
    window: Seen,
    *,
    false_alarms: float = FALSE_ALARMS,
    shares: Shares = "fixed",
    draws: int | None = None,
    seed: int = 0,
) -> Comparison:
    """Compares a window of traffic with the reference.

    Args:
        reference: of the model.
        window: one or more pictures, in the reference's bins.
        false_alarms: the chance that something is said to have drifted where nothing has.
        shares: `free` where classes may come in other shares than in the reference: they are not compared, and the
            other statistics only between pictures of which the model named the same class.
        draws: random picks for each statistic, by default the more the rarer false alarms are to be: 1 / (draws + 1) is
            the smallest p value before it is corrected.
        seed: of the picks.
    """
    random, found = np.random.default_rng(seed), {}
    draws = draws or max(LEAST_DRAWS, round(DRAWS_A_CHANCE / false_alarms))
    for place, name in enumerate(NAMES):
        old, new = _tables(reference, window, place, pooled=shares == "fixed")
        found[name] = _p_value(old, new, draws, random, ordered=True), _change(old, new, ordered=True)
    if shares == "fixed":
        old = reference.named[None]
        new = np.bincount(window.classes, minlength=old.shape[1])[None]
        found[CLASSES] = _p_value(old, new, draws, random, ordered=False), _change(old, new, ordered=False)
    corrected = _holm({name: p for name, (p, _) in found.items()})
    findings = [Finding(n, p, p <= false_alarms, round(found[n][1], 4)) for n, p in corrected.items()]
    findings.sort(key=lambda one: (one.p, -one.change))
    return Comparison(len(window.classes), reference.pictures, false_alarms, tuple(findings))


def _tables(reference: Reference, window: Seen, place: int, *, pooled: bool) -> tuple[Counts, Counts]:
    """(1 or classes, bins) twice: the reference's counts of a statistic, and the window's."""
    old = reference.counts[place]
    new = np.zeros_like(old)
    np.add.at(new, (window.classes, window.bins[:, place]), 1)
    return (old.sum(axis=0)[None], new.sum(axis=0)[None]) if pooled else (old, new)


def _p_value(old: Counts, new: Counts, draws: int, random: np.random.Generator, *, ordered: bool) -> float:
    """The share of random picks, the true one among them, that differ as much as the true one; rows count together.

    It ends where ENOUGH have differed as much: what is left is valid as well (Besag and Clifford, 1991).
    """
    distance, rows = _ordered_distance if ordered else _distance, []
    for before, now in zip(old, new, strict=True):
        kept = np.flatnonzero(before + now)
        if now.sum() and before.sum() and len(kept) > 1:
            rows.append((before[kept], now[kept], before.sum() * now.sum() / (before + now).sum()))
    true = sum(weight * distance(now[None], before + now)[0] for before, now, weight in rows)
    found = 0
    for done in range(0, draws, AT_ONCE):
        picked = np.zeros(min(AT_ONCE, draws - done))
        for before, now, weight in rows:
            both, picks = before + now, (int(now.sum()), len(picked))
            picked += weight * distance(random.multivariate_hypergeometric(both, *picks, method="marginals"), both)
        as_far = np.flatnonzero(picked >= true * (1 - 1e-9))
        if found + len(as_far) >= ENOUGH:
            return float(ENOUGH / (done + as_far[ENOUGH - found - 1] + 1))
        found += len(as_far)
    return (1 + found) / (draws + 1)


def _ordered_distance(picks: Counts, both: Counts) -> NDArray[np.float64]:
    """Anderson and Darling's: squared differences of the cumulative shares, each in units of its own variance."""
    total, below = both.sum(), both.cumsum()[:-1] / both.sum()
    away = picks.cumsum(axis=1)[:, :-1] / picks.sum(axis=1, keepdims=True) - below
    return np.asarray((away**2 / (below * (1 - below)) * (both[:-1] / total)).sum(axis=1))


def _distance(picks: Counts, both: Counts) -> NDArray[np.float64]:
    """The largest difference of a share in units of its standard deviation: most often one class has changed."""
    share = both / both.sum()
    away = np.abs(picks / picks.sum(axis=1, keepdims=True) - share)
    return np.asarray((away / np.sqrt(share * (1 - share))).max(axis=1))


def _change(old: Counts, new: Counts, *, ordered: bool) -> float:
    before, now = (table.sum(axis=0) / max(1, table.sum()) for table in (old, new))
    return float(np.abs((now - before).cumsum() if ordered else now - before).max())


def _holm(p_values: dict[str, float]) -> dict[str, float]:
    """Corrected p values, by Holm (1979), the smallest first."""
    corrected, largest = {}, 0.0
    for rank, (name, p) in enumerate(sorted(p_values.items(), key=lambda item: item[1])):
        largest = max(largest, min(1.0, p * (len(p_values) - rank)))
        corrected[name] = largest
    return corrected
