"""The worst mistakes of a model, with the part of each picture that its answer hangs on."""

from dataclasses import dataclass
from pathlib import Path
from zipfile import BadZipFile

import cv2
import numpy as np
from numpy.typing import NDArray

from tinysight.data.imageset import ImageSet
from tinysight.errors import DataError
from tinysight.evaluation.answers import Answers, ask
from tinysight.imaging import Pixels
from tinysight.predictor import Predictor
from tinysight.whole_file import whole

MISTAKES = "mistakes.npz"
MOST = 12
CELLS = 7  # of the picture's side, each covered once
BLURRED = 6  # the standard deviation of the blur is this part of the side
COVER = 2  # cells that a patch spans: neighbours overlap, so that no part hides on an edge


@dataclass(frozen=True)
class Mistakes:
    """Confident wrong answers, the most confident first.

    Attributes:
        pixels: (n, S, S, 3) uint8, as the model sees them.
        paths: n, of the source files.
        labels: (n,) int64, the truth.
        answers: (n,) int64, what the model says.
        confidence: (n,) float32.
        weight: (n, CELLS, CELLS) float32; how much of the answer's probability goes when that part is blurred.
    """

    pixels: Pixels
    paths: tuple[str, ...]
    labels: NDArray[np.int64]
    answers: NDArray[np.int64]
    confidence: NDArray[np.float32]
    weight: NDArray[np.float32]


def worst_mistakes(predictor: Predictor, images: ImageSet, sides: list[Answers], most: int = MOST) -> Mistakes:
    """Finds the wrong answers that the model is surest of.

    Args:
        predictor: who gave the answers.
        images: the data set.
        sides: the answers to look through.
        most: how many at most.
    """
    rows = np.concatenate([side.rows for side in sides])
    labels = np.concatenate([side.labels for side in sides])
    probabilities = np.concatenate([side.probabilities for side in sides])
    best, sure = probabilities.argmax(axis=1), probabilities.max(axis=1)
    wrong = np.flatnonzero(best != labels)
    chosen = wrong[np.lexsort((rows[wrong], -sure[wrong]))][:most]
    pixels = np.asarray(images.pixels[rows[chosen]])
    weight = [occlusion(predictor, picture, int(label)) for picture, label in zip(pixels, best[chosen], strict=True)]
    return Mistakes(
        pixels=pixels,
        paths=tuple(images.samples[row].path for row in rows[chosen]),
        labels=labels[chosen],
        answers=best[chosen],
        confidence=sure[chosen],
        weight=np.stack(weight) if weight else np.empty((0, CELLS, CELLS), np.float32),
    )


def occlusion(predictor: Predictor, picture: Pixels, label: int) -> NDArray[np.float32]:
    """How much of a class's probability goes when each part of a picture is blurred beyond recognition.

    Source: Zeiler and Fergus, Visualizing and Understanding Convolutional Networks (2014), who cover with grey; that
    draws edges where there were none. It asks only for answers, so that it works for any model file.

    Args:
        predictor: the loaded model.
        picture: (S, S, 3) uint8.
        label: the class.

    Returns:
        (CELLS, CELLS) float32; negative where covering makes the answer surer.
    """
    side = len(picture)
    blurred = cv2.GaussianBlur(picture, (0, 0), side / BLURRED)
    edges = np.linspace(0, side, CELLS + 1).round().astype(int)
    half = (COVER - 1) * side / CELLS / 2
    covered = np.repeat(picture[None], CELLS * CELLS + 1, axis=0)  # the last one stays as it is
    for place, (down, across) in enumerate(np.ndindex(CELLS, CELLS)):
        top, left = (max(0, int(edges[cell] - half)) for cell in (down, across))
        bottom, right = (int(np.ceil(edges[cell + 1] + half)) for cell in (down, across))
        covered[place, top:bottom, left:right] = blurred[top:bottom, left:right]
    answers = ask(predictor, covered)[:, label]
    return np.asarray(answers[-1] - answers[:-1], dtype=np.float32).reshape(CELLS, CELLS)


def write_mistakes(folder: Path, mistakes: Mistakes) -> None:
    """Writes mistakes.npz into a candidate's folder."""
    arrays = {**vars(mistakes), "paths": np.array(mistakes.paths, dtype=np.str_)}
    with whole(folder / MISTAKES) as draft, draft.open("wb") as file:
        np.savez_compressed(file, allow_pickle=False, **arrays)


def read_mistakes(folder: Path) -> Mistakes | None:
    """Reads mistakes.npz; None where an earlier version evaluated the candidate and left none.

    Raises:
        DataError: if it is broken.
    """
    path = folder / MISTAKES
    if not path.is_file():
        return None
    try:
        with np.load(path) as found:
            arrays = {name: found[name] for name in ("pixels", "labels", "answers", "confidence", "weight")}
            return Mistakes(**arrays, paths=tuple(str(name) for name in found["paths"]))
    except (OSError, EOFError, ValueError, KeyError, BadZipFile) as error:
        raise DataError(f"{path} cannot be read: {error}. Run `dvc repro -f` on its stage.") from None
