"""Judges models on today's test pictures from their source files, each model by its own contract."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from tinysight.data.imageset import ImageSet, Sample
from tinysight.data.progress import progress_bar
from tinysight.data.sources.source import SourceFile, open_source
from tinysight.data.splits import Split
from tinysight.errors import DataError, ImageError
from tinysight.evaluation.robustness import warp_as_expected
from tinysight.imaging import Decoding, Pixels
from tinysight.params import EvaluateParams, Params
from tinysight.paths import Paths
from tinysight.predictor import Predictor

BATCH = 64

Right = NDArray[np.bool_]


@dataclass(frozen=True)
class HeldOut:
    """The test rows with the files they were made from.

    Attributes:
        rows: (N,) int64, their places in the ImageSet.
        pictures: N of them.
    """

    rows: NDArray[np.int64]
    pictures: Sequence[tuple[Sample, SourceFile]]

    @property
    def truth(self) -> list[str]:
        """The class of each picture."""
        return [sample.class_name for sample, _ in self.pictures]

    @property
    def digest(self) -> str:
        """sha256 of which pictures these are and what is said to be on them, whatever their order."""
        lines = sorted(f"{sample.digest} {sample.class_name}" for sample, _ in self.pictures)
        return hashlib.sha256("\n".join(lines).encode()).hexdigest()


@dataclass(frozen=True)
class Marks:
    """What one model answered, picture by picture.

    Attributes:
        right: (N,) bool, whether its best class is the true one.
        confidence: (N,) float32, of its best class.
        moved_right: (draws, N) bool, under the expected warps; no draws where none were asked for.
        named: (N,) str, its best class, empty for what it could not decode; no entries where that is not known.
    """

    right: Right
    confidence: NDArray[np.float32]
    moved_right: NDArray[np.bool_]
    named: NDArray[np.object_] = field(default_factory=lambda: np.empty(0, np.object_))


def held_out_files(params: Params, paths: Paths) -> HeldOut:
    """The test rows with the files they were made from.

    Raises:
        DataError: if the source does not hold such a file.
    """
    samples = ImageSet.open(paths.dataset).samples
    files = open_source(params.dataset, paths.root)
    rows = Split.open(paths.split).test
    chosen = [samples[row] for row in rows.tolist()]
    missing = [sample.path for sample in chosen if sample.path not in files]
    if missing:
        raise DataError(
            f"{params.dataset.path} does not hold {missing[0]} and {len(missing) - 1} other test pictures that the"
            " data set was made from. Bring them back, or run `dvc repro` on what is there."
        )
    return HeldOut(rows, [(sample, files[sample.path]) for sample in chosen])


def judge(
    predictors: Sequence[Predictor], held_out: HeldOut, moved: EvaluateParams | None = None, *, seed: int = 0
) -> list[Marks]:
    """Asks each model for every picture: as it is and, where that is wanted, under the expected warps.

    A picture that a model cannot decode by its own contract counts as wrong, with no confidence: it answers nobody.
    The motions are those of the stage evaluate, each model's in pictures of its own size.

    Args:
        predictors: each decodes by its own contract; pictures are read once.
        held_out: the pictures.
        moved: the expected warps and how many draws.
        seed: of the whole pipeline.

    Returns:
        one for each model.
    """
    draws, count = moved.draws if moved else 0, len(held_out.pictures)
    marks = [
        Marks(
            right=np.zeros(count, np.bool_),
            confidence=np.zeros(count, np.float32),
            moved_right=np.zeros((draws, count), np.bool_),
            named=np.full(count, "", np.object_),
        )
        for _ in predictors
    ]
    with progress_bar("Scoring test pictures from their files", count) as advance:
        for part in _batches(count):
            data = [file.read() for _, file in held_out.pictures[part]]
            decoded: dict[Decoding, tuple[NDArray[np.int64], Pixels]] = {}  # once for models that decode alike
            for mark, predictor in zip(marks, predictors, strict=True):
                if predictor.decoding not in decoded:
                    decoded[predictor.decoding] = _decoded(predictor, data)
                places, pixels = decoded[predictor.decoding]
                if len(places):
                    _mark(mark, predictor, places + part.start, pixels, held_out, moved, seed)
            advance(len(data))
    return marks


def _mark(
    marks: Marks,
    predictor: Predictor,
    places: NDArray[np.int64],
    pixels: Pixels,
    held_out: HeldOut,
    moved: EvaluateParams | None,
    seed: int,
) -> None:
    """Writes down the answers to (n, S, S, 3) pictures which stand at these places."""
    labels = _labels(predictor, [held_out.pictures[place][0].class_name for place in places.tolist()])
    probabilities = predictor.probabilities(pixels)  # (n, classes)
    best = probabilities.argmax(axis=1)
    marks.right[places] = best == labels
    marks.named[places] = np.array(predictor.contract.class_names, np.object_)[best]
    marks.confidence[places] = probabilities.max(axis=1)
    for draw in range(moved.draws if moved else 0):
        assert moved is not None
        warped = warp_as_expected(pixels, held_out.rows[places], moved.expected, seed=seed, draw=draw)
        marks.moved_right[draw, places] = predictor.probabilities(warped).argmax(axis=1) == labels


def _labels(predictor: Predictor, truth: Sequence[str]) -> NDArray[np.int64]:
    """The place of each true class among the model's; -1 for one that it does not know."""
    place = {name: number for number, name in enumerate(predictor.contract.class_names)}
    return np.array([place.get(name, -1) for name in truth], dtype=np.int64)


def _decoded(predictor: Predictor, data: Sequence[bytes]) -> tuple[NDArray[np.int64], Pixels]:
    """Which of the pictures the model can decode, and their (n, S, S, 3) uint8."""
    places, images = [], []
    for place, picture in enumerate(data):
        try:
            images.append(predictor.decode(picture))
        except ImageError:
            continue
        places.append(place)
    size = predictor.contract.image_size
    return np.array(places, dtype=np.int64), np.stack(images) if images else np.empty((0, size, size, 3), np.uint8)


def _batches(count: int) -> Iterator[slice]:
    return (slice(start, min(count, start + BATCH)) for start in range(0, count, BATCH))
