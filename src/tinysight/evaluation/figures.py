"""Pictures of scores: which classes are taken for which, and how training went."""

import csv
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator, PercentFormatter
from numpy.typing import NDArray

from tinysight.whole_file import whole

INK, QUIET, BLUE, ORANGE = "#222222", "#999999", "#1f6fb2", "#d9730d"
MOST_NUMBERED = 20  # more classes than this leave no room for numbers in the cells
LONGEST_NAME = 18


@dataclass(frozen=True)
class Curves:
    """Figures of each epoch, by the column's name in curves.csv."""

    columns: dict[str, list[float]]

    def __len__(self) -> int:
        return len(self.columns.get("epoch", []))


def read_curves(path: Path) -> Curves:
    """Reads curves.csv; no rows where the candidate has no epochs or the file is missing."""
    if not path.exists():
        return Curves({})
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return Curves({name: [float(row[name]) for row in rows] for name in rows[0]} if rows else {})


def draw_confusion_matrix(path: Path, matrix: NDArray[np.int64], class_names: Sequence[str], title: str) -> None:
    """Draws counts, coloured by the share of each true class.

    Args:
        path: the PNG to write.
        matrix: (C, C), rows true, columns predicted.
        class_names: C names in the order of the labels.
        title: what is shown, for instance `svm: test images`.
    """
    count = len(class_names)
    side = float(np.clip(1.8 + 0.5 * count, 4.5, 14.0))
    figure = Figure(figsize=(side, side), layout="constrained")
    axes = figure.add_subplot()
    shares = matrix / np.maximum(matrix.sum(axis=1, keepdims=True), 1)  # (C, C) of each true class
    axes.imshow(np.sqrt(shares), cmap="Blues", vmin=0, vmax=1)  # the root: rare confusions must show
    if count <= MOST_NUMBERED:
        _number_cells(axes, matrix, shares)
    names = [short_name(name) for name in class_names]
    longest = max(len(name) for name in names)
    axes.set_xticks(range(count), names, rotation=90 if longest > 3 else 0, parse_math=False)
    axes.set_yticks(range(count), names, parse_math=False)
    axes.tick_params(length=0, labelsize=9)
    axes.spines[:].set_visible(False)
    axes.set_xlabel("answered")
    axes.set_ylabel("true")
    axes.set_title(title, fontsize=11, color=INK)
    save_figure(figure, path)


def short_name(name: str) -> str:
    """A class's name with at most LONGEST_NAME letters."""
    return name if len(name) <= LONGEST_NAME else name[: LONGEST_NAME - 1] + "…"


def draw_learning_curves(path: Path, curves: Curves, title: str) -> None:
    """Draws loss and accuracy of each epoch, on train and on val.

    Args:
        path: the PNG to write.
        curves: of at least one epoch.
        title: what is shown.
    """
    figure = Figure(figsize=(9.0, 3.6), layout="constrained")
    left, right = figure.subplots(1, 2)
    for axes, name in ((left, "loss"), (right, "accuracy")):
        for column, colour, label in ((name, BLUE, "train"), (f"val_{name}", ORANGE, "val")):
            if column in curves.columns:
                axes.plot(curves.columns["epoch"], curves.columns[column], color=colour, label=label, marker=".")
        axes.set_xlabel("epoch")
        axes.set_title(name, fontsize=10, color=INK)
        axes.xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))
        tidy(axes)
    right.yaxis.set_major_formatter(PercentFormatter(1.0))
    left.set_ylim(bottom=0)
    left.legend(frameon=False, fontsize=9)
    figure.suptitle(title, fontsize=11, color=INK)
    save_figure(figure, path)


def _number_cells(axes: Axes, matrix: NDArray[np.int64], shares: NDArray[np.float64]) -> None:
    for row, column in np.ndindex(*matrix.shape):
        value = int(matrix[row, column])
        colour = "white" if shares[row, column] > 0.3 else INK if value else QUIET
        axes.text(column, row, str(value), ha="center", va="center", fontsize=8, color=colour)


def tidy(axes: Axes) -> None:
    """Takes away what is no figure: the frame's upper and right side; adds faint lines to read heights by."""
    axes.spines[["top", "right"]].set_visible(False)
    axes.grid(axis="y", color="#e5e5e5", linewidth=0.8)
    axes.set_axisbelow(True)


def save_figure(figure: Figure, path: Path) -> None:
    """Writes a PNG under its name when it is whole, the same bytes from the same figures."""
    FigureCanvasAgg(figure)
    with whole(path) as draft, warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Glyph .* missing")  # class names may be in any script
        figure.savefig(draft, format="png", dpi=110, metadata={"Software": None})
