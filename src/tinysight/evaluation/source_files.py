"""Judges models on today's test pictures from their source files, each model by its own contract."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from tinysight.data.imageset import ImageSet, Sample
from tinysight.data.progress import progress_bar
from tinysight.data.sources.source import SourceFile, open_source
from tinysight.data.splits import Split
from tinysight.errors import DataError, ImageError
from tinysight.imaging import Pixels
from tinysight.params import Params
from tinysight.paths import Paths
from tinysight.predictor import Predictor

BATCH = 64

Right = NDArray[np.bool_]


def held_out_files(params: Params, paths: Paths) -> list[tuple[Sample, SourceFile]]:
    """The test rows with the files they were made from.

    Raises:
        DataError: if the source does not hold such a file.
    """
    samples = ImageSet.open(paths.dataset).samples
    files = open_source(params.dataset, paths.root)
    rows = [samples[row] for row in Split.open(paths.split).test.tolist()]
    missing = [sample.path for sample in rows if sample.path not in files]
    if missing:
        raise DataError(
            f"{params.dataset.path} does not hold {missing[0]} and {len(missing) - 1} other test pictures that the"
            " data set was made from. Bring them back, or run `dvc repro` on what is there."
        )
    return [(sample, files[sample.path]) for sample in rows]


def judge(predictors: Sequence[Predictor], pictures: Sequence[tuple[Sample, SourceFile]]) -> list[Right]:
    """For each model whether its best class is the true one, picture by picture.

    A picture that a model cannot decode by its own contract counts as wrong: it answers nobody.

    Args:
        predictors: each decodes by its own contract; pictures are read once.
        pictures: N of them.

    Returns:
        one (N,) bool a model.
    """
    right: list[list[bool]] = [[] for _ in predictors]
    with progress_bar("Scoring test pictures from their files", len(pictures)) as advance:
        for start in range(0, len(pictures), BATCH):
            batch = pictures[start : start + BATCH]
            data = [file.read() for _, file in batch]
            truth = [sample.class_name for sample, _ in batch]
            for answers, predictor in zip(right, predictors, strict=True):
                named = _best_classes(predictor, data)
                answers.extend(a == b for a, b in zip(named, truth, strict=True))
            advance(len(batch))
    return [np.array(answers, dtype=np.bool_) for answers in right]


def _best_classes(predictor: Predictor, data: Sequence[bytes]) -> list[str | None]:
    """The best class of each picture; None where the model cannot decode it."""
    images = [_decoded(predictor, picture) for picture in data]
    named: list[str | None] = [None] * len(images)
    readable = [place for place, image in enumerate(images) if image is not None]
    if readable:
        batch = np.stack([image for image in images if image is not None])  # (n, S, S, 3) uint8
        for place, best in zip(readable, np.argmax(predictor.probabilities(batch), axis=1), strict=True):
            named[place] = predictor.contract.class_names[best]
    return named


def _decoded(predictor: Predictor, picture: bytes) -> Pixels | None:
    try:
        return predictor.decode(picture)
    except ImageError:
        return None
