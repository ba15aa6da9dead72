"""One group of pictures to probabilities: what each of the forked processes does."""

import os
import stat
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tinysight.data.cores import death, on_all_cores
from tinysight.data.sources.disk import LARGEST_FILE
from tinysight.errors import DataError, ImageError
from tinysight.imaging import Pixels
from tinysight.predictor import Predictor
from tinysight.scoring.listing_file import GROUP, Group

RUN_PIXELS = GROUP * 64 * 64  # of one run of the model: larger pictures gain nothing from company, and take memory


class GroupScores(NamedTuple):
    """What became of a group's pictures.

    Attributes:
        probabilities: (pictures, classes) float32; NaN where there is no answer.
        errors: why, in words, by the picture's place in the group.
    """

    probabilities: NDArray[np.float32]
    errors: dict[int, str]


class Scorer:
    """Classifies groups; each process that calls it loads the model once, from the same bytes."""

    def __init__(self, model: bytes, classes: int, image_size: int) -> None:
        self._model, self._classes = model, classes
        self._at_once = max(1, RUN_PIXELS // image_size**2)
        self._loaded: Predictor | None = None

    def __call__(self, group: Group) -> GroupScores:
        """Decodes each picture once and runs the model on several; a broken one is an error of its own."""
        predictor = self._predictor()
        scores = self.nothing(group)
        decoded: dict[int, Pixels] = {}
        for place, picture in enumerate(group.pictures):
            try:
                decoded[place] = predictor.decode(read_bytes(picture.place))
            except DataError as error:
                scores.errors[place] = str(error)
            if len(decoded) == self._at_once:
                _run(predictor, decoded, scores)
        _run(predictor, decoded, scores)
        return scores

    def nothing(self, group: Group) -> GroupScores:
        """A group without any answer yet."""
        return GroupScores(np.full((len(group.pictures), self._classes), np.nan, dtype=np.float32), {})

    def one_by_one(self, group: Group, how: str) -> GroupScores:
        """The scores of a group that ended its process: only the picture that it was is lost.

        Args:
            group: the pictures.
            how: the process ended.
        """
        scores = self.nothing(group)
        if len(group.pictures) == 1:
            scores.errors[0] = death(how)
            return scores
        singles = [Group(group.first + at, [picture]) for at, picture in enumerate(group.pictures)]
        for place, single in enumerate(on_all_cores(self, singles, self.one_by_one, batch=1)):
            scores.probabilities[place] = single.probabilities[0]
            if single.errors:
                scores.errors[place] = single.errors[0]
        return scores

    def _predictor(self) -> Predictor:
        if self._loaded is None:
            self._loaded = Predictor(self._model)
        return self._loaded


def _run(predictor: Predictor, decoded: dict[int, Pixels], scores: GroupScores) -> None:
    """Fills in the answers for what is decoded, and forgets it."""
    if decoded:
        images = np.stack([*decoded.values()])  # (N, S, S, 3)
        scores.probabilities[[*decoded]] = predictor.probabilities(images)
        decoded.clear()


def read_bytes(place: str) -> bytes:
    """A picture file's bytes; it does not wait for a pipe.

    Raises:
        ImageError: if it cannot be read, is no file, or is larger than any picture should be.
    """
    try:
        descriptor = os.open(place, os.O_RDONLY | os.O_NONBLOCK)
        try:
            _check_file(os.fstat(descriptor))
            with open(descriptor, "rb", buffering=0, closefd=False) as file:
                return file.read()
        finally:
            os.close(descriptor)
    except OSError as error:
        why = error.strerror or error
        raise ImageError(f"The file cannot be read: {why}. Restore it, or correct its path.", reason="broken") from None


def _check_file(status: os.stat_result) -> None:
    if not stat.S_ISREG(status.st_mode):
        raise ImageError("It is no file. Name the picture itself.", reason="broken")
    if status.st_size > LARGEST_FILE:
        raise ImageError(
            f"The file has {status.st_size:,} bytes; at most {LARGEST_FILE:,} are allowed. Make it smaller.",
            reason="too_large",
        )
