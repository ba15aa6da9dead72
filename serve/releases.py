"""What TINYSIGHT_MODEL names, found and brought to this disk."""

import re
from pathlib import Path

from serve.registry_http import fetch_version
from serve.registry_sqlite import pull_version
from serve.settings import Release, Settings
from serve.version_cache import VersionCache
from tinysight.bundle import read_manifest
from tinysight.errors import ConfigError

MODEL_URI = re.compile(r"models:/([^/@]+)@([^/@]+)")
ALLOWED = (
    "Allowed are models:/NAME@production, with MLFLOW_TRACKING_URI set, and a bundle's folder."
    " `dvc repro` makes and registers a model"
)


class ModelSource:
    """Where one service's versions come from: a registry's alias, or a folder."""

    def __init__(self, settings: Settings) -> None:
        """Reads the settings; asks nothing yet.

        Raises:
            ConfigError: if they name no model, or a registry that cannot be reached from here.
        """
        self._model, self._uri, self._root = settings.model, settings.tracking_uri, settings.cache
        self.cache: VersionCache | None = None
        found = MODEL_URI.fullmatch(self._model)
        if found:
            self._check_registry()
            self._name, self._alias = found[1], found[2]
            self.cache = VersionCache(self._root, self._uri, self._name, self._alias)
        elif not self._model or self._model.startswith("models:") or not Path(self._model).is_dir():
            received = repr(self._model) if self._model else "nothing"
            raise ConfigError(f"TINYSIGHT_MODEL must name a model. {ALLOWED}. Received: {received}.")

    def fetch(self) -> Release:
        """The version to serve now, with its bundle on this disk, not yet checked by its golden pictures.

        Raises:
            TinysightError: if it cannot be had.
        """
        if self.cache is None:
            bundle = read_manifest(Path(self._model))
            return Release(name=bundle.name, version=bundle.version, folder=bundle.folder)
        try:
            self.cache.folder.mkdir(parents=True, exist_ok=True)
            if self._uri.startswith("sqlite:"):
                return pull_version(self._uri, self._model, self.cache.folder.parent)
            return fetch_version(self._uri, self._name, self._alias, self.cache)
        except OSError as error:
            raise ConfigError(
                f"The cache for downloaded models cannot be written: {error.strerror}."
                " Set TINYSIGHT_CACHE_DIR to a folder with room that may be written."
            ) from None

    def _check_registry(self) -> None:
        if not self._uri.startswith(("http://", "https://", "sqlite:")):
            raise ConfigError(
                f"TINYSIGHT_MODEL={self._model} needs MLFLOW_TRACKING_URI: http(s)://HOST:PORT of an MLflow server,"
                f" or sqlite:///PATH where MLflow is installed. Received: {self._uri or 'nothing'}."
            )
