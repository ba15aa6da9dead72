"""Brings a model file into the registry as one version; killed at any moment, the next try completes it."""

import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from tinysight.bundle import sha256_of, write_bundle
from tinysight.bundle_scores import BundleScores
from tinysight.tracking.collisions import again_on_collision, tag_version
from tinysight.tracking.environment import environment
from tinysight.tracking.registry import find_model, find_version, versions_of
from tinysight.tracking.store import Store, local_path
from tinysight.tracking.version_info import (
    COMMIT,
    DATASET,
    DRAFT,
    ENVIRONMENT,
    RECIPE,
    SHA256,
    UNCOMMITTED,
    VersionInfo,
)

MOST_NAMED = 1000  # characters of file names in a tag
STALE_SECONDS = 600  # a registration takes seconds: an older draft of another file was killed


@dataclass(frozen=True)
class ModelFile:
    """What becomes a version.

    Attributes:
        path: a model.onnx.
        golden: picture files by name, to check the bundle with.
        run_id: the MLflow run that it comes from.
        dataset_digest: of the data set that it was made from.
        git_commit: what is checked out now.
        scores: what it scored on val and test, where that is known.
        recipe: digest of how it is made, whatever from.
        uncommitted: files that decided it and are not in the commit.
        beside: more files of the bundle by name: the model card with its picture, the reference for drift.
    """

    path: Path
    golden: Mapping[str, bytes]
    run_id: str
    dataset_digest: str
    git_commit: str
    scores: BundleScores | None = None
    recipe: str = ""
    uncommitted: Sequence[str] = ()
    beside: Mapping[str, bytes] = field(default_factory=dict)


def register(store: Store, name: str, model: ModelFile) -> VersionInfo:
    """The version that holds this file: found, completed or made.

    The version is created as a draft, gets its files, and only then the tag that makes it complete.
    Two machines that register the same file at once end up with the lower of the two numbers.

    Raises:
        TrackingError: if the registry refuses.
    """
    _ensure_model(store, name)
    sha256 = sha256_of(model.path)
    _delete_stale(store, name, sha256)
    found = _find(store, name, sha256)
    if found is None:
        mine = _create(store, name, sha256, model)
        found = _find(store, name, sha256)
        assert found is not None
        if found.version != mine:
            store.client.delete_model_version(name, mine)
    _say_origin(store, found, model)
    if not found.complete:
        _complete(store, found, sha256, model)
    return find_version(store, name, found.version)


def _find(store: Store, name: str, sha256: str) -> VersionInfo | None:
    """The complete version of this file whose bundle is there, else its oldest draft."""
    infos = [info for info in versions_of(store, name) if sha256 in (info.sha256, info.draft)]
    complete = [info for info in infos if info.complete and _is_there(info)]
    return next(iter(complete + [info for info in infos if not info.complete]), None)


def _is_there(info: VersionInfo) -> bool:
    place = local_path(info.source)
    return place is None or place.is_dir()


def _ensure_model(store: Store, name: str) -> None:
    from mlflow.exceptions import MlflowException

    try:
        if find_model(store, name) is None:
            store.client.create_registered_model(name)
    except MlflowException as error:
        if error.error_code != "RESOURCE_ALREADY_EXISTS":  # another process was faster
            raise


def _delete_stale(store: Store, name: str, sha256: str) -> None:
    """Removes drafts that nobody will complete: killed long ago, or without the run that held their files."""
    for info in versions_of(store, name):
        if info.complete or not info.draft:  # what people registered by hand is theirs
            continue
        old = time.time() - info.created_ms / 1000 > STALE_SECONDS
        if (old and info.draft != sha256) or not _run_is_there(store, info):
            store.client.delete_model_version(name, info.version)


def _place(sha256: str) -> str:
    """Where a file's bundle lies below its run's artifacts: no other file's ever lies there."""
    return f"bundle/{sha256[:16]}"


def _run_is_there(store: Store, info: VersionInfo) -> bool:
    from mlflow.exceptions import MlflowException

    try:
        run = store.client.get_run(info.run_id)
    except MlflowException:
        return False
    return bool(run.info.lifecycle_stage == "active" and info.source == f"{run.info.artifact_uri}/{_place(info.draft)}")


def _create(store: Store, name: str, sha256: str, model: ModelFile) -> str:
    source = f"{store.client.get_run(model.run_id).info.artifact_uri}/{_place(sha256)}"
    tags = {DRAFT: sha256, DATASET: model.dataset_digest, COMMIT: model.git_commit}
    tags[ENVIRONMENT] = json.dumps(environment())
    made = again_on_collision(lambda: store.client.create_model_version(name, source, run_id=model.run_id, tags=tags))
    return str(made.version)


def _say_origin(store: Store, version: VersionInfo, model: ModelFile) -> None:
    """How it is made and from which commit; what was made from loose files is said to be clean once it is committed."""
    tags = {RECIPE: model.recipe} if model.recipe and model.recipe != version.recipe else {}
    if model.uncommitted and not version.complete:
        tags[UNCOMMITTED] = ", ".join(model.uncommitted)[:MOST_NAMED]
    elif version.uncommitted and not model.uncommitted:
        tags[COMMIT] = model.git_commit
        store.client.delete_model_version_tag(version.name, version.version, UNCOMMITTED)
    for tag, value in tags.items():
        tag_version(store.client, version.name, version.version, tag, value)


def _complete(store: Store, draft: VersionInfo, sha256: str, model: ModelFile) -> None:
    with TemporaryDirectory() as folder:
        place = Path(folder) / "bundle"
        names = {"name": draft.name, "version": draft.version}
        write_bundle(place, model.path, model.golden, **names, scores=model.scores, beside=model.beside)
        store.client.log_artifacts(draft.run_id, str(place), _place(sha256))
    tag_version(store.client, draft.name, draft.version, SHA256, sha256)  # complete from here on
    store.client.delete_model_version_tag(draft.name, draft.version, DRAFT)
