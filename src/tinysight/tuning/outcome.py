"""What came of one trial: kept in the study's database, so that figures and runs can be made again."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from tinysight.params import Section


class Outcome(Section):
    """How a trial ended.

    Attributes:
        end: whole; stopped early, since others were better by then; or failed.
        accuracy: share of val pictures, moved as the user expects, that it names rightly; None where it failed.
        interval: the 95 % interval of that.
        macro_f1: likewise.
        seconds: of the training.
        curves: by column of curves.csv, one figure an epoch.
        right: which val pictures it names rightly, a bit each, as hexadecimal digits.
        reason: why it failed.
    """

    end: Literal["whole", "stopped", "failed"]
    accuracy: float | None = None
    interval: tuple[float, float] | None = None
    macro_f1: float | None = None
    seconds: float = 0.0
    curves: Mapping[str, Sequence[float]] = {}
    right: str = ""
    reason: str = ""

    @property
    def rights(self) -> NDArray[np.bool_]:
        """(v,) and up to 7 more that are False: which val pictures it names rightly."""
        return np.unpackbits(np.frombuffer(bytes.fromhex(self.right), dtype=np.uint8)).astype(bool)


class Tried(Section):
    """One trial that counts.

    Attributes:
        number: 0 is the candidate as it is.
        values: what was tried; empty for the candidate as it is.
        outcome: what came of it.
    """

    number: int
    values: Mapping[str, Any]
    outcome: Outcome

    def told(self, between: str = "=") -> str:
        """Its values in a line."""
        return ", ".join(f"{key}{between}{shown(value)}" for key, value in self.values.items()) or "as it is"


def packed(right: NDArray[np.bool_]) -> str:
    """(v,) bits as hexadecimal digits."""
    return np.packbits(right).tobytes().hex()


def shown(value: Any) -> str:
    """A value short enough to read."""
    return f"{value:.3g}" if isinstance(value, float) else str(value)


def best_of(trials: Sequence[Tried]) -> Tried | None:
    """The one with the most right answers of those that came to their end; of equals the first."""
    whole = [tried for tried in trials if tried.outcome.end == "whole"]
    return max(whole, key=lambda tried: tried.outcome.accuracy or 0.0, default=None)
