"""Probabilities to answers, for many pictures at once: the same that a predictor gives for one."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tinysight.prediction import Prediction
from tinysight.scoring.group_scores import GroupScores


@dataclass(frozen=True)
class Source:
    """Where answers come from.

    Attributes:
        class_names: in the order of the probabilities.
        unknown_threshold: a largest probability below it is answered as unknown.
        model_version: the registered version, or `local`.
        sha256: of the model file.
    """

    class_names: tuple[str, ...]
    unknown_threshold: float
    model_version: str
    sha256: str


@dataclass(frozen=True)
class Answers:
    """The answers for some pictures, one row each.

    Attributes:
        files: what the pictures are called.
        probabilities: (pictures, classes) float32; NaN where there is no answer.
        best: the place of the best class; 0 where there is no answer.
        sure: whether its probability reaches the threshold.
        errors: why there is no answer, else None.
        source: where they come from.
    """

    files: Sequence[str]
    probabilities: NDArray[np.float32]
    best: NDArray[np.intp]
    sure: NDArray[np.bool_]
    errors: Sequence[str | None]
    source: Source

    @property
    def confidence(self) -> NDArray[np.float32]:
        """(pictures,): the probability of the best class; NaN where there is no answer."""
        found: NDArray[np.float32] = np.take_along_axis(self.probabilities, self.best[:, None], axis=1)[:, 0]
        return found

    def predictions(self) -> Iterator[Prediction | None]:
        """Row by row; None where there is no answer."""
        names = self.source.class_names
        texts = self.probabilities.astype(str).tolist()  # the shortest digits that name the same float32
        for text, best, sure, error in zip(texts, self.best.tolist(), self.sure.tolist(), self.errors, strict=True):
            values = [float(each) for each in text]
            yield (
                None
                if error is not None
                else Prediction(
                    names[best] if sure else None, names[best], values[best], dict(zip(names, values, strict=True))
                )
            )


def judge_all(files: Sequence[str], scores: Sequence[GroupScores], source: Source) -> Answers:
    """The answers of some groups that follow one another; `Predictor.judge` gives the same for one picture.

    Args:
        files: what the pictures are called.
        scores: of the groups.
        source: the model.
    """
    probabilities = np.concatenate([group.probabilities for group in scores])  # (pictures, classes)
    errors = [group.errors.get(place) for group in scores for place in range(len(group.probabilities))]
    failed = np.array([error is not None for error in errors])
    best = np.where(failed, 0, np.argmax(probabilities, axis=1))
    largest = np.take_along_axis(probabilities, best[:, None], axis=1)[:, 0]
    return Answers(files, probabilities, best, _reaches(largest, source.unknown_threshold), errors, source)


def _reaches(largest: NDArray[np.float32], threshold: float) -> NDArray[np.bool_]:
    """Compares the shortest digits of float32 numbers with a threshold, as `judge` does.

    Rounding keeps the order, so only numbers that are the threshold's own float32 need their digits.
    """
    edge = np.float32(threshold)
    reached: NDArray[np.bool_] = (largest > edge) | ((largest == edge) & (float(str(edge)) >= threshold))
    return reached
