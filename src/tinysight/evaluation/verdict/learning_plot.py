"""Where the marks of the learning curve stand, and the table of image sizes beside it."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tinysight.evaluation.learning import more_pictures, other_size, what_failed
from tinysight.evaluation.trial_file import ROWS, SIZE, Learning, Trial, compared_with
from tinysight.evaluation.verdict.plots import Line, Tick
from tinysight.evaluation.wording import count, duration, duration_ms, file_size, percent
from tinysight.paths import is_int8

WIDE, HIGH = 360.0, 240.0
LEFT, RIGHT, TOP, BOTTOM = 42.0, 14.0, 12.0, 30.0


@dataclass(frozen=True)
class SizeRow:
    """The chosen candidate at one image size; `seen` says to what it resizes the pictures itself."""

    size: int
    seen: str
    moved: str
    clean: str
    arithmetic: str
    file: str
    time: str
    training: str
    now: bool


@dataclass(frozen=True)
class LearningPlot:
    """What more pictures, or larger ones, would bring.

    Attributes:
        sentences: the finding of each candidate.
        lines: accuracy, moved, against the number of train pictures, doubled from step to step.
        sizes: the chosen candidate at other image sizes, the smallest first.
        size_sentence: whether another size is worth it.
        failed: a sentence for each trial that did not come through.
    """

    sentences: tuple[str, ...]
    lines: tuple[Line, ...]
    across: tuple[Tick, ...]
    up: tuple[Tick, ...]
    sizes: tuple[SizeRow, ...]
    size_sentence: str
    failed: tuple[str, ...]


def place_learning(learning: Learning, chosen: str, colours: Mapping[str, int], size: int) -> LearningPlot | None:
    """Draws the trials; None where there are none of the chosen candidate.

    Args:
        learning: of today's settings and data set.
        chosen: the candidate's name; that of its 8-bit file where this was chosen.
        colours: each candidate's number.
        size: the image size of the data set.
    """
    names = (chosen, *compared_with(chosen))
    curves = {name: learning.of(name, ROWS) for name in names if name in colours and learning.of(name, ROWS)}
    if chosen not in curves:
        return None
    trials = [trial for found in curves.values() for trial in found]
    low, high = (math.log2(pick(trial.rows for trial in trials)) for pick in (min, max))
    floor = max(0.0, math.floor(min(trial.expected_accuracy for trial in trials) * 10) / 10)

    def x(rows: int) -> float:
        return round(LEFT + (math.log2(rows) - low) / max(high - low, 1e-9) * (WIDE - LEFT - RIGHT), 1)

    def y(share: float) -> float:
        return round(TOP + (1 - share) / (1 - floor) * (HIGH - TOP - BOTTOM), 1)

    def line(name: str, found: Sequence[Trial]) -> Line:
        points = " ".join(f"{x(trial.rows)},{y(trial.expected_accuracy)}" for trial in found)
        title = ", ".join(f"{trial.rows:,}: {percent(trial.expected_accuracy)}" for trial in found)
        return Line(name, colours[name], points, is_int8(name), name == chosen, f"{name}: {title}")

    ordered = sorted(curves, key=lambda name: name == chosen)
    return LearningPlot(
        sentences=tuple(filter(None, (more_pictures(name, curves[name]) for name in reversed(ordered)))),
        lines=tuple(line(name, curves[name]) for name in ordered),
        across=tuple(Tick(x(trial.rows), f"{trial.rows:,}") for trial in curves[chosen]),
        up=tuple(Tick(y(share), f"{share:.0%}") for share in (floor, (1 + floor) / 2, 1.0)),
        sizes=tuple(_size(trial, size) for trial in learning.of(chosen, SIZE)),
        size_sentence=other_size(learning.of(chosen, SIZE), size),
        failed=tuple(said for name in names for varied in (ROWS, SIZE) for said in what_failed(learning, name, varied)),
    )


def _size(trial: Trial, size: int) -> SizeRow:
    side = trial.lengths.get("side")
    return SizeRow(
        size=trial.image_size,
        seen=f"{side} × {side}" if side else "",
        moved=percent(trial.expected_accuracy),
        clean=percent(trial.accuracy),
        arithmetic=count(trial.multiply_adds),
        file=file_size(trial.file_bytes),
        time="–" if trial.p50_ms is None else duration_ms(trial.p50_ms),
        training=duration(trial.train_seconds),
        now=trial.image_size == size,
    )
