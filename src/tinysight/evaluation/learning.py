"""Would more pictures help, or larger ones: trials with fewer pictures and at other image sizes."""

from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import numpy as np
from pydantic import Field, ValidationError

from tinysight.errors import DataError
from tinysight.evaluation.scores import Interval, Record, write_record
from tinysight.evaluation.wording import points, ratio

ROWS, SIZE = "rows", "size"
COMPARED = "svm"  # whose curve is drawn beside that of the chosen candidate
SENSIBLE_GAIN = 0.005  # of accuracy; less is not worth the work


class Trial(Record):
    """One training, judged on the same val rows as the candidate itself.

    Attributes:
        candidate: its key in params.yaml.
        varied: `rows`, for fewer train rows, or `size`, for another image size.
        rows: train rows, copies not counted.
        image_size: of the pictures, in pixels.
        accuracy: share of right answers on val.
        interval: 95 %.
        expected_accuracy: the same, moved as the user expects.
        expected_interval: 95 %.
        multiply_adds: of the model for one picture.
        file_bytes: of the model.
        train_seconds: wall time of the training.
        p50_ms: half of the pictures take no longer, on one thread; None in files of earlier versions.
        peak_mb: most memory of a process that loads the model and predicts, in 10^6 bytes; None where unknown.
    """

    candidate: str
    varied: Literal["rows", "size"]
    rows: int
    image_size: int
    accuracy: float
    interval: Interval
    expected_accuracy: float
    expected_interval: Interval
    multiply_adds: int
    file_bytes: int
    train_seconds: float
    p50_ms: float | None = None
    peak_mb: float | None = None


class Learning(Record):
    """All of learning.json; the digest says of which data set."""

    schema_: Literal[1] = Field(default=1, alias="schema")
    dataset_digest: str
    trials: list[Trial]

    def of(self, candidate: str, varied: str) -> list[Trial]:
        """The trials of one candidate in one direction, the smallest first."""
        found = [trial for trial in self.trials if trial.candidate == candidate and trial.varied == varied]
        return sorted(found, key=lambda trial: (trial.rows, trial.image_size))


def write_learning(path: Path, learning: Learning) -> None:
    """Writes learning.json whole."""
    write_record(path, learning)


def read_learning(path: Path, dataset_digest: str) -> Learning | None:
    """Reads learning.json; None where there is none, or where it tells of other pictures than today's.

    Raises:
        DataError: if it is broken.
    """
    if not path.is_file():
        return None
    try:
        learning = Learning.model_validate_json(path.read_bytes())
    except ValidationError as error:
        raise DataError(f"{path} is broken: {error.errors()[0]['msg']}. Run `tinysight learning-curve`.") from None
    return learning if learning.dataset_digest == dataset_digest else None


def expected_gain(trials: Sequence[Trial]) -> float | None:
    """How much accuracy twice as many pictures would bring: errors fall as a power of the number of pictures.

    Source: Hestness et al., Deep Learning Scaling is Predictable, Empirically (2017).

    Args:
        trials: of one candidate with different rows.

    Returns:
        None for fewer than three trials; never less than 0.
    """
    if len(trials) < 3:
        return None
    errors = [max(1 - trial.expected_accuracy, 1e-4) for trial in trials]
    slope, _ = np.polyfit(np.log([trial.rows for trial in trials]), np.log(errors), 1)
    return max(0.0, errors[-1] * (1 - 2 ** min(0.0, float(slope))))


def more_pictures(candidate: str, trials: Sequence[Trial]) -> str:
    """One sentence or two on what more pictures would bring; empty where nothing is known."""
    gain = expected_gain(trials)
    if gain is None:
        return ""
    last = trials[-1].expected_accuracy - trials[-2].expected_accuracy
    word = "gained" if last >= 0 else "lost"
    factor = trials[-1].rows / trials[-2].rows
    seen = f"From {trials[-2].rows:,} to {trials[-1].rows:,} train pictures {candidate} {word} {points(last)}."
    if gain < SENSIBLE_GAIN:
        return f"{seen} {factor:.0f} times as many again would hardly bring more."
    return f"{seen} If it goes on like this, twice as many would bring about {points(gain)} more."


def other_size(trials: Sequence[Trial], size: int) -> str:
    """One sentence on whether another image size is worth it; empty where nothing is known.

    A larger size is worth it that lies above today's interval, a smaller one that stays within a sensible loss.

    Args:
        trials: of one candidate at several image sizes.
        size: today's.
    """
    today = next((trial for trial in trials if trial.image_size == size), None)
    others = [trial for trial in trials if trial.image_size != size]
    if today is None or not others:
        return ""
    better = [trial for trial in others if trial.expected_accuracy > today.expected_interval[1]]
    if better:
        best = max(better, key=lambda trial: trial.expected_accuracy)
        gain = points(best.expected_accuracy - today.expected_accuracy)
        return f"At {best.image_size} × {best.image_size} pixels it names {gain} more, for {_arithmetic(best, today)}."
    smaller = [trial for trial in others if trial.image_size < size]
    if smaller and smaller[0].expected_accuracy >= today.expected_accuracy - SENSIBLE_GAIN:
        side = smaller[0].image_size
        return f"{side} × {side} pixels would do: they name as many, for {_arithmetic(smaller[0], today)}."
    return f"{size} × {size} pixels are right: larger pictures bring nothing sure, and smaller ones cost accuracy."


def _arithmetic(trial: Trial, today: Trial) -> str:
    return ratio(trial.multiply_adds, today.multiply_adds, "multiply-adds")
