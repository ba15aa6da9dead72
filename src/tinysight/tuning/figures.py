"""Pictures of a study: how good each trial was, and which keys mattered."""

from collections.abc import Mapping, Sequence
from itertools import accumulate
from pathlib import Path

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator, PercentFormatter

from tinysight.evaluation.figures import BLUE, INK, ORANGE, QUIET, save_figure, tidy
from tinysight.tuning.outcome import Tried


def draw_history(path: Path, trials: Sequence[Tried], title: str) -> None:
    """Draws the accuracy of each trial on val, moved, and the best so far.

    Args:
        path: the PNG to write.
        trials: those that count; at least one came to its end.
        title: what is shown.
    """
    figure = Figure(figsize=(8.0, 4.0), layout="constrained")
    axes = figure.add_subplot()
    whole = [tried for tried in trials if tried.outcome.end == "whole"]
    _dots(axes, whole, BLUE, "trained to the end")
    _dots(axes, [tried for tried in trials if tried.outcome.end == "stopped"], QUIET, "stopped early")
    best = list(accumulate((tried.outcome.accuracy or 0.0 for tried in whole), max))
    axes.step([tried.number + 1 for tried in whole], best, where="post", color=ORANGE, label="best so far")
    if trials[0].outcome.accuracy is not None:
        axes.axhline(trials[0].outcome.accuracy, color=INK, linewidth=0.8, linestyle="--", label="as it is")
    axes.xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))
    axes.yaxis.set_major_formatter(PercentFormatter(1.0))
    axes.set_xlabel("trial")
    axes.set_ylabel("right answers on val, moved")
    axes.set_title(title, fontsize=11, color=INK)
    axes.legend(frameon=False, fontsize=9, loc="lower right")
    tidy(axes)
    save_figure(figure, path)


def draw_importance(path: Path, importance: Mapping[str, float], title: str) -> None:
    """Draws how much each key had to do with good and bad trials.

    Args:
        path: the PNG to write.
        importance: by key, shares that sum to 1.
        title: what is shown.
    """
    figure = Figure(figsize=(7.0, 1.2 + 0.4 * len(importance)), layout="constrained")
    axes = figure.add_subplot()
    ordered = sorted(importance.items(), key=lambda item: item[1])
    bars = axes.barh([key for key, _ in ordered], [share for _, share in ordered], color=BLUE)
    axes.bar_label(bars, fmt="{:.0%}", padding=3, fontsize=9, color=INK)
    axes.xaxis.set_major_formatter(PercentFormatter(1.0))
    axes.margins(x=0.12)
    axes.set_xlabel("share in what made trials good or bad")
    axes.set_title(title, fontsize=11, color=INK)
    tidy(axes)
    axes.grid(visible=False)
    save_figure(figure, path)


def _dots(axes: Axes, trials: Sequence[Tried], colour: str, label: str) -> None:
    if trials:
        accuracies = [tried.outcome.accuracy or 0.0 for tried in trials]
        axes.plot([tried.number + 1 for tried in trials], accuracies, "o", color=colour, label=label, markersize=5)
