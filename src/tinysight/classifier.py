"""A model for use inside a program: load it once, ask it about files or bytes, without HTTP."""

from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np

from tinysight.bundle import check_golden, open_bundle
from tinysight.errors import ConfigError, DataError
from tinysight.imaging import Pixels
from tinysight.picture_file import read_picture
from tinysight.prediction import Prediction
from tinysight.predictor import Predictor

LOCAL = "local"  # the version of a model that comes from no registry


class Classifier:
    """One loaded model and the version it came from; safe to share between threads."""

    def __init__(self, predictor: Predictor, model_version: str = LOCAL) -> None:
        self.predictor = predictor
        self.model_version = model_version

    @classmethod
    def load(cls, spec: str | Path) -> "Classifier":
        """Loads a bundle's folder, after checking its digests and golden pictures, or a bare model.onnx.

        Args:
            spec: the folder or the file.

        Raises:
            ConfigError: if there is no such folder or file.
            ModelError: if the model or the bundle around it is not what it promises.
        """
        path = Path(spec)
        if path.is_dir():
            bundle = open_bundle(path)
            predictor = Predictor(bundle.model)
            check_golden(bundle, predictor)
            return cls(predictor, bundle.version)
        if not path.is_file():
            raise ConfigError(
                f"A model is a bundle's folder or a model.onnx. Received: {str(spec)!r}, which is neither."
                " Run `dvc repro` to make one, or name the place of one that you have."
            )
        return cls(Predictor(path))

    @property
    def class_names(self) -> tuple[str, ...]:
        """In the model's order."""
        return self.predictor.contract.class_names

    def predict(self, picture: str | Path | bytes, *, top: int | None = None) -> Prediction:
        """The prediction for one picture file, or for its bytes.

        Args:
            picture: the file or its bytes.
            top: how many probabilities it holds, the largest first; all by default, in the model's order.

        Raises:
            DataError: if the file cannot be read.
            ImageError: if the bytes are not a picture that can be decoded.
        """
        prediction = self.predictor.predict(_content(picture))
        return prediction if top is None else prediction.top(top)

    def predict_many(
        self, pictures: Iterable[str | Path | bytes], *, top: int | None = None, group: int = 16
    ) -> Iterator[Prediction | DataError]:
        """The predictions for any number of pictures, in their order; a group of them is in memory at a time.

        Args:
            pictures: files or their bytes.
            top: how many probabilities each holds, the largest first; all by default, in the model's order.
            group: how many pictures go through the model at once.

        Yields:
            For each picture its prediction; or the error, where its file cannot be read or decoded.
        """
        waiting: list[Pixels | DataError] = []
        for picture in pictures:
            try:
                waiting.append(self.predictor.decode(_content(picture)))
            except DataError as error:
                waiting.append(error)
            if len(waiting) >= group:
                yield from self._outcomes(waiting, top)
                waiting = []
        yield from self._outcomes(waiting, top)

    def _outcomes(self, waiting: list[Pixels | DataError], top: int | None) -> Iterator[Prediction | DataError]:
        pictures = [item for item in waiting if not isinstance(item, DataError)]
        rows = iter(self.predictor.probabilities(np.stack(pictures)) if pictures else ())
        for item in waiting:
            if isinstance(item, DataError):
                yield item
            else:
                prediction = self.predictor.judge(next(rows))
                yield prediction if top is None else prediction.top(top)


def _content(picture: str | Path | bytes) -> bytes:
    return picture if isinstance(picture, bytes) else read_picture(picture)


def prediction_line(path: str | Path, classifier: Classifier) -> dict[str, object]:
    """What `tinysight predict` prints for one file: the service's answer, or the error in words.

    Args:
        path: the picture's file; given back as `file`.
        classifier: the model to ask.
    """
    try:
        prediction = classifier.predict(path)
    except DataError as error:
        return {"file": str(path), "error": str(error)}
    return {"file": str(path), **prediction.answer(), "model_version": classifier.model_version}
