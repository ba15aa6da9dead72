"""Registered versions: bundles with a number, of which the alias `production` names the released one."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from tinysight.bundle import MODEL, Bundle, open_bundle
from tinysight.config import load_params
from tinysight.errors import TrackingError
from tinysight.paths import Paths
from tinysight.predictor import Predictor
from tinysight.tracking.sqlite_view import database_of
from tinysight.tracking.store import Store, open_store, tracking_uri

if TYPE_CHECKING:
    from mlflow.entities.model_registry import ModelVersion, RegisteredModel

PRODUCTION = "production"
SHA256, DRAFT, RELEASE = "tinysight.sha256", "tinysight.draft", "tinysight.release"
DATASET, COMMIT = "tinysight.dataset_digest", "tinysight.git_commit"
PROMOTED_AT = "tinysight.promoted_at"


@dataclass(frozen=True)
class VersionInfo:
    """One registered version.

    Attributes:
        name: the registered model.
        version: its number, as text.
        aliases: what names it now.
        sha256: of its model.onnx; empty while the version is not complete.
        dataset_digest: of the data set it was made from.
        git_commit: what was checked out when it was registered.
        release: `promoted` once it has been production, else what register decided.
        why: the reason of the last decision about it.
        created: when, in UTC.
        run_id: the MLflow run it comes from.
        source: where its files are.
        draft: the sha256 that an incomplete version is meant to have.
        created_ms: when, in milliseconds since 1970.
    """

    name: str
    version: str
    aliases: tuple[str, ...]
    sha256: str
    dataset_digest: str
    git_commit: str
    release: str
    why: str
    created: str
    run_id: str
    source: str
    draft: str
    created_ms: int

    @property
    def complete(self) -> bool:
        """True when all its files are there: the digest is written last."""
        return bool(self.sha256)

    def as_json(self) -> dict[str, object]:
        """For programs."""
        return asdict(self)


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


def versions_table(versions: Sequence[VersionInfo]) -> str:
    """The versions for people, one line each."""
    if not versions:
        return "No version is registered yet. Run `dvc repro`."
    rows = [("version", "alias", "registered (UTC)", "model", "data", "commit", "decision")]
    for version in versions:
        digests = (version.sha256[:8], version.dataset_digest[:8], version.git_commit[:8])
        decision = f"{version.release}: {version.why}" if version.why else version.release
        rows.append((version.version, ", ".join(version.aliases), version.created, *digests, decision))
    widths = [max(len(row[column]) for row in rows) for column in range(6)]
    return "\n".join("  ".join([*(c.ljust(w) for c, w in zip(row, widths, strict=False)), row[6]]) for row in rows)


def promote(
    paths: Paths, version: str, *, name: str = "", force: bool = False, why: str = "", instead_of: str | None = None
) -> str:
    """Makes a version the production one: the only code that moves this alias.

    Args:
        paths: the project.
        version: a number, or an alias such as `challenger`.
        name: the registered model; by default this project's.
        force: even if its classes differ from the champion's.
        why: kept with the version.
        instead_of: the champion that the decision was made against ("" for none): refused if it is another by now.

    Returns:
        One line that says what was done.

    Raises:
        TrackingError: if the version is unknown or incomplete, or its classes differ.
    """
    name = name or load_params(paths.params).register_.name
    with open_store(paths) as store:
        candidate, champion = find_version(store, name, version), find_champion(store, name)
        if champion is not None and champion.version == candidate.version:
            record_decision(store, candidate, "promoted", why or candidate.why)
            return f"{name} {candidate.version} is production already."
        before = champion.version if champion else ""
        if instead_of is not None and instead_of != before:
            raise TrackingError(
                f"{name}: production moved from {instead_of or 'nothing'} to {before or 'nothing'} while version"
                f" {candidate.version} was judged. Run `dvc repro -f -s register` to judge it again."
            )
        if champion is not None and not force:
            _check_classes(store, candidate, champion)
        # first the time, so that nobody sees the alias on a version that does not say since when
        now = datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
        store.client.set_model_version_tag(name, candidate.version, PROMOTED_AT, now)
        store.client.set_registered_model_alias(name, PRODUCTION, candidate.version)
        record_decision(store, candidate, "promoted", why)
    return f"{name} {candidate.version} is production now" + (f", instead of {before}." if before else ".")


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
    infos = [_info(entry, tuple(sorted(aliases.get(str(entry.version), [])))) for entry in found]
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
        BundleError: if what came is not the version's bundle.
    """
    from mlflow.artifacts import download_artifacts

    folder.mkdir(parents=True, exist_ok=True)
    fetched = download_artifacts(version.source, dst_path=str(folder), tracking_uri=store.uri)
    return open_bundle(Path(fetched))


def _check_classes(store: Store, candidate: VersionInfo, champion: VersionInfo) -> None:
    with TemporaryDirectory() as folder:
        pair = [download(store, info, Path(folder) / info.version) for info in (candidate, champion)]
        ours, theirs = (Predictor(bundle.folder / MODEL).contract.class_names for bundle in pair)
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
    store.client.set_model_version_tag(version.name, version.version, RELEASE, release)
    store.client.update_model_version(version.name, version.version, why)


def _info(entry: "ModelVersion", aliases: tuple[str, ...]) -> VersionInfo:
    tags = entry.tags
    created = datetime.fromtimestamp(entry.creation_timestamp / 1000, UTC)
    return VersionInfo(
        name=entry.name,
        version=str(entry.version),
        aliases=aliases,
        sha256=tags.get(SHA256, ""),
        dataset_digest=tags.get(DATASET, ""),
        git_commit=tags.get(COMMIT, ""),
        release=tags.get(RELEASE, ""),
        why=entry.description or "",
        created=f"{created:%Y-%m-%d %H:%M}",
        run_id=entry.run_id or "",
        source=entry.source or "",
        draft=tags.get(DRAFT, ""),
        created_ms=entry.creation_timestamp,
    )
