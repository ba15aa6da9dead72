"""Looks for wrong labels: cheap features first, a pretrained network's where those tell the classes badly apart."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tinysight.data.groups import Rows
from tinysight.data.imageset import ImageSet, Sample
from tinysight.data.progress import progress_bar
from tinysight.data.suspects import Probabilities, Suspect, rank_suspects
from tinysight.evaluation.appearance import appearance
from tinysight.evaluation.out_of_fold import assign_folds, condense, out_of_fold
from tinysight.imaging import Pixels
from tinysight.params import Params
from tinysight.paths import Paths

# Share of the given labels that outlines and colours suggest too, above which a network would cost time for nothing:
# on the clear kinds of Fashion-MNIST (0.96) both found 28 to 30 of 30 planted wrong labels.
GOOD_ENOUGH = 0.95
FEWEST = 100  # pictures: of fewer, models learn too little to doubt a label, and a person has soon looked at them all


def find_label_errors(
    images: ImageSet,
    params: Params,
    paths: Paths,
    groups: NDArray[np.int64] | None = None,
    leave_out: Sequence[int] = (),
) -> list[Suspect]:
    """The labels that are probably wrong, the most suspected first; of few pictures none is suspected.

    Args:
        images: N rows.
        params: `validate.label_error_images` says how many of them are looked at; 0 is none.
        paths: where the network's file and its features are kept.
        groups: (N,), the number of each row's group: copies must not vouch for each other.
        leave_out: rows that no model can judge, such as blank ones.
    """
    rows = choose_rows(images.samples, set(leave_out), params.validate_.label_error_images)
    samples = [images.samples[row] for row in rows]
    names = {sample.label: sample.class_name for sample in samples}
    if len(names) < 2 or len(rows) < FEWEST:
        return []
    together = np.arange(len(images)) if groups is None else groups
    labels = images.labels[rows]
    folds = assign_folds(labels, together[rows], [sample.digest for sample in samples])
    probabilities = _judge(images.pixels, rows, labels, folds, paths.cache)
    suspects = rank_suspects(probabilities, labels, names)
    return [replace(suspect, row=int(rows[suspect.row])) for suspect in suspects]


def choose_rows(samples: Sequence[Sample], leave_out: set[int], most: int) -> Rows:
    """All rows, or those of the smallest digests: as good as drawn, and the same every time."""
    rows = [row for row in range(len(samples)) if row not in leave_out]
    if len(rows) > most:
        rows = sorted(sorted(rows, key=lambda row: samples[row].digest)[:most])
    return np.array(rows, dtype=np.int64)


def _judge(pixels: Pixels, rows: Rows, labels: Rows, folds: Rows, cache: Path) -> Probabilities:
    """(n, classes) by whichever features tell the given labels better apart."""
    outlines, colours = appearance(pixels, rows)
    cheap = _ask(condense((outlines, 1.0), (colours, 1.0)), labels, folds)
    if accuracy(cheap, labels) >= GOOD_ENOUGH:
        return cheap
    from tinysight.models.features import features

    learned = _even(features(pixels, cache, rows=rows))
    strong = _ask(condense((outlines, 0.5), (colours, 0.5), (learned, 1.0)), labels, folds)
    return max(cheap, strong, key=lambda probabilities: accuracy(probabilities, labels))


def _ask(features: NDArray[np.float32], labels: Rows, folds: Rows) -> Probabilities:
    with progress_bar("look for wrong labels", int(folds.max()) + 1) as advance:
        return out_of_fold(features, labels, folds, advance)


def _even(learned: NDArray[np.float32]) -> NDArray[np.float32]:
    """Roots of length 1, so that a few features which are often large don't outweigh the others."""
    roots = np.sqrt(learned)
    return np.asarray(roots / np.maximum(np.linalg.norm(roots, axis=1, keepdims=True), 1e-12), dtype=np.float32)


def accuracy(probabilities: Probabilities, labels: Rows) -> float:
    """The share of pictures whose given label is the likeliest."""
    return float(np.mean(probabilities.argmax(axis=1) == labels))
