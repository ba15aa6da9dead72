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

Rows = NDArray[np.int64]


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


def assign(samples: Sequence[Sample], groups: Iterable[int], fractions: SplitParams) -> tuple[Split, list[Exemption]]:
    """Divides the rows; neither their order nor what was there before matters.

    A picture keeps its side when others are added, but for the exemptions. Rows to which the source
    gave a side keep it; the others are divided between train and those of val and test of which the
    source gave no row. A row without a given side that is a near-duplicate of a given test row stands
    on no side: the test rows stay what the source says.

    Args:
        samples: N rows.
        groups: (N,) numbers; rows of one number stay together.
        fractions: of the groups.

    Raises:
        DataError: if near-duplicates have different given sides, or a class cannot be on every side.
    """
    given = {sample.split for sample in samples if sample.split}
    shares = {"train": fractions.train, "val": fractions.val, "test": fractions.test}
    spans = lay_out({side: share for side, share in shares.items() if side == "train" or side not in given})
    collected = collect(samples, groups)
    _check_given(samples, collected)
    placed = [place(group, spans) for group in collected]
    filled = fill_quotas(placed, spans)
    rows = {side: [row for g in filled if g.side == side for row in _kept(samples, g)] for side in SIDES}
    split = Split(*(np.array(sorted(rows[side]), dtype=np.int64) for side in SIDES))
    return split, [*_exemptions(samples, placed, filled)]


def _kept(samples: Sequence[Sample], group: Group) -> Iterator[int]:
    return (row for row in group.rows if samples[row].split or "test" not in group.given)


def _check_given(samples: Sequence[Sample], groups: Sequence[Group]) -> None:
    unknown = {side for group in groups for side in group.given} - set(SIDES)
    if unknown:
        raise DataError(f"A given split is one of {', '.join(SIDES)} or empty. Received: {', '.join(sorted(unknown))}.")
    leaks = [group for group in groups if len(group.given) > 1]
    if leaks:
        first = {samples[row].split: samples[row].path for row in leaks[0].rows if samples[row].split}
        example = ", ".join(f"{path} ({side})" for side, path in sorted(first.items()))
        raise DataError(
            f"{len(leaks)} groups of near-duplicates stand on more than one given side, so that a test would show"
            f" what was learned by heart: {example}. Remove one of each, or give the group one side."
        )


def _exemptions(samples: Sequence[Sample], placed: Sequence[Group], filled: Sequence[Group]) -> Iterator[Exemption]:
    for before, after in zip(placed, filled, strict=True):
        paths = tuple(samples[row].path for row in after.rows)
        if before.side != after.side:
            names = ", ".join(sorted(after.classes))
            yield Exemption("quota", f"moved from {before.side} to {after.side}: {names} had none there", paths)
        elif after.joined:
            yield Exemption("joined", "near-duplicates whose own sides differ: all stand on train", paths)
        elif after.given and not all(samples[row].split for row in after.rows):
            free = tuple(samples[row].path for row in after.rows if not samples[row].split)
            yield _follow(after.side, free)


def _follow(side: str, paths: tuple[str, ...]) -> Exemption:
    if side == "test":
        return Exemption("left_out", "near-duplicates of given test pictures: on no side", paths)
    return Exemption("joined", f"near-duplicates of pictures given to {side}: they follow", paths)
