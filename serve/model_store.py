"""The model that is being served: checked before it is swapped in, replaced only as a whole."""

import hashlib
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from serve.follow_state import FollowState
from serve.memory import picture_memory
from serve.releases import ModelSource
from serve.settings import Settings
from serve.version import Release, Wanted
from tinysight.bundle import MODEL, Bundle, check_golden, file_of, open_bundle, read_manifest, scores_of
from tinysight.bundle_scores import BundleScores
from tinysight.drift.reference import Reference
from tinysight.drift.reference_file import FILE, from_json
from tinysight.errors import BundleError, ModelError, TinysightError
from tinysight.predictor import Predictor

log = logging.getLogger("serve")


@dataclass(frozen=True)
class ServedModel:
    """A checked model and the version it came from; answers name it, so it is never changed in place."""

    predictor: Predictor
    release: Release
    sha256: str
    scores: BundleScores | None
    reference: Reference | None = None


class ModelStore:
    """Holds the served model; readers take `current` once a request and keep to it.

    Attributes:
        current: the model to answer with, or None before there is one.
        state: what the process that follows the registry said last.
    """

    def __init__(self, settings: Settings, release: Release | None = None) -> None:
        """Loads nothing yet.

        Args:
            settings: of the service.
            release: a version that another process has fetched and checked; by default it is fetched here.
        """
        self._settings, self._release = settings, release
        self.current: ServedModel | None = None
        self.state = FollowState()

    def load(self) -> ServedModel:
        """Fetches, checks and swaps in the version that the settings name, or else the last good one.

        Raises:
            TinysightError: if there is none that can be served.
        """
        return self.swap(load_release(self._release)) if self._release else self._fetch()

    def swap(self, served: ServedModel) -> ServedModel:
        """Puts another model in place of the served one; requests that began with the old one end with it."""
        served.predictor.decoding = replace(served.predictor.decoding, memory=picture_memory(self._settings.workers))
        self.current = served
        return served

    def _fetch(self) -> ServedModel:
        source = ModelSource(self._settings)
        try:
            wanted = source.look()
            self.state = FollowState(wanted=wanted.version, promoted_at=wanted.promoted_at)
            served, trouble = bring(source, wanted), None
        except TinysightError as error:
            last_good = source.last_good()
            if last_good is None:
                raise
            trouble = str(error)
            served = check_release(last_good)
            log.warning("serving version %s, the last good one: %s", last_good.version, error)
        self.state = self.state.model_copy(update={"served": served.release.version, "trouble": trouble})
        return self.swap(served)


def bring(source: ModelSource, wanted: Wanted, fetched: Callable[[], None] = lambda: None) -> ServedModel:
    """Fetches a version, checks it and keeps it; one that is not as promised is never put where it is served from.

    Args:
        source: of the version.
        wanted: as the source's look found it.
        fetched: called when its files are here and their check begins.

    Raises:
        TinysightError: if it cannot be had or is not as promised.
    """
    with source.fetched(wanted) as release:
        fetched()
        served = check_release(release)
        return replace(served, release=source.keep(served.release))


def check_release(release: Release) -> ServedModel:
    """Loads a version's model after checking digests, contract and golden pictures, and warms it up.

    Raises:
        ModelError: if any of them is not as promised.
    """
    bundle = open_bundle(release.folder)
    served = load_release(release.model_copy(update={"sha256": bundle.sha256[MODEL]}))
    check_golden(bundle, served.predictor)
    return served


def load_release(release: Release) -> ServedModel:
    """Loads a version that was checked before, if its model is still the same file, and warms it up.

    Raises:
        ModelError: if the file is missing or changed, or its answer is not one probability a class.
    """
    try:
        data = (release.folder / MODEL).read_bytes()
    except OSError as error:
        raise BundleError(f"{MODEL} of version {release.version} cannot be read: {error.strerror}.") from None
    if hashlib.sha256(data).hexdigest() != release.sha256:
        raise BundleError(f"{MODEL} of version {release.version} was changed after it was checked.")
    predictor = Predictor(data)
    del data
    size, names = predictor.contract.image_size, predictor.contract.class_names
    answer = predictor.probabilities(np.zeros((2, size, size, 3), np.uint8))
    if answer.shape != (2, len(names)) or not np.allclose(answer.sum(axis=1), 1, atol=1e-3):
        raise ModelError(
            f"The model must answer with {len(names)} probabilities for each picture. Received: shape {answer.shape}"
            f" for two pictures, sums {answer.sum(axis=-1).ravel()[:2]}. Make it again with `dvc repro`."
        )
    bundle = read_manifest(release.folder)
    return ServedModel(predictor, release, release.sha256, scores_of(bundle), _reference(bundle, names))


def _reference(bundle: Bundle, class_names: Sequence[str]) -> Reference | None:
    """What traffic is compared with; a version serves as well without it, as earlier ones have none."""
    data = file_of(bundle, FILE)
    try:
        return from_json(data, class_names) if data is not None else None
    except BundleError as error:
        log.warning("%s", error)
        return None
