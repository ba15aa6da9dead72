"""Answers of models that were never trained: drawn so that two of them differ as much as a test wants."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from tinysight.evaluation.source_files import Marks


def marks_of(right: Sequence[bool] | NDArray[np.bool_], *, moved: object = None, confidence: float = 0.9) -> Marks:
    """A model with these answers, right and wrong alike under the warps unless told."""
    answers = np.asarray(right, dtype=np.bool_)
    under_warps = answers[None] if moved is None else np.atleast_2d(np.asarray(moved, dtype=np.bool_))
    return Marks(answers, np.full(len(answers), confidence, dtype=np.float32), under_warps)


def naming(named: Sequence[str], truth: Sequence[str]) -> Marks:
    """A model that gives these answers to pictures of these classes, under the warps too."""
    marks = marks_of([name == true for name, true in zip(named, truth, strict=True)])
    return replace(marks, named=np.array(named, np.object_))


def drawn_pair(
    drawn: np.random.Generator, rows: int, accuracy: float, gain: float, disagreements: float = 0.08
) -> tuple[Marks, Marks]:
    """Two models of which the first is truly better by `gain`, and that disagree on a share of all pictures."""
    only_ours, only_theirs = (disagreements + gain) / 2, (disagreements - gain) / 2
    both = accuracy - only_theirs
    kinds = drawn.choice(4, rows, p=[both, only_ours, only_theirs, 1 - both - only_ours - only_theirs])
    return marks_of((kinds == 0) | (kinds == 1)), marks_of((kinds == 0) | (kinds == 2))
