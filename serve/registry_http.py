"""A version from an MLflow server, by REST and its artifact proxy, with the standard library only."""

import base64
import json
import os
import shutil
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from http.client import HTTPException
from pathlib import Path
from typing import Any

from serve.settings import Release
from serve.version_cache import VersionCache
from tinysight.bundle import MANIFEST, MODEL, open_bundle, read_manifest
from tinysight.errors import BundleError, TrackingError

API, PROXY = "/api/2.0/mlflow", "/api/2.0/mlflow-artifacts/artifacts/"
TIMEOUT = 10.0  # seconds without a byte
MAX_ANSWER = 4_000_000  # bytes of JSON
MAX_FILE = 1_000_000_000  # bytes; a small server's disk is not to be filled by a mistake
SHA256_TAG = "tinysight.sha256"


def fetch_version(tracking_uri: str, name: str, alias: str, cache: VersionCache) -> Release:
    """The version that an alias names, from the cache if it is there, else downloaded.

    Args:
        tracking_uri: the MLflow server's address.
        name: the registered model.
        alias: of the version.
        cache: where the version is, or goes.

    Raises:
        TrackingError: if the server does not answer, or has no such version or no artifact proxy.
        BundleError: if what it sends is not the bundle that it promises.
    """
    registry = Registry(tracking_uri)
    version, sha256 = _version(registry, name, alias)
    folder = cache.version(version)
    if not _holds(folder, sha256):
        answer = registry.ask("model-versions/get-download-uri", name=name, version=version)
        _download(registry, _proxy_path(str(answer.get("artifact_uri"))), folder)
        if not _holds(folder, sha256):
            raise BundleError(
                f"Version {version} of {name} is not the one that was registered: its tag {SHA256_TAG} names"
                " other bytes. Register it again with `dvc repro`."
            )
    return Release(name=name, version=version, folder=folder)


class Registry:
    """An MLflow server's addresses, and how it is asked."""

    def __init__(self, tracking_uri: str) -> None:
        self.url = tracking_uri.rstrip("/")

    def ask(self, path: str, **query: str) -> dict[str, Any]:
        """The JSON answer of one of the registry's addresses.

        Raises:
            TrackingError: if it refuses or does not answer with a JSON object.
        """
        body = b"".join(self._pieces(f"{API}/{path}?{urllib.parse.urlencode(query)}", MAX_ANSWER))
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

    def _pieces(self, path: str, limit: int) -> Iterator[bytes]:
        request = urllib.request.Request(self.url + path, headers=_credentials())  # noqa: S310 (http, see releases.py)
        size = 0
        try:
            with urllib.request.urlopen(request, timeout=TIMEOUT) as response:  # noqa: S310
                while size <= limit and (piece := response.read(1 << 16)):
                    size += len(piece)
                    yield piece
        except urllib.error.HTTPError as error:
            with error:
                raise TrackingError(f"The registry at {self.url} refuses: {_words(error)}") from None
        except (OSError, HTTPException) as error:
            reason = getattr(error, "reason", None) or error
            raise TrackingError(
                f"The registry at {self.url} does not answer: {reason}. Start it, or correct MLFLOW_TRACKING_URI."
            ) from None
        if size > limit:
            raise TrackingError(f"The registry at {self.url} sends over {limit:,} bytes. Look at what was registered.")


def _download(registry: Registry, artifacts: str, folder: Path) -> None:
    """Fetches a bundle's files beside their place, checks their digests, and moves them there whole."""
    part = folder.with_name(f"{folder.name}.{os.getpid()}.part")
    try:
        shutil.rmtree(part, ignore_errors=True)
        registry.copy(f"{artifacts}/{MANIFEST}", part / MANIFEST)
        for file_name in read_manifest(part).sha256:
            registry.copy(f"{artifacts}/{file_name}", part / file_name)
        open_bundle(part)
        shutil.rmtree(folder, ignore_errors=True)
        os.replace(part, folder)
    finally:
        shutil.rmtree(part, ignore_errors=True)


def _holds(folder: Path, sha256: str | None) -> bool:
    """True when a whole bundle is there, with the model that the registry means."""
    try:
        return open_bundle(folder).sha256[MODEL] == (sha256 or open_bundle(folder).sha256[MODEL])
    except BundleError:
        return False


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


def _version(registry: Registry, name: str, alias: str) -> tuple[str, str | None]:
    """The number that an alias names, and the digest of its model where the registry has it."""
    try:
        found = registry.ask("registered-models/alias", name=name, alias=alias)["model_version"]
        tags = {str(tag["key"]): str(tag["value"]) for tag in found.get("tags", [])}
        version = str(found["version"])
    except (KeyError, TypeError, AttributeError):
        raise registry.stranger() from None
    if not version.isdecimal():  # it becomes a folder's name
        raise registry.stranger()
    return version, tags.get(SHA256_TAG)


def _credentials() -> dict[str, str]:
    """The header for the variables that MLflow's own clients read."""
    user, password = os.environ.get("MLFLOW_TRACKING_USERNAME"), os.environ.get("MLFLOW_TRACKING_PASSWORD", "")
    token = os.environ.get("MLFLOW_TRACKING_TOKEN")
    if user:
        return {"Authorization": "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()}
    return {"Authorization": f"Bearer {token}"} if token else {}


def _words(error: urllib.error.HTTPError) -> str:
    """MLflow's own message, or the status."""
    try:
        return f"{json.loads(error.read(MAX_ANSWER))['message']} (status {error.code})."
    except (ValueError, KeyError, TypeError, OSError, HTTPException):
        return f"status {error.code}."
