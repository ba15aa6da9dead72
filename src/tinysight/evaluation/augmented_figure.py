"""A picture of what augmentation makes: some pictures of each class, and under them their copies."""

from collections.abc import Mapping
from pathlib import Path

import cv2
import numpy as np
from matplotlib.figure import Figure

from tinysight.evaluation.figures import INK, QUIET, save_figure, short_name
from tinysight.imaging import Pixels

EXAMPLES = 12  # a class
MOST_CLASSES = 20
CELL, GAP = 64, 4  # pixels


def draw_augmented(path: Path, examples: Mapping[str, tuple[Pixels, Pixels]]) -> None:
    """Draws two lines a class: pictures as they were taken, and below each the copy that was made of it.

    Args:
        path: the PNG to write.
        examples: by class name (k, S, S, 3) uint8 pictures and as many copies, or none where there are none.
    """
    shown = list(examples.items())[:MOST_CLASSES]
    lines = [line for _, pair in shown for line in pair if len(line)]
    canvas = np.concatenate([_line(line) for line in lines]) if lines else _line(np.zeros((0, 1, 1, 3), np.uint8))
    height, width = canvas.shape[:2]
    figure = Figure(figsize=(width / 100 + 1.4, height / 100 + 0.8), layout="constrained")
    axes = figure.add_subplot()
    axes.imshow(canvas, interpolation="nearest")
    tall = height / max(1, len(shown))
    names = [short_name(name) for name, _ in shown]
    axes.set_yticks([(place + 0.5) * tall for place in range(len(shown))], names, parse_math=False, color=INK)
    axes.set_xticks([])
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)
    copied = any(len(copies) for _, (_, copies) in shown)
    title = "train pictures, " + (
        "and below each a copy that was made of it" if copied else "of which no copies are made"
    )
    left_out = len(examples) - len(shown)
    axes.set_title(title + (f" ({left_out} more classes are not shown)" if left_out else ""), fontsize=11, color=INK)
    for place in range(1, len(shown)):
        axes.axhline(place * tall - 0.5, color=QUIET, linewidth=0.6)
    save_figure(figure, path)


def _line(pictures: Pixels) -> Pixels:
    """(CELL + 2 · GAP, EXAMPLES · (CELL + GAP), 3): pictures side by side, all of one size."""
    line = np.full((CELL + 2 * GAP, EXAMPLES * (CELL + GAP) + GAP, 3), 255, np.uint8)
    for place, picture in enumerate(pictures[:EXAMPLES]):
        grows = picture.shape[0] < CELL
        cell = cv2.resize(picture, (CELL, CELL), interpolation=cv2.INTER_NEAREST if grows else cv2.INTER_AREA)
        left = GAP + place * (CELL + GAP)
        line[GAP : GAP + CELL, left : left + CELL] = cell
    return line
