"""Fills a tracking store that lacks this project's results from the files on disk."""

from tinysight.bundle import MODEL, sha256_of
from tinysight.params import Params
from tinysight.paths import Paths
from tinysight.tracking.record import read_pipeline, read_verdict
from tinysight.tracking.registry import find_champion, versions_of
from tinysight.tracking.release import release
from tinysight.tracking.runs import publish
from tinysight.tracking.sqlite_view import database_of, is_published, version_by_alias, version_by_sha256
from tinysight.tracking.store import local_path, open_store, tracking_uri

NOT_REGISTERED = "The model chosen here is no version yet: `dvc repro -f -s register` judges it against production."


def sync(params: Params, paths: Paths) -> str:
    """Publishes the runs that the store lacks; registers and releases only where nothing is production yet.

    Where there is a champion, nothing moves: what lies here may be an experiment's, which never releases.

    Returns:
        One line that says what was done.

    Raises:
        DataError: if there is no pipeline result on disk.
        TrackingError: if the store cannot be used.
    """
    name, chosen = params.register_.name, read_verdict(paths).get("chosen")
    sha256 = sha256_of(paths.export(chosen) / MODEL) if chosen else ""
    production = _seen_at_a_glance(params, paths, sha256)
    if production:
        return f"{name} {production} is production; the registry holds this project's results."
    publish(params, paths)
    with open_store(paths, write=False) as store:
        champion = find_champion(store, name)
        registered = any(version.sha256 == sha256 for version in versions_of(store, name))
    if champion is not None:
        line = f"{name} {champion.version} is production; the runs are published."
        return line if registered or not chosen else f"{line} {NOT_REGISTERED}"
    return release(params, paths).line()


def _seen_at_a_glance(params: Params, paths: Paths, sha256: str) -> str:
    """The production version, if the project's SQLite store holds everything; else an empty text."""
    database = database_of(tracking_uri(paths))
    name = params.register_.name
    if database is None or not database.is_file() or not version_by_sha256(database, name, sha256):
        return ""
    production = version_by_alias(database, name, "production")
    if production is None or not is_published(database, read_pipeline(params, paths).key):
        return ""
    place = local_path(production.location)
    return production.version if place is not None and place.is_dir() else ""
