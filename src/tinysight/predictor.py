"""A model file to probabilities, through ONNX Runtime: the same for scores, programs and the service."""

from pathlib import Path

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from tinysight.contract import Contract
from tinysight.errors import ModelError
from tinysight.imaging import Decoding, Pixels, decode_image
from tinysight.prediction import Prediction

__all__ = ["Prediction", "Predictor", "decoding_of"]


class Predictor:
    """One loaded model file; safe to share between threads."""

    def __init__(self, model: bytes | Path, *, threads: int = 1) -> None:
        """Loads a model file and its contract.

        Args:
            model: a model.onnx, as bytes or as its path.
            threads: what ONNX Runtime may use for one call; one a process serves best.

        Raises:
            ModelError: if ONNX Runtime cannot load the file or its contract is broken.
        """
        try:
            data = model if isinstance(model, bytes) else model.read_bytes()
            self._session = onnxruntime.InferenceSession(data, _options(threads), ["CPUExecutionProvider"])
        except Exception as error:  # ONNX Runtime's exceptions have no common type
            raise ModelError(f"ONNX Runtime cannot load the model: {error}. Make it again with `dvc repro`.") from error
        self.contract = Contract.from_metadata(self._session.get_modelmeta().custom_metadata_map)
        self.decoding = decoding_of(self.contract)
        self._input = _check_graph(self._session, self.contract)

    def decode(self, data: bytes) -> Pixels:
        """(image_size, image_size, 3) uint8 from a picture's bytes, as in training.

        Raises:
            ImageError: if the bytes are not a picture that can be decoded.
        """
        return decode_image(data, self.decoding)

    def probabilities(self, images: Pixels) -> NDArray[np.float32]:
        """Probabilities of each class for decoded pictures.

        Args:
            images: (N, image_size, image_size, 3) uint8.

        Returns:
            (N, classes) float32; each row sums to 1.
        """
        return np.asarray(self._session.run(None, {self._input: images})[0], dtype=np.float32)

    def predict(self, data: bytes) -> Prediction:
        """The prediction for one picture file.

        Raises:
            ImageError: if the bytes are not a picture that can be decoded.
        """
        return self.judge(self.probabilities(self.decode(data)[None])[0])

    def judge(self, probabilities: NDArray[np.float32]) -> Prediction:
        """Names the best of (classes,) probabilities, or unknown where it is below the threshold."""
        names = self.contract.class_names
        values = [float(str(p)) for p in probabilities]  # the shortest digits that name the same float32
        best = int(np.argmax(probabilities))
        sure = values[best] >= self.contract.unknown_threshold
        return Prediction(
            class_name=names[best] if sure else None,
            best_class=names[best],
            confidence=values[best],
            probabilities=dict(zip(names, values, strict=True)),
        )


def decoding_of(contract: Contract) -> Decoding:
    """How pictures must be decoded for the model that made this promise."""
    return Decoding(
        image_size=contract.image_size, fit=contract.fit, background=contract.background, window=contract.window
    )


def _check_graph(session: onnxruntime.InferenceSession, contract: Contract) -> str:
    """Compares the graph with its promise, so that no answer can have other classes or pixels; the input's name."""
    images, answers, size = session.get_inputs(), session.get_outputs(), contract.image_size
    wanted = f"one uint8 input (N, {size}, {size}, 3) and one output (N, {len(contract.class_names)})"
    got = f"inputs {[(i.type, i.shape) for i in images]}, outputs {[o.shape for o in answers]}"
    fits = (
        len(images) == len(answers) == 1
        and images[0].type == "tensor(uint8)"
        and list(images[0].shape[1:]) == [size, size, 3]
        and len(answers[0].shape) == 2
        and answers[0].shape[1] in (len(contract.class_names), None)
    )
    if not fits:
        raise ModelError(f"The model's contract promises {wanted}. Received: {got}. Make it again with `dvc repro`.")
    return str(images[0].name)


def _options(threads: int) -> onnxruntime.SessionOptions:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    # idle threads that spin steal the core of the other worker: half the throughput with two
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    return options
