"""The picture of accuracy against cost as a PNG, for verdict.md and MLflow: the drawing of the page, mark by mark."""

from pathlib import Path

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from tinysight.evaluation.figures import BLUE, INK, ORANGE, QUIET, save_figure
from tinysight.evaluation.verdict.plots import BOTTOM, HIGH, LEFT, WIDE, Dot, Plane

INCH = 90.0  # units of the drawing
ABOVE = 44.0  # units over the drawing, for the title and a line of words
LETTERS = 8.0  # points; a name must not be wider than it was placed as


def draw_plane(path: Path, plane: Plane, title: str) -> None:
    """Draws it with the names where they cover nothing.

    Args:
        path: the PNG to write.
        plane: where everything stands.
        title: what is shown.
    """
    figure = Figure(figsize=(WIDE / INCH, (HIGH + ABOVE) / INCH))
    axes = figure.add_axes((0, 0, 1, 1), xlim=(0, WIDE), ylim=(HIGH, -ABOVE))
    axes.set_axis_off()
    below = f" Far below, and not drawn: {', '.join(plane.below)}." if plane.below else ""
    words = f"A ring is the 8-bit file of a candidate (_int8), orange is the chosen one.{below}"
    for height, line, size in ((-30, title, 10.0), (-10, words, LETTERS)):
        axes.text(WIDE / 2, height, line, fontsize=size, color=INK, ha="center", parse_math=False)
    _draw_ticks(axes, plane)
    axes.plot(*zip(*plane.front, strict=True), color=QUIET, linestyle=(0, (3, 4)), linewidth=1)
    for name in plane.names:
        colour = ORANGE if any(chosen for _, chosen in name.parts) else BLUE
        if name.leader:
            axes.plot(*zip(*name.leader, strict=True), color=QUIET, linewidth=0.7)
        text = "".join(part for part, _ in name.parts)
        place = {"start": "left", "middle": "center", "end": "right"}[name.anchor]
        axes.text(name.x, name.y, text, fontsize=LETTERS, color=colour, ha=place, parse_math=False)
    for dot in reversed(plane.dots):
        _draw_dot(axes, dot)
    save_figure(figure, path)


def _draw_ticks(axes: Axes, plane: Plane) -> None:
    for tick in plane.up:
        axes.plot([LEFT, WIDE - 8], [tick.place, tick.place], color="#e5e5e5", linewidth=0.8)
        axes.text(LEFT - 6, tick.place, tick.label, ha="right", va="center", fontsize=LETTERS, color=INK)
    for tick in plane.across:
        axes.text(tick.place, HIGH - BOTTOM + 18, tick.label, ha="center", fontsize=LETTERS, color=INK)
    axes.text(WIDE - 8, HIGH - 6, "multiply-adds for one picture", ha="right", fontsize=LETTERS, color=INK)


def _draw_dot(axes: Axes, dot: Dot) -> None:
    """A disk, or a ring for an 8-bit file; the chosen one is drawn last, and so on top."""
    colour = ORANGE if dot.chosen else BLUE
    axes.plot([dot.x, dot.x], [dot.low, dot.high], color=colour, linewidth=1.5, alpha=0.5)
    inside = "white" if dot.int8 else colour
    size = 9 if dot.chosen else 7
    axes.plot(dot.x, dot.y, "o", color=colour, markerfacecolor=inside, markersize=size, markeredgewidth=1.8, zorder=4)
