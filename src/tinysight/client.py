"""The service over HTTP from a program, with the standard library only."""

import json
import secrets
import urllib.error
import urllib.request
from dataclasses import dataclass
from http.client import HTTPException
from pathlib import Path
from typing import Any

from tinysight.errors import ConfigError, ServiceError
from tinysight.picture_file import read_picture
from tinysight.prediction import Prediction


@dataclass(frozen=True)
class ServedPrediction(Prediction):
    """A prediction and where it came from.

    Attributes:
        model_version: the registered version that answered, "local" without a registry.
        prediction_id: names this answer, for feedback about it.
    """

    model_version: str
    prediction_id: str


class Client:
    """A service at an address; keeps no connection, so it may be shared between threads."""

    def __init__(self, url: str, *, timeout: float = 30.0) -> None:
        """Remembers the address.

        Args:
            url: of the service, as http://host:port.
            timeout: seconds to wait for an answer.

        Raises:
            ConfigError: if the address is not one of HTTP.
        """
        if not url.startswith(("http://", "https://")):
            raise ConfigError(f"A service's address starts with http:// or https://. Received: {url!r}.")
        self.url = url.rstrip("/")
        self.timeout = timeout

    def predict(self, picture: str | Path | bytes) -> ServedPrediction:
        """Sends one picture file, or its bytes, and waits for the prediction.

        Raises:
            DataError: if the file cannot be read.
            ServiceError: if the service refuses the picture, in its words, or does not answer.
        """
        if isinstance(picture, bytes):
            content_type, body = multipart("picture", picture)
        else:
            content_type, body = multipart(Path(picture).name, read_picture(picture))
        answer = self._ask("/predict", body, {"Content-Type": content_type})
        try:
            return _prediction(answer)
        except (KeyError, TypeError):
            raise ServiceError(f"{self.url} is not a tinysight service: its answer is no prediction.") from None

    def model(self) -> dict[str, Any]:
        """What is being served: name, version, classes and the rest of GET /model.

        Raises:
            ServiceError: if the service has no model or does not answer.
        """
        return self._ask("/model")

    def _ask(self, path: str, body: bytes | None = None, headers: dict[str, str] | None = None) -> dict[str, Any]:
        request = urllib.request.Request(self.url + path, body, headers or {})  # noqa: S310 (http, see __init__)
        try:
            with urllib.request.urlopen(request, timeout=self.timeout) as response:  # noqa: S310
                content = json.load(response)
        except urllib.error.HTTPError as error:
            with error:
                raise ServiceError(_problem(error)) from None
        except (OSError, HTTPException) as error:
            reason = getattr(error, "reason", error)
            raise ServiceError(
                f"{self.url} does not answer: {reason}. Start the service, or correct the address."
            ) from None
        except ValueError:
            content = None
        if not isinstance(content, dict):
            raise ServiceError(f"{self.url} is not a tinysight service: its answer is not a JSON object.")
        return content


def multipart(name: str, data: bytes) -> tuple[str, bytes]:
    """A form with one field `file`: its content type and its body."""
    boundary = secrets.token_hex(16)
    quoted = name.replace("\\", "_").replace('"', "_").replace("\r", "_").replace("\n", "_")
    head = f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="{quoted}"\r\n\r\n'
    return f"multipart/form-data; boundary={boundary}", head.encode() + data + f"\r\n--{boundary}--\r\n".encode()


def _prediction(answer: dict[str, Any]) -> ServedPrediction:
    return ServedPrediction(
        class_name=answer["class"],
        best_class=answer["best_class"],
        confidence=answer["confidence"],
        probabilities=answer["probabilities"],
        model_version=answer["model_version"],
        prediction_id=answer["prediction_id"],
    )


def _problem(error: urllib.error.HTTPError) -> str:
    """The detail of a problem, or as much as another server's answer tells."""
    try:
        return f"{json.load(error)['detail']} (status {error.code})"
    except (ValueError, KeyError, TypeError, OSError, HTTPException):
        return f"The service answered with status {error.code} and no problem in words."
