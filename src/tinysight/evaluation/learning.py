"""Would more pictures help, or larger ones: what trials with fewer pictures and at other image sizes say."""

from collections.abc import Sequence

import numpy as np

from tinysight.evaluation.trial_file import Learning, Trial
from tinysight.evaluation.wording import points, ratio
from tinysight.paths import candidate_of

SENSIBLE_GAIN = 0.005  # of accuracy; less is not worth the work


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
        trials: of one candidate at several image sizes, the smallest first.
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
        return f"At {_pixels(best, today)} it names {gain} more, for {_arithmetic(best, today)}."
    smaller = [trial for trial in others if trial.image_size < size]
    if smaller and smaller[0].expected_accuracy >= today.expected_accuracy - SENSIBLE_GAIN:
        return f"{_pixels(smaller[0], today)} would do: they name as many, for {_arithmetic(smaller[0], today)}."
    return _right_as_it_is(size, smaller=bool(smaller), larger=len(others) > len(smaller))


def _right_as_it_is(size: int, *, smaller: bool, larger: bool) -> str:
    """Says no more than what was tried."""
    if not larger:
        return f"Smaller pictures than {size} × {size} pixels cost accuracy; larger ones were not judged."
    beside = ", and smaller ones cost accuracy" if smaller else ""
    return f"{size} × {size} pixels are right: larger pictures bring nothing sure{beside}."


def _pixels(trial: Trial, today: Trial) -> str:
    """An image size, with the candidate's own settings where they have to follow it."""
    pixels, section = f"{trial.image_size} × {trial.image_size} pixels", f"models.{candidate_of(trial.candidate)}"
    follow = [
        f"`{section}.{key}` at {length}" for key, length in trial.lengths.items() if length != today.lengths.get(key)
    ]
    return f"{pixels}, with {' and '.join(follow)}," if follow else pixels


def _arithmetic(trial: Trial, today: Trial) -> str:
    return ratio(trial.multiply_adds, today.multiply_adds, "multiply-adds")


def left_out(learning: Learning | None) -> str:
    """One sentence on trials that no longer hold; empty where there are none."""
    if learning is None or not learning.stale:
        return ""
    trials = "1 trial is" if learning.stale == 1 else f"{learning.stale} trials are"
    return f"{trials} left out, of other settings or pictures than today's: `tinysight learning-curve` makes new ones."


def what_failed(learning: Learning, candidate: str, varied: str) -> list[str]:
    """A sentence for each trial of a candidate that did not come through, in words that end in the reason."""
    return [
        f"{candidate} on {one.rows:,} train pictures of {one.image_size} × {one.image_size} pixels failed: {one.reason}"
        for one in learning.failures(candidate, varied)
    ]
