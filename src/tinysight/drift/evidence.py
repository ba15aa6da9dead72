"""Traffic against the reference, picture after picture: an alarm that may be looked at at any time, for ever.

If traffic is drawn like the reference, the rank of a new picture among all pictures so far (the reference's, the
traffic's and itself; ties broken by chance) is uniform and independent of the ranks before it (Vovk, Gammerman and
Shafer: Algorithmic Learning in a Random World). A bet on such ranks multiplies the stake by a function whose mean is 1,
so no system of bets expects a gain: the stake is a martingale, and by Ville's inequality the chance that it ever
reaches 1/a is at most a. Where it does, the ranks are not uniform: the pictures have changed.

Changes come late, so the stake is put in piece by piece: 1 / (k (k + 1)) of it at block k. Each statistic has a stake
of its own for a share of the chance; all of them together raise a false alarm with a chance of at most `false_alarms`,
however long the service runs and however often somebody looks.
"""

import numpy as np
from numpy.typing import NDArray

from tinysight.drift.measures import NAMES
from tinysight.drift.reference import Reference, Seen
from tinysight.drift.window import CLASSES, FALSE_ALARMS, Shares

BLOCK = 50  # pictures that are counted before the next piece is put in and the stakes are looked at
STRENGTHS = np.array([0.4, 0.65, 0.85])  # a bet on rank p pays k p^(k - 1): the smaller k, the more on the lowest ranks
SIDES = 4  # bets on low ranks, on high ones, on both ends, on the middle
LEAST_RANK = 1e-9

Reals = NDArray[np.float64]


class Evidence:
    """What traffic has said so far against nothing having changed.

    Attributes:
        pictures: of traffic, that were counted.
    """

    def __init__(
        self,
        reference: Reference,
        *,
        false_alarms: float = FALSE_ALARMS,
        shares: Shares = "fixed",
        seed: int | None = None,
    ) -> None:
        """Starts with the reference alone.

        Args:
            reference: of the model.
            false_alarms: the chance of ever raising an alarm where nothing has changed.
            shares: `free` where classes may come in other shares than in the reference, as in window.compare.
            seed: of the chance that breaks ties.
        """
        self.pictures, self.false_alarms = 0, false_alarms
        self._free, self._random = shares == "free", np.random.default_rng(seed)
        self._counts = _padded(reference, pooled=not self._free)  # (statistics, rows, bins)
        self._named = reference.named.astype(np.float64)
        classes = 0 if self._free else len(reference.class_names)
        statistics = len(NAMES) + (classes > 0)
        self._chances = np.array([1.0] * len(NAMES) + [1.0 / max(1, classes)] * classes) / statistics
        self._stakes = np.zeros((len(self._chances), SIDES * len(STRENGTHS)))
        self._highest = np.ones(len(self._chances))
        self._blocks = 0
        self._waiting: list[Seen] = []

    def add(self, seen: Seen) -> None:
        """Takes pictures of traffic, in the order in which they came; they count once a block of them is there."""
        self._waiting.append(seen)
        while sum(len(one.classes) for one in self._waiting) >= BLOCK:
            bins = np.concatenate([one.bins for one in self._waiting])
            classes = np.concatenate([one.classes for one in self._waiting])
            self._waiting = [Seen(bins[BLOCK:], classes[BLOCK:])]
            self._count(Seen(bins[:BLOCK], classes[:BLOCK]))

    @property
    def p_values(self) -> dict[str, float]:
        """For each statistic how likely a stake as high as its highest is at any time, corrected for their number."""
        p = np.minimum(1.0, 1 / (self._highest * self._chances)).tolist()
        found = dict(zip(NAMES, p[: len(NAMES)], strict=True))
        return found if self._free else found | {CLASSES: min(p[len(NAMES) :])}

    @property
    def drifted(self) -> tuple[str, ...]:
        """The statistics that have raised the alarm, the surest first."""
        found = [(p, name) for name, p in self.p_values.items() if p <= self.false_alarms]
        return tuple(name for _, name in sorted(found))

    def _count(self, block: Seen) -> None:
        ranks = [self._ranks(block)]
        if not self._free:
            ranks.append(self._class_ranks(block.classes))
        gains = _gains(np.concatenate(ranks, axis=1))  # (statistics, bets)
        self._blocks += 1
        self._stakes = np.minimum((self._stakes + 1 / (self._blocks * (self._blocks + 1))) * gains, 1e300)
        self._highest = np.maximum(self._highest, self._stakes.mean(axis=1) + 1 / (self._blocks + 1))
        self.pictures += len(block.classes)

    def _ranks(self, block: Seen) -> Reals:
        """(n, statistics): each picture among the reference and all before it; of its class alone where shares vary."""
        rows = block.classes if self._free else np.zeros_like(block.classes)
        places = np.arange(self._counts.shape[0])[None]
        below = np.cumsum(self._counts, axis=2)
        equal = self._counts[places, rows[:, None], block.bins]
        less, total = below[places, rows[:, None], block.bins] - equal, below[places, rows[:, None], -1]
        earlier = np.tril(rows[:, None] == rows[None], -1)[:, :, None]  # (n, n, 1)
        less = less + ((block.bins[None] < block.bins[:, None]) & earlier).sum(axis=1)
        equal = equal + ((block.bins[None] == block.bins[:, None]) & earlier).sum(axis=1) + 1
        total = total + earlier.sum(axis=1) + 1
        np.add.at(self._counts, (places, rows[:, None], block.bins), 1)
        return np.asarray((less + self._random.random(equal.shape) * equal) / total)

    def _class_ranks(self, classes: NDArray[np.int64]) -> Reals:
        """(n, classes): the same of "it is this class", for each class."""
        is_it = classes[:, None] == np.arange(len(self._named))  # (n, classes)
        named = self._named + is_it.cumsum(axis=0)
        total = self._named.sum() + np.arange(1, len(classes) + 1)[:, None]
        chance = self._random.random(is_it.shape)
        self._named = named[-1]
        ranks = np.where(is_it, total - named + chance * named, chance * (total - named)) / total
        return np.asarray(ranks)


def _padded(reference: Reference, *, pooled: bool) -> Reals:
    """(statistics, 1 or classes, bins of the longest) float64."""
    tables = [counts.sum(axis=0)[None] if pooled else counts for counts in reference.counts]
    longest = max(table.shape[1] for table in tables)
    return np.stack([np.pad(table, ((0, 0), (0, longest - table.shape[1]))) for table in tables]).astype(np.float64)


def _gains(ranks: Reals) -> Reals:
    """(n, statistics) to (statistics, SIDES × strengths): what each bet on a block makes of a stake of 1."""
    ends = 1 - np.abs(2 * ranks - 1)
    sides = np.clip(np.stack([ranks, 1 - ranks, ends, 1 - ends]), LEAST_RANK, 1)  # (SIDES, n, statistics)
    logs = np.log(sides).sum(axis=1)  # (SIDES, statistics)
    k = STRENGTHS[:, None, None]
    won = len(ranks) * np.log(k) + (k - 1) * logs  # (strengths, SIDES, statistics)
    return np.asarray(np.exp(np.clip(won, -600, 600)).reshape(-1, ranks.shape[1]).T)
