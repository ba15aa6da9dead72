"""The model that is being served: checked before it is swapped in, replaced only as a whole."""

import logging
from dataclasses import dataclass

import numpy as np

from serve.releases import ModelSource
from serve.settings import Release, Settings
from tinysight.bundle import MODEL, check_golden, open_bundle
from tinysight.errors import TinysightError
from tinysight.predictor import Predictor

log = logging.getLogger("uvicorn.error")


@dataclass(frozen=True)
class ServedModel:
    """A checked model and the version it came from; answers name it, so it is never changed in place."""

    predictor: Predictor
    release: Release
    sha256: str


class ModelStore:
    """Holds the served model; readers take `current` once a request and keep to it."""

    def __init__(self, settings: Settings, release: Release | None = None) -> None:
        self._settings, self._release = settings, release
        self.current: ServedModel | None = None

    def load(self) -> ServedModel:
        """Fetches, checks and swaps in the version that the settings name, or else the last good one.

        Raises:
            TinysightError: if there is none that can be served.
        """
        self.current = check_release(self._release) if self._release else self._fetch()
        return self.current

    def _fetch(self) -> ServedModel:
        source = ModelSource(self._settings)
        try:
            served = check_release(source.fetch())
        except TinysightError as error:
            last_good = source.cache.last_good(str(error)) if source.cache else None
            if last_good is None:
                raise
            log.warning("serving version %s, the last good one: %s", last_good.version, error)
            return check_release(last_good)
        if source.cache:
            _remember(source, served.release)
        return served


def check_release(release: Release) -> ServedModel:
    """Loads a version's model after checking digests, contract and golden pictures, and warms it up.

    Raises:
        ModelError: if any of them is not as promised.
    """
    bundle = open_bundle(release.folder)
    predictor = Predictor(bundle.model)
    check_golden(bundle, predictor)
    size = predictor.contract.image_size
    predictor.probabilities(np.zeros((1, size, size, 3), np.uint8))
    return ServedModel(predictor, release, bundle.sha256[MODEL])


def _remember(source: ModelSource, release: Release) -> None:
    assert source.cache is not None
    try:
        source.cache.remember(release)
    except OSError as error:
        log.warning("the cache cannot be written, so a restart will need the registry: %s", error.strerror)
