"""The service over HTTP from a program, with the standard library only."""

import json
import os
import secrets
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from tinysight.connection import Connection, Reply
from tinysight.errors import ConfigError, DataError, ServiceError, TinysightError
from tinysight.picture_file import read_picture
from tinysight.service_answers import (
    ModelInfo,
    ModelScores,
    ServedPrediction,
    problem_error,
    read_model,
    read_object,
    read_outcome,
    read_prediction,
)

__all__ = ["Client", "ModelInfo", "ModelScores", "ServedPrediction", "multipart"]

API_KEY = "TINYSIGHT_API_KEY"
GROUP_BYTES = 8_000_000  # that are sent at once, below what a service takes by default
TOO_MUCH = 413


class Client:
    """A service at an address; may be shared between threads, each of which keeps a connection of its own."""

    def __init__(self, url: str, *, api_key: str | None = None, timeout: float = 30.0, patience: float = 30.0) -> None:
        """Remembers the address; opens nothing yet.

        Args:
            url: of the service, as http://host:port.
            api_key: for a service that wants one; by default what TINYSIGHT_API_KEY holds.
            timeout: seconds to wait for an answer.
            patience: seconds that one call may spend on waiting when the service is busy and asks to come back later.

        Raises:
            ConfigError: if the address is not one of HTTP, or the key cannot be one.
        """
        key = (os.environ.get(API_KEY, "") if api_key is None else api_key).strip()
        if not key.isascii() or not key.isprintable():
            raise ConfigError(f"An API key is printable ASCII. Correct api_key, or {API_KEY}.")
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        self._connection = Connection(url, headers, timeout=timeout, patience=patience)
        self.url = self._connection.url

    def predict(self, picture: str | Path | bytes, *, top: int | None = None, keep: bool = False) -> ServedPrediction:
        """Sends one picture file, or its bytes, and waits for the prediction.

        Args:
            picture: the file or its bytes.
            top: how many probabilities to get, the largest first; all by default.
            keep: have it kept for `feedback`, where the service keeps any.

        Raises:
            DataError: if the file cannot be read.
            ServiceError: if the service refuses the picture, in its words, or does not answer.
        """
        content_type, body = multipart(_name(picture), _content(picture))
        answer = self._object(
            self._connection.ask("POST", _path("/predict", top, keep=keep), body, content_type=content_type)
        )
        try:
            return read_prediction(answer)
        except (KeyError, TypeError):
            raise self._stranger("no prediction") from None

    def predict_many(
        self, pictures: Iterable[str | Path | bytes], *, top: int | None = None, group: int = 16
    ) -> Iterator[ServedPrediction | TinysightError]:
        """The predictions for any number of pictures, in their order; sent in groups, as they are asked for.

        Args:
            pictures: files or their bytes.
            top: how many probabilities to get, the largest first; all by default.
            group: how many pictures are sent at once; the service takes 32 by default.

        Yields:
            For each picture its prediction; or the error, where its file cannot be read or the service refuses it.

        Raises:
            ServiceError: if the service refuses or does not answer at all.
        """
        waiting: list[tuple[str, bytes] | DataError] = []
        size = 0
        for picture in pictures:
            try:
                waiting.append((_name(picture), _content(picture)))
                size += len(waiting[-1][1])  # type: ignore[index]
            except DataError as error:
                waiting.append(error)
            if len(waiting) >= group or size >= GROUP_BYTES:
                yield from self._outcomes(waiting, top)
                waiting, size = [], 0
        yield from self._outcomes(waiting, top)

    def feedback(self, prediction: ServedPrediction | str, class_name: str | None) -> None:
        """Says what a picture shows that was predicted with `keep`; returns when the service has it on its disk.

        Args:
            prediction: or its prediction_id.
            class_name: the right class; None for none of the model's.

        Raises:
            ServiceError: if the service takes no feedback, knows no such prediction or class, or does not answer.
        """
        prediction_id = prediction if isinstance(prediction, str) else prediction.prediction_id
        body = json.dumps({"prediction_id": prediction_id, "class_name": class_name}).encode()
        self._object(self._connection.ask("POST", "/feedback", body, content_type="application/json"))

    def model(self) -> ModelInfo:
        """What is being served: name, version, classes, scores and the rest of GET /model.

        Raises:
            ServiceError: if the service has no model or does not answer.
        """
        answer = self._object(self._connection.ask("GET", "/model"))
        try:
            return read_model(answer)
        except (KeyError, TypeError, ValueError, AttributeError):
            raise self._stranger("no model") from None

    def labels(self) -> tuple[str, ...]:
        """The class names, in the model's order.

        Raises:
            ServiceError: if the service has no model or does not answer.
        """
        names = self._object(self._connection.ask("GET", "/labels")).get("class_names")
        if not isinstance(names, list):
            raise self._stranger("no list of classes")
        return tuple(str(name) for name in names)

    def ready(self) -> bool:
        """True when the service answers now and has a model; asks once and waits for nothing."""
        try:
            return self._connection.ask_once("GET", "/readyz").status == 200
        except ServiceError:
            return False

    def close(self) -> None:
        """Closes this thread's connection; those of other threads end with them."""
        self._connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self.close()

    def _outcomes(
        self, waiting: Sequence[tuple[str, bytes] | DataError], top: int | None
    ) -> Iterator[ServedPrediction | TinysightError]:
        answers = iter(self._ask_many([item for item in waiting if not isinstance(item, DataError)], top))
        for item in waiting:
            yield item if isinstance(item, DataError) else next(answers)

    def _ask_many(self, files: Sequence[tuple[str, bytes]], top: int | None) -> list[ServedPrediction | ServiceError]:
        """One outcome for each file; what is too much for one request is sent in two."""
        if not files:
            return []
        content_type, body = _form("files", files)
        path = _path("/predict/batch", top)
        try:
            answer = self._object(self._connection.ask("POST", path, body, content_type=content_type))
            outcomes = [read_outcome(entry) for entry in answer["predictions"]]
        except ServiceError as error:
            if error.status != TOO_MUCH:
                raise
            half = len(files) // 2
            return [*self._ask_many(files[:half], top), *self._ask_many(files[half:], top)] if half else [error]
        except (KeyError, TypeError, ValueError, AttributeError):
            raise self._stranger("no list of predictions") from None
        if len(outcomes) != len(files):
            raise self._stranger(f"{len(outcomes)} predictions for {len(files)} files")
        return outcomes

    def _object(self, reply: Reply) -> dict[str, Any]:
        answer = read_object(reply.content)
        if reply.status >= 400:
            raise problem_error(answer, reply.status)
        if reply.status >= 300:
            where = f" It names {reply.location}." if reply.location else ""
            raise ServiceError(f"{self.url} says to ask elsewhere.{where} Use that address.", status=reply.status)
        if answer is None:
            raise self._stranger("not a JSON object")
        return answer

    def _stranger(self, what: str) -> ServiceError:
        return ServiceError(f"{self.url} is not a tinysight service: its answer is {what}.")


def multipart(name: str, data: bytes) -> tuple[str, bytes]:
    """A form with one field `file`: its content type and its body."""
    return _form("file", [(name, data)])


def _form(field: str, files: Sequence[tuple[str, bytes]]) -> tuple[str, bytes]:
    boundary = secrets.token_hex(16)
    pieces = []
    for name, data in files:
        quoted = name.replace("\\", "_").replace('"', "_").replace("\r", "_").replace("\n", "_")
        head = f'--{boundary}\r\nContent-Disposition: form-data; name="{field}"; filename="{quoted}"\r\n\r\n'
        pieces += [head.encode(errors="replace"), data, b"\r\n"]
    return f"multipart/form-data; boundary={boundary}", b"".join([*pieces, f"--{boundary}--\r\n".encode()])


def _path(path: str, top: int | None, *, keep: bool = False) -> str:
    query = "&".join([*([] if top is None else [f"top={top}"]), *(["keep=true"] if keep else [])])
    return f"{path}?{query}" if query else path


def _name(picture: str | Path | bytes) -> str:
    return "picture" if isinstance(picture, bytes) else Path(picture).name


def _content(picture: str | Path | bytes) -> bytes:
    return picture if isinstance(picture, bytes) else read_picture(picture)
