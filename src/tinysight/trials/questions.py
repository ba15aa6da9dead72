"""What a learning curve asks: which rows, which image sizes, and by which settings."""

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray
from pydantic import ValidationError

from tinysight.data.imageset import ImageSet
from tinysight.data.splits import Split
from tinysight.errors import ConfigError
from tinysight.evaluation.trial_file import ROWS, SIZE, Question, basis, compared_with, lengths
from tinysight.params import CandidateParams, DatasetParams, Params, Section
from tinysight.paths import Paths

SHARES = (1 / 8, 1 / 4, 1 / 2)  # of the train rows; the whole is what the pipeline has trained
FACTORS = (0.5, 2.0)  # of the image size

Rows = NDArray[np.int64]
AnySection = TypeVar("AnySection", bound=Section)


@dataclass(frozen=True)
class Planned:
    """A training: what it asks, the rows that it learns from and is judged on, and what to print before it."""

    question: Question
    split: Split
    says: str


def compared(params: Params, chosen: str) -> list[str]:
    """Whose curve is drawn beside that of the chosen candidate, of those that are trained."""
    return [name for name in compared_with(chosen) if name in params.models]


def plan(params: Params, paths: Paths, chosen: str, beside: Sequence[str]) -> Iterator[Planned]:
    """All that is to be asked: fewer rows first, then of the chosen candidate other sizes, the largest last."""
    images, split, size = ImageSet.open(paths.dataset), Split.open(paths.split), params.dataset.image_size
    every = len(split.train)
    for name in (chosen, *beside):
        common = {"candidate": name, "basis": basis(params, paths, name)}
        parts = {len(rows): rows for rows in (fewer_rows(images, split.train, share) for share in SHARES)}
        for count, rows in parts.items():
            question = Question(varied=ROWS, rows=count, image_size=size, **common)
            says = f"{name} on {count:,} of {every:,} train pictures"
            if count < every:
                yield Planned(question, Split(rows, split.val, split.test), says)
    for other in other_sizes(params.dataset):
        question = Question(
            candidate=chosen, varied=SIZE, rows=every, image_size=other, basis=basis(params, paths, chosen)
        )
        yield Planned(question, split, f"{chosen} at {other} × {other} pixels")


def other_sizes(dataset: DatasetParams) -> list[int]:
    """Half and twice an image size, where pictures may be so small or large."""
    sizes = [round(dataset.image_size * factor) for factor in FACTORS]
    return [size for size in sizes if _changed(dataset, image_size=size)]


def fewer_rows(images: ImageSet, rows: Rows, share: float) -> Rows:
    """A share of the rows of each class, those with the smallest digests: a smaller share lies within a larger one."""
    chosen: list[int] = []
    labels = images.labels[rows]
    for label in np.unique(labels):
        own = sorted(rows[labels == label].tolist(), key=lambda row: images.samples[row].digest)
        chosen += own[: max(1, math.ceil(len(own) * share))]
    return np.array(sorted(chosen), dtype=np.int64)


def at_size(params: Params, candidate: str, size: int) -> Params:
    """The settings for pictures of another size; a candidate that resizes them itself does so in proportion.

    The cells of an SVM follow too: as many as before see finer edges. Cells of as many pixels as before would give four
    times the features at twice the side, and finding their principal axes takes time with the cube of their number.
    Where a candidate does not allow that side, it gets the nearest that it does. Its other settings stay.

    Raises:
        ConfigError: if the candidate would see as many pixels as today.
    """
    own, today = lengths(params, candidate), params.dataset.image_size
    dataset = params.dataset.model_copy(update={"image_size": size})
    if "side" not in own:
        return params.model_copy(update={"dataset": dataset})
    wanted = round(own["side"] * size / today)
    models = {**params.models, candidate: _with_side(params.models[candidate], own, wanted)}
    resized = params.model_copy(update={"dataset": dataset, "models": models})
    if min(lengths(resized, candidate)["side"], size) == min(own["side"], today):
        raise ConfigError(
            f"models.{candidate}.side allows no other value between {own['side']} and {wanted}, so that"
            f" pictures of {size} × {size} pixels would look to it as today's. Leave dataset.image_size as it is."
        )
    return resized


def _with_side(model: CandidateParams, own: Mapping[str, int], wanted: int) -> CandidateParams:
    """The candidate with the allowed side nearest to the wanted one, and with all its lengths in proportion."""
    side = own["side"]
    for one in range(wanted, side, 1 if wanted < side else -1):
        found = _changed(model, **{key: round(length * one / side) for key, length in own.items()})
        if found:
            return found
    return model


def _changed(section: AnySection, **values: object) -> AnySection | None:
    """A section with other values; None where they are not allowed."""
    try:
        return type(section).model_validate_json(json.dumps(section.model_dump(mode="json") | values))
    except ValidationError:
        return None
