"""Registered versions: bundles with a number, of which the alias `production` names the released one."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from tinysight.bundle import Bundle, check_golden, open_bundle, sha256_of
from tinysight.config import load_params
from tinysight.errors import BundleError, ModelError, TrackingError
from tinysight.paths import Paths
from tinysight.predictor import Predictor
from tinysight.tracking.alias_moves import move_alias, settle
from tinysight.tracking.collisions import tag_version
from tinysight.tracking.sqlite_view import database_of
from tinysight.tracking.store import Store, local_path, open_store, tracking_uri
from tinysight.tracking.version_info import (
    CHALLENGER,
    PRODUCTION,
    PROMOTED_AT,
    RELEASE,
    VersionInfo,
    version_info,
)
from tinysight.tracking.work_tree import who

if TYPE_CHECKING:
    from mlflow.entities.model_registry import ModelVersion, RegisteredModel


def list_versions(paths: Paths, name: str = "") -> list[VersionInfo]:
    """All complete versions of this project's model, the newest first.

    Raises:
        TrackingError: if the store cannot be used.
    """
    name, database = name or load_params(paths.params).register_.name, database_of(tracking_uri(paths))
    if database is not None and not database.exists():
        return []  # looking must not make a store
    with open_store(paths, write=False) as store:
        return [version for version in reversed(versions_of(store, name)) if version.complete]


def holder_of(versions: Iterable[VersionInfo], model: Path) -> VersionInfo | None:
    """The first of some versions that holds a model file; None if none does."""
    sha256 = sha256_of(model)
    return next((version for version in versions if version.sha256 == sha256), None)


def promote(
    paths: Paths,
    version: str,
    *,
    name: str = "",
    force: bool = False,
    checked: bool = False,
    why: str = "",
    instead_of: str | None = None,
    kind: str = "promoted",
) -> str:
    """Makes a version the production one: the only code that moves this alias.

    Args:
        paths: the project.
        version: a number, or an alias such as `challenger`.
        name: the registered model; by default this project's.
        force: even if its classes differ from the champion's, the gate refused it, or its files were not committed.
        checked: whether its files in the registry have just been looked at; else that is done here.
        why: kept with the version and in the history.
        instead_of: the champion that the decision was made against ("" for none): refused if it is another by now.
        kind: what the history calls it.

    Returns:
        One line that says what was done.

    Raises:
        TrackingError: if the version is unknown or incomplete, may not be promoted without force, or could not be
            served, since its files in the registry are not as promised.
    """
    name = name or load_params(paths.params).register_.name
    with open_store(paths) as store:
        candidate, champion = find_version(store, name, version), find_champion(store, name)
        if champion is not None and champion.version == candidate.version:
            settle(store, name)
            record_decision(store, candidate, "promoted", why or candidate.why or candidate.judgement.get("reason", ""))
            return f"{name} {candidate.version} is production already."
        if not force:
            _check_free(candidate)
        if not checked:
            _check_files(store, candidate, None if force else champion)
        move = move_alias(
            store, name, PRODUCTION, candidate.version, kind=kind, who=who(paths.root), why=why, before=instead_of,
            prepare=lambda: _say_since_when(store, candidate),
        )  # fmt: skip
        told = why if kind == "promoted" else f"{kind} from {move.before}: {why}"
        record_decision(store, candidate, "promoted", told)
        take_back_challenger(store, candidate, who(paths.root), "it is production now")
    return f"{name} {candidate.version} is production now" + (f", instead of {move.before}." if move.before else ".")


def _say_since_when(store: Store, version: VersionInfo) -> None:
    """Before the alias moves, so that nobody sees it on a version that does not say since when."""
    now = datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    tag_version(store.client, version.name, version.version, PROMOTED_AT, now)


def take_back_challenger(store: Store, version: VersionInfo, by: str, why: str) -> None:
    """Takes the alias `challenger` away from a version that is none any more."""
    if CHALLENGER in version.aliases:
        move_alias(store, version.name, CHALLENGER, "", kind="taken away", who=by, why=why)


def versions_of(store: Store, name: str) -> list[VersionInfo]:
    """All versions of a registered model, also incomplete ones, the oldest first."""
    aliases: dict[str, list[str]] = {}
    model = find_model(store, name)
    for alias, version in (model.aliases if model else {}).items():
        aliases.setdefault(str(version), []).append(alias)
    found: list[ModelVersion] = []
    token: str | None = None
    while model and token != "":
        page = store.client.search_model_versions(f"name = '{name}'", max_results=200, page_token=token)
        found, token = [*found, *page], page.token or ""
    infos = [version_info(entry, tuple(sorted(aliases.get(str(entry.version), [])))) for entry in found]
    return sorted(infos, key=lambda info: int(info.version))


def find_model(store: Store, name: str) -> "RegisteredModel | None":
    """The registered model, or None."""
    from mlflow.exceptions import MlflowException

    try:
        return store.client.get_registered_model(name)
    except MlflowException as error:
        if error.error_code == "RESOURCE_DOES_NOT_EXIST":
            return None
        raise


def find_version(store: Store, name: str, version: str) -> VersionInfo:
    """The complete version with this number or alias.

    Raises:
        TrackingError: if there is none.
    """
    infos = versions_of(store, name)
    chosen = next((info for info in infos if version == info.version or version in info.aliases), None)
    if chosen is None or not chosen.complete:
        what = "is not completely registered" if chosen else "is not registered"
        known = ", ".join(info.version for info in infos if info.complete) or "none"
        raise TrackingError(
            f"{name} {version} {what}. Registered versions: {known}. See `tinysight registry list`, or run `dvc repro`."
        )
    return chosen


def find_champion(store: Store, name: str) -> VersionInfo | None:
    """The version that is production, or None."""
    return next((info for info in versions_of(store, name) if PRODUCTION in info.aliases), None)


def download(store: Store, version: VersionInfo, folder: Path) -> Bundle:
    """Fetches a version's bundle into an empty folder and checks it.

    Raises:
        BundleError: if it is gone, or what came is not the version's bundle.
    """
    from mlflow.artifacts import download_artifacts

    place = local_path(version.source)
    if place is not None and not place.is_dir():
        raise BundleError(f"The files of version {version.version} are gone: {place} is not there.")
    folder.mkdir(parents=True, exist_ok=True)
    fetched = download_artifacts(version.source, dst_path=str(folder), tracking_uri=store.uri)
    return open_bundle(Path(fetched))


def _check_free(candidate: VersionInfo) -> None:
    """What the gate refused, or what no commit can make again, is released only on purpose."""
    if candidate.release == "refused":
        reason = f"The gate refused it: {candidate.why}"
    elif candidate.uncommitted:
        reason = f"It was made with files that were not committed: {candidate.uncommitted}."
    else:
        return
    raise TrackingError(
        f"{candidate.name} {candidate.version} is not released as it is. {reason} To release it all the same:"
        f" `tinysight registry promote {candidate.version} --force --why …`."
    )


def _check_files(store: Store, candidate: VersionInfo, champion: VersionInfo | None) -> None:
    """Its digests, golden pictures and, where there is a champion to compare them with, class names."""
    with TemporaryDirectory() as folder:
        try:
            bundle = download(store, candidate, Path(folder) / candidate.version)
            predictor = Predictor(bundle.model)
            check_golden(bundle, predictor)
        except (BundleError, ModelError) as error:
            raise TrackingError(
                f"{candidate.name} {candidate.version} cannot be served: {error} Nothing was moved. Choose another"
                " version of `tinysight registry list`."
            ) from None
        if champion is None:
            return
        ours = predictor.contract.class_names
        other = download(store, champion, Path(folder) / champion.version)
        theirs = Predictor(other.model).contract.class_names
    if ours != theirs:
        raise TrackingError(class_conflict(ours, theirs, champion.version))


def class_conflict(ours: Sequence[str], theirs: Sequence[str], champion: str) -> str:
    """Says which classes differ from the champion's."""
    added, gone = sorted(set(ours) - set(theirs)), sorted(set(theirs) - set(ours))
    changes = [f"new: {', '.join(added)}"] * bool(added) + [f"missing: {', '.join(gone)}"] * bool(gone)
    return (
        f"Its classes are not those of version {champion}, which is production"
        f" ({'; '.join(changes) or 'another order'}). Programs that call the service may not know them."
        " If they do: `tinysight registry promote VERSION --force`."
    )


def record_decision(store: Store, version: VersionInfo, release: str, why: str) -> None:
    """Keeps a decision with the version it is about."""
    tag_version(store.client, version.name, version.version, RELEASE, release)
    store.client.update_model_version(version.name, version.version, why)
