"""A version from an MLflow server, by REST and its artifact proxy, with the standard library only."""

import base64
import json
import os
import shutil
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from http.client import HTTPException
from pathlib import Path
from typing import Any

from serve.version import Wanted
from tinysight.bundle import MANIFEST, MODEL, open_bundle, read_manifest
from tinysight.errors import BundleError, TrackingError

API, PROXY = "/api/2.0/mlflow", "/api/2.0/mlflow-artifacts/artifacts/"
TIMEOUT = 10.0  # seconds without a byte
ANSWER_LIMIT = 15.0  # seconds for a whole JSON answer; files have the limit of who asks for them
MAX_ANSWER = 4_000_000  # bytes of JSON
MAX_FILE = 1_000_000_000  # bytes; a small server's disk is not to be filled by a mistake
SHA256_TAG, PROMOTED_TAG = "tinysight.sha256", "tinysight.promoted_at"


def look(tracking_uri: str, name: str, alias: str) -> Wanted:
    """The version that an alias names now.

    Args:
        tracking_uri: the MLflow server's address.
        name: the registered model.
        alias: of the version.

    Raises:
        TrackingError: if the server does not answer, or has no such version.
    """
    registry = Registry(tracking_uri)
    try:
        found = registry.ask("registered-models/alias", name=name, alias=alias)["model_version"]
        tags = {str(tag["key"]): str(tag["value"]) for tag in found.get("tags", [])}
        version, source = str(found["version"]), str(found.get("source", ""))
    except (KeyError, TypeError, AttributeError):
        raise registry.stranger() from None
    if not version.isdecimal():  # it becomes a folder's name
        raise registry.stranger()
    when = tags.get(PROMOTED_TAG)
    return Wanted(version=version, sha256=tags.get(SHA256_TAG), source=source, promoted_at=when)


def download(tracking_uri: str, name: str, wanted: Wanted, folder: Path) -> None:
    """Brings a version's files into a folder and checks their digests; what fails leaves no folder behind.

    Args:
        tracking_uri: the MLflow server's address.
        name: the registered model.
        wanted: the version, as `look` found it.
        folder: made anew.

    Raises:
        TrackingError: if the server does not answer, or has no artifact proxy.
        BundleError: if what it sends is not the bundle that it promises.
        OSError: if the folder cannot be written.
    """
    registry = Registry(tracking_uri)
    answer = registry.ask("model-versions/get-download-uri", name=name, version=wanted.version)
    artifacts = _proxy_path(str(answer.get("artifact_uri")))
    try:
        shutil.rmtree(folder, ignore_errors=True)
        registry.copy(f"{artifacts}/{MANIFEST}", folder / MANIFEST)
        for file_name in read_manifest(folder).sha256:
            registry.copy(f"{artifacts}/{file_name}", folder / file_name)
        if open_bundle(folder).sha256[MODEL] != (wanted.sha256 or open_bundle(folder).sha256[MODEL]):
            raise BundleError(
                f"Version {wanted.version} of {name} is not the one that was registered: its tag {SHA256_TAG} names"
                " other bytes. Register it again with `dvc repro`."
            )
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise


class Registry:
    """An MLflow server's addresses, and how it is asked."""

    def __init__(self, tracking_uri: str) -> None:
        parts = urllib.parse.urlsplit(tracking_uri.rstrip("/"))
        self._account = (parts.username, parts.password or "") if parts.username else None
        self.url = parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()  # errors name it, without a password

    def ask(self, path: str, **query: str) -> dict[str, Any]:
        """The JSON answer of one of the registry's addresses.

        Raises:
            TrackingError: if it refuses or does not answer with a JSON object.
        """
        pieces = self._pieces(f"{API}/{path}?{urllib.parse.urlencode(query)}", MAX_ANSWER, ANSWER_LIMIT)
        body = b"".join(pieces)
        try:
            answer = json.loads(body)
        except ValueError:
            answer = None
        if not isinstance(answer, dict):
            raise self.stranger()
        return answer

    def stranger(self) -> TrackingError:
        """The error for an answer that no MLflow server gives."""
        return TrackingError(
            f"{self.url} is no MLflow server: its answer is not a version. Correct MLFLOW_TRACKING_URI."
        )

    def copy(self, artifact: str, target: Path) -> None:
        """Writes one artifact into a file, in pieces.

        Raises:
            TrackingError: if the server refuses, stops answering or sends too much.
            OSError: if the file cannot be written.
        """
        target.parent.mkdir(parents=True, exist_ok=True)
        with target.open("wb") as file:
            for piece in self._pieces(PROXY + urllib.parse.quote(artifact), MAX_FILE):
                file.write(piece)

    def _pieces(self, path: str, limit: int, seconds: float = float("inf")) -> Iterator[bytes]:
        end = time.monotonic() + seconds
        headers = _credentials(self._account)
        request = urllib.request.Request(self.url + path, headers=headers)  # noqa: S310 (http, see releases.py)
        size = 0
        try:
            with urllib.request.urlopen(request, timeout=TIMEOUT) as response:  # noqa: S310
                while size <= limit and (piece := response.read1(1 << 16)):
                    size += len(piece)
                    if time.monotonic() > end:  # a byte now and then keeps no connection
                        raise TimeoutError(f"no whole answer in {seconds:.0f} s")
                    yield piece
        except urllib.error.HTTPError as error:
            with error:
                raise TrackingError(f"The registry at {self.url} refuses: {_words(error)}") from None
        except (OSError, HTTPException, ValueError) as error:  # ValueError: an address that is none
            reason = getattr(error, "reason", None) or error
            raise TrackingError(
                f"The registry at {self.url} does not answer: {reason}. Start it, or correct MLFLOW_TRACKING_URI."
            ) from None
        if size > limit:
            raise TrackingError(f"The registry at {self.url} sends over {limit:,} bytes. Look at what was registered.")


def _proxy_path(uri: str) -> str:
    """The path below the server's artifact proxy that an artifact address stands for."""
    parts = urllib.parse.urlsplit(uri)
    if parts.scheme == "mlflow-artifacts":
        return parts.path.strip("/")
    if parts.scheme in ("http", "https") and PROXY in parts.path:
        return parts.path.partition(PROXY)[2].strip("/")
    raise TrackingError(
        f"The registry's files must come through the MLflow server. Received: {parts.scheme or 'a local'} address."
        " Start it with `mlflow server --serve-artifacts` and register again."
    )


def _credentials(account: tuple[str, str] | None) -> dict[str, str]:
    """The header for the address's own account, or for the variables that MLflow's own clients read."""
    user, password = os.environ.get("MLFLOW_TRACKING_USERNAME"), os.environ.get("MLFLOW_TRACKING_PASSWORD", "")
    token = os.environ.get("MLFLOW_TRACKING_TOKEN")
    if account:
        user, password = account
    if user:
        return {"Authorization": "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()}
    return {"Authorization": f"Bearer {token}"} if token else {}


def _words(error: urllib.error.HTTPError) -> str:
    """MLflow's own message, or the status."""
    try:
        return f"{json.loads(error.read(MAX_ANSWER))['message']} (status {error.code})."
    except (ValueError, KeyError, TypeError, OSError, HTTPException):
        return f"status {error.code}."
