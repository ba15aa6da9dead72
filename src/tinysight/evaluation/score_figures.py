"""Pictures of one candidate's robustness, calibration and worst mistakes."""

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patheffects import withStroke
from matplotlib.ticker import PercentFormatter

from tinysight.evaluation.figures import BLUE, INK, ORANGE, QUIET, save_figure, short_name, tidy
from tinysight.evaluation.mistakes import Mistakes
from tinysight.evaluation.scores import Calibration, Curve
from tinysight.imaging import Pixels

ACROSS = 4
CLASSES_DRAWN = 30  # thin lines of more would be one grey area
LOW = 0.1  # names of classes that end below it stand above their line: there is no room under it


def draw_curves(path: Path, curves: Sequence[Curve], title: str) -> None:
    """Draws accuracy against each distortion, of all images and, thinly, of each class; the weakest is named.

    Args:
        path: the PNG to write.
        curves: of one candidate.
        title: what is shown.
    """
    down = -(-len(curves) // ACROSS)
    figure = Figure(figsize=(3.0 * ACROSS, 2.5 * down))  # a constrained layout would take longer than all the rest
    figure.subplots_adjust(left=0.05, right=0.99, bottom=0.08, top=0.88, wspace=0.08, hspace=0.35)
    for axes, curve in zip(figure.subplots(down, ACROSS, sharey=True, squeeze=False).flat, curves, strict=False):
        _draw_curve(axes, curve)
    for axes in list(figure.axes)[len(curves) :]:
        axes.set_axis_off()
    figure.suptitle(
        f"{title}: all images (blue), each class (thin), and by name the class that ends lowest", fontsize=11, color=INK
    )
    save_figure(figure, path)


def _draw_curve(axes: Axes, curve: Curve) -> None:
    places = range(len(curve.points))
    for name in list(curve.points[0].per_class)[:CLASSES_DRAWN]:
        axes.plot(places, [point.per_class[name] for point in curve.points], color=QUIET, linewidth=0.5, alpha=0.6)
    axes.fill_between(places, *np.transpose([point.interval for point in curve.points]), color=BLUE, alpha=0.2)
    axes.plot(places, [point.accuracy for point in curve.points], color=BLUE, marker=".")
    _name_weakest(axes, curve)
    axes.set_xticks(places, [level_text(point.level, curve.unit) for point in curve.points], fontsize=8)
    axes.set_title(curve.kind, fontsize=10, color=INK)
    axes.set_ylim(0, 1.02)
    axes.yaxis.set_major_formatter(PercentFormatter(1.0))
    tidy(axes)


def _name_weakest(axes: Axes, curve: Curve) -> None:
    """Draws over the class that ends lowest, with its name and what is left of it; none where all end alike."""
    last = curve.points[-1]
    name, left = min(last.per_class.items(), key=lambda item: item[1])
    if left == max(last.per_class.values()):
        return
    axes.plot([point.per_class[name] for point in curve.points], color=ORANGE, linewidth=1)
    up, side = (3, "bottom") if left < LOW else (-3, "top")
    axes.annotate(
        f"{short_name(name)}: {left * 100:.0f} %", (len(curve.points) - 1, left), (0, up), textcoords="offset points",
        ha="right", va=side, fontsize=8, color=ORANGE, parse_math=False,
        path_effects=[withStroke(linewidth=2, foreground="white")],
    )  # fmt: skip


def level_text(level: float, unit: str) -> str:
    """A curve's level as people read it: 0.05 → 5 %, 7.5 → 7.5°, 1.5 → ×1.5, 80 → 80."""
    match unit:
        case "%":
            return f"{level * 100:g} %"
        case "°":
            return f"{level:g}°"
        case "times":
            return f"×{level:g}"
        case _:
            return f"{level:g}"


def draw_reliability(path: Path, calibration: Calibration, title: str) -> None:
    """Draws how often the model is right against how sure it is, before and after the temperature.

    Args:
        path: the PNG to write.
        calibration: of one side.
        title: what is shown.
    """
    figure = Figure(figsize=(4.6, 4.6), layout="constrained")
    axes = figure.add_subplot()
    axes.plot([0, 1], [0, 1], color=QUIET, linewidth=0.8, linestyle="--")
    for bins, error, colour, label in (
        (calibration.bins_before, calibration.before, QUIET, "without temperature"),
        (calibration.bins_after, calibration.after, ORANGE, "as the file answers"),
    ):
        places = [b.confidence for b in bins], [b.accuracy for b in bins]
        axes.plot(*places, color=colour, marker="o", label=f"{label}: {error:.3f} off")
    axes.set_xlabel("how sure it is")
    axes.set_ylabel("how often it is right")
    axes.set_title(title, fontsize=11, color=INK)
    axes.legend(frameon=False, fontsize=9, loc="upper left")
    tidy(axes)
    save_figure(figure, path)


def draw_mistakes(path: Path, mistakes: Mistakes, class_names: Sequence[str], title: str) -> None:
    """Draws pictures that were named wrongly; red is the part that the answer hangs on.

    Args:
        path: the PNG to write.
        mistakes: at least one.
        class_names: in the order of the labels.
        title: what is shown.
    """
    count = len(mistakes.labels)
    down = -(-count // ACROSS)
    figure = Figure(figsize=(2.2 * ACROSS, 2.7 * down))
    figure.subplots_adjust(left=0.02, right=0.98, bottom=0.02, top=1 - 0.75 / (2.7 * down), hspace=0.25)
    for place, axes in enumerate(figure.subplots(down, ACROSS, squeeze=False).flat):
        axes.set_axis_off()
        if place < count:
            said, is_ = (class_names[labels[place]] for labels in (mistakes.answers, mistakes.labels))
            axes.imshow(overlaid(mistakes, place))
            text = f"{said}, {mistakes.confidence[place]:.0%} sure\nis {is_}"
            axes.set_title(text, fontsize=9, color=INK, parse_math=False)
    figure.suptitle(title, fontsize=11, color=INK)
    save_figure(figure, path)


def overlaid(mistakes: Mistakes, place: int) -> Pixels:
    """(S, S, 3) uint8: the picture in grey, with red where its answer hangs on."""
    picture = mistakes.pixels[place].astype(np.float32)
    grey = np.repeat(picture.mean(axis=-1, keepdims=True), 3, axis=-1)
    weight = np.clip(mistakes.weight[place], 0, None)
    weight = weight / max(float(weight.max()), 1e-6)
    side = len(picture)
    heat = cv2.resize(weight, (side, side), interpolation=cv2.INTER_LINEAR)[..., None]  # (S, S, 1)
    red = np.array([220, 40, 20], np.float32)
    mixed = grey * (1 - 0.6 * heat) + red * 0.6 * heat
    return np.asarray(np.clip(np.rint(mixed), 0, 255), dtype=np.uint8)
