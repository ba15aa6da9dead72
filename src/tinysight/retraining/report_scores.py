"""The parts of the report that show scores: candidates, the paired comparison, confusion, and how scores fall."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from tinysight.evaluation.scores import Curve, Scores, SplitScores
from tinysight.evaluation.selection import Candidate, Figures, Verdict
from tinysight.evaluation.wording import duration, duration_ms, file_size, percent, percent_range, points
from tinysight.retraining.markdown import bar, folded, plain, table

MOST_CLASSES = 20  # of a confusion matrix; a wider table nobody reads
HEADER = ("candidate", "val, moved", "test", "test, moved", "file", "time a picture", "training")
LEGEND = "Small: 95 % intervals. Moved: changed as evaluate.expected says. Time: one core, the model alone."


def candidate_lines(verdict: Verdict) -> list[str]:
    """All candidates, the chosen one in bold; shares with their 95 % intervals."""
    rows = [_row(one, chosen=one.name == verdict.chosen) for one in verdict.candidates]
    return [*table(HEADER, rows), f"<sub>{LEGEND}</sub>"]


def _row(one: Candidate, *, chosen: bool) -> tuple[str, ...]:
    name = f"**{plain(one.name)}**" if chosen else plain(one.name)
    if one.val is None or one.test is None or one.cost is None:
        return (name, f"failed: {plain(one.reason)}", "", "", "", "", "")
    cost = one.cost
    costs = file_size(cost.file_bytes), duration_ms(cost.cpu_ms), duration(cost.train_seconds)
    test = _share(one.test.accuracy, one.test.interval)
    return (name, _moved(one.val), test, _moved(one.test), *map(_unbroken, costs))


def _moved(side: Figures) -> str:
    return _share(side.expected_accuracy, side.expected_interval)


def _share(share: float, interval: tuple[float, float]) -> str:
    return f"{_unbroken(percent(share))}<br><sub>{percent_range(interval)}</sub>"


def _unbroken(text: str) -> str:
    return text.replace(" ", "&nbsp;")


def comparison_lines(decision: Mapping[str, Any]) -> list[str]:
    """The new model and the one in production on the same pictures; empty without a comparison."""
    found = decision.get("comparison")
    if not found:
        return []
    both = found["accuracy"]
    low, high = (f"{bound * 100:+.1f}" for bound in both["interval"])
    text = (
        f"On the same {found['rows']} test pictures the new model is right in {percent(both['ours'])}, version"
        f" {plain(decision['champion'])} in {percent(both['theirs'])}: **{both['difference'] * 100:+.1f} points**"
        f" ({low} to {high}). Only the new one is right on {found['gained']}, only the other on {found['lost']}"
        f" (McNemar's exact test: p = {found['p_value']:.2g}). These pictures show a difference of"
        f" {points(found['smallest'])} four times in five."
    )
    rows = [
        (plain(name), percent(one["ours"]), percent(one["theirs"]), _difference(one))
        for name, one in found["recall"].items()
    ]
    moved = found.get("expected_accuracy")
    if moved:
        rows.append(("*all, moved*", percent(moved["ours"]), percent(moved["theirs"]), _difference(moved)))
    return [text, "", *table(("class", "new", "in production", "difference"), rows)]


def _difference(change: Mapping[str, Any]) -> str:
    low, high = (f"{bound * 100:+.1f}" for bound in change["interval"])
    return f"{change['difference'] * 100:+.1f} ({low} to {high})"


def confusion_lines(side: SplitScores) -> list[str]:
    """The confusion matrix as a table: rows are true classes, right answers in bold."""
    names = list(side.per_class)
    if len(names) > MOST_CLASSES:
        return [f"{len(names)} classes: the matrix is in the verdict's page."]
    rows = []
    for place, name in enumerate(names):
        counts = side.confusion_matrix[place]
        cells = [f"**{n}**" if other == place else str(n) if n else "·" for other, n in enumerate(counts)]
        rows.append((f"**{plain(name)}**", *cells))
    return table(("true ↓, said →", *map(plain, names)), rows)


def robustness_lines(scores: Scores) -> list[str]:
    """How accuracy falls with each kind of disturbance, as bars."""
    rows = [(plain(curve.kind), *_levels(curve)) for curve in scores.curves]
    return table(("disturbance", "from none to the strongest: accuracy"), rows) if rows else []


def _levels(curve: Curve) -> Iterator[str]:
    yield "<br>".join(
        f"`{bar(point.accuracy):<10}` {percent(point.accuracy)} at {_level(point.level, curve.unit)}"
        for point in curve.points
    )


def _level(level: float, unit: str) -> str:
    if unit == "%":
        return f"{level * 100:g} %"
    return f"{level:g}{plain(unit)}" if unit == "°" else f"{level:g} {plain(unit)}"


def picture_lines(scores: Scores) -> list[str]:
    """Confusion and robustness of the chosen candidate, folded."""
    confusion: Sequence[str] = confusion_lines(scores.test)
    fallen = robustness_lines(scores)
    shown = folded(f"Confusion on {scores.test.rows} test pictures", confusion, closed=False)
    return [*shown, *(folded("When pictures are disturbed (val)", fallen) if fallen else [])]
