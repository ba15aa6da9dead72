"""Which rows a model learns from, which choose it, and which judge it: a pure function of the digests."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray

from tinysight.data.imageset import Sample
from tinysight.data.placing import Group, collect, place
from tinysight.data.quotas import fill_quotas
from tinysight.data.sides import SIDES, lay_out
from tinysight.errors import DataError
from tinysight.params import SplitParams
from tinysight.params.dataset import Leaks

Rows = NDArray[np.int64]
SHOWN = 5  # leaks in a message


@dataclass(frozen=True)
class Split:
    """The rows of each side, ascending.

    Attributes:
        train: (n,) int64, to learn from.
        val: (n,) int64, to choose by.
        test: (n,) int64, for the report only.
    """

    train: Rows
    val: Rows
    test: Rows

    @classmethod
    def open(cls, folder: Path) -> Self:
        """Reads the out of the split stage.

        Raises:
            DataError: if it is not whole.
        """
        try:
            return cls(*(np.load(folder / f"{side}.npy") for side in SIDES))
        except (OSError, ValueError) as error:
            raise DataError(f"{folder} holds no split: {error}. Run `dvc repro`.") from None

    def sides(self) -> dict[str, Rows]:
        """The rows by the name of their side."""
        return {side: getattr(self, side) for side in SIDES}


@dataclass(frozen=True)
class Exemption:
    """Pictures that do not stand where their own digests put them.

    Attributes:
        kind: `joined` (near-duplicates of different sides), `quota` (moved for a small class) or
            `left_out` (on no side).
        message: one line for the user.
        paths: the pictures concerned.
    """

    kind: str
    message: str
    paths: tuple[str, ...]


def assign(
    samples: Sequence[Sample], groups: Iterable[int], fractions: SplitParams, leaks: Leaks = "refuse"
) -> tuple[Split, list[Exemption]]:
    """Divides the rows; neither their order nor what was there before matters.

    A picture keeps its side when others are added, but for the exemptions. Rows to which the source
    gave a side keep it; the others are divided between train and those of val and test of which the
    source gave no row. A row without a given side that is a near-duplicate of a given test row stands
    on no side: the test rows stay what the source says.

    Args:
        samples: N rows.
        groups: (N,) numbers; rows of one number stay together.
        fractions: of the groups.
        leaks: what to do with a group that the source put on two sides: `refuse` it, or `leave_out` its
            rows that are not on test (or on val, where none is on test).

    Raises:
        DataError: if a group has two given sides and leaks are refused, or a class cannot be on every side.
    """
    given = {sample.split for sample in samples if sample.split}
    shares = {"train": fractions.train, "val": fractions.val, "test": fractions.test}
    spans = lay_out({side: share for side, share in shares.items() if side == "train" or side not in given})
    collected = collect(samples, groups)
    _check_given(samples, collected, leaks)
    placed = [place(group, samples, spans) for group in collected]
    filled = fill_quotas(placed, spans)
    rows = {side: [row for group in filled if group.side == side for row in group.rows] for side in SIDES}
    split = Split(*(np.array(sorted(rows[side]), dtype=np.int64) for side in SIDES))
    return split, [*_exemptions(samples, placed, filled)]


def _check_given(samples: Sequence[Sample], groups: Sequence[Group], leaks: Leaks) -> None:
    unknown = {side for group in groups for side in group.given} - set(SIDES)
    if unknown:
        raise DataError(f"A given split is one of {', '.join(SIDES)} or empty. Received: {', '.join(sorted(unknown))}.")
    leaking = [group for group in groups if len(group.given) > 1]
    if leaking and leaks == "refuse":
        examples = "; ".join(_where(samples, group) for group in leaking[:SHOWN])
        raise DataError(
            f"{len(leaking)} group{'s stand' if len(leaking) > 1 else ' stands'} on more than one given side, so that"
            f" a test would show what was learned by heart: {examples}{'; ...' if len(leaking) > SHOWN else ''}."
            " They are copies of each other, or of one name. Remove the copies, give each group one side, or set"
            " dataset.leaks to leave_out: then test stays whole, and what leaks from train or val stands on no side."
        )


def _where(samples: Sequence[Sample], group: Group) -> str:
    """One picture of each side that a group stands on."""
    first = {samples[row].split: samples[row].path for row in reversed(group.rows) if samples[row].split}
    return ", ".join(f"{first[side]} ({side})" for side in SIDES if side in first)


def _exemptions(samples: Sequence[Sample], placed: Sequence[Group], filled: Sequence[Group]) -> Iterator[Exemption]:
    for before, after in zip(placed, filled, strict=True):
        paths = tuple(samples[row].path for row in after.rows)
        if before.side != after.side:
            names = ", ".join(sorted(after.classes))
            yield Exemption("quota", f"moved from {before.side} to {after.side}: {names} had none there", paths)
        elif after.joined:
            yield Exemption("joined", "near-duplicates whose own sides differ: all stand on train", paths)
        elif after.given:
            yield from _followed(samples, after)


def _followed(samples: Sequence[Sample], group: Group) -> Iterator[Exemption]:
    free = tuple(samples[row].path for row in group.rows if not samples[row].split)
    if free:
        yield Exemption("joined", f"near-duplicates of pictures given to {group.side}: they follow", free)
    if group.left:
        left = tuple(samples[row].path for row in group.left)
        yield Exemption("left_out", f"near-duplicates of given {group.side} pictures: on no side", left)
