"""What TINYSIGHT_MODEL names, found and brought to this disk."""

import logging
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from serve import registry_http
from serve.registry_sqlite import pull_version
from serve.settings import Settings
from serve.version import Release, Wanted
from serve.version_cache import VersionCache
from tinysight.bundle import MANIFEST, MODEL, read_manifest, sha256_of
from tinysight.errors import ConfigError

log = logging.getLogger("serve")
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

    def look(self) -> Wanted:
        """The version to serve now; only its name is known then, unless it lies on this machine.

        Raises:
            TinysightError: if that cannot be told.
        """
        if self.cache is None:
            bundle = read_manifest(self._folder)
            return Wanted(
                version=bundle.version, sha256=bundle.sha256[MODEL], source=sha256_of(bundle.folder / MANIFEST)
            )
        if self._uri.startswith("sqlite:"):
            with _writing():
                release, when = pull_version(self._uri, self._model, self.cache.folder.parent)
            sha256 = read_manifest(release.folder).sha256[MODEL]
            return Wanted(version=release.version, sha256=sha256, promoted_at=when)
        return registry_http.look(self._uri, self._name, self._alias)

    @property
    def _folder(self) -> Path:
        """The bundle's folder: what a link leads to now, so that moving it changes nothing that is being loaded."""
        return Path(self._model).resolve()

    @contextmanager
    def fetched(self, wanted: Wanted) -> Iterator[Release]:
        """A version with its files on this disk, to be checked inside the block and kept before it ends.

        Raises:
            TinysightError: if it cannot be had.
        """
        if self.cache is None:
            bundle = read_manifest(self._folder)
            yield Release(name=bundle.name, version=bundle.version, folder=bundle.folder)
            return
        folder, draft = self.cache.version(wanted.version), self.cache.draft(wanted.version)
        if not self.cache.holds(wanted.version, wanted.sha256):
            with _writing():
                self.cache.folder.mkdir(parents=True, exist_ok=True)
                registry_http.download(self._uri, self._name, wanted, draft)
            folder = draft
        try:
            yield Release(name=self._name, version=wanted.version, folder=folder)
        finally:
            shutil.rmtree(draft, ignore_errors=True)

    def keep(self, release: Release) -> Release:
        """Puts a checked version where it stays, and writes down that it is good.

        Raises:
            ConfigError: if the cache cannot be written and the version is only a draft yet.
        """
        if self.cache is None:
            return release
        folder = self.cache.version(release.version)
        if release.folder != folder:
            with _writing():
                self.cache.place(release.folder, release.version)
        release = release.model_copy(update={"folder": folder})
        self.remember(release)
        return release

    def remember(self, release: Release) -> None:
        """Writes down which version is good, and drops those that nobody will go back to."""
        try:
            if self.cache:
                self.cache.remember(release)
                self.cache.prune()
        except OSError as error:
            log.warning("the cache cannot be written, so a restart will need the registry: %s", error.strerror)

    def last_good(self) -> Release | None:
        """The version that was served last, if it is still here; its files are not checked yet."""
        return self.cache.last_good() if self.cache else None

    def _check_registry(self) -> None:
        if not self._uri.startswith(("http://", "https://", "sqlite:")):
            raise ConfigError(
                f"TINYSIGHT_MODEL={self._model} needs MLFLOW_TRACKING_URI: http(s)://HOST:PORT of an MLflow server,"
                f" or sqlite:///PATH where MLflow is installed. Received: {self._uri or 'nothing'}."
            )


@contextmanager
def _writing() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise ConfigError(
            f"The cache for downloaded models cannot be written: {error.strerror}."
            " Set TINYSIGHT_CACHE_DIR to a folder with room that may be written."
        ) from None
