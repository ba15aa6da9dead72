"""Fills a tracking store that lacks this project's results from the files on disk."""

from tinysight.bundle import sha256_of
from tinysight.errors import DataError
from tinysight.params import Params
from tinysight.paths import Paths
from tinysight.tracking.belonging import check_belonging, check_rungs
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
    Results that are not of today's params.yaml are not published at all.

    Returns:
        One line that says what was done.

    Raises:
        DataError: if nothing is production and no result of today's params.yaml is on disk.
        TrackingError: if the store cannot be used.
    """
    name = params.register_.name
    try:
        check_rungs(params, paths)
        production = _seen_at_a_glance(params, paths, _sha256_of_chosen(paths))
        if production:
            return f"{name} {production} is production; the registry holds this project's results."
        check_belonging(params, paths)
    except DataError as error:
        return f"{name} {_production(paths, name, error)} is production. {error}"
    return _fill(params, paths)


def _fill(params: Params, paths: Paths) -> str:
    name, sha256 = params.register_.name, _sha256_of_chosen(paths)
    publish(params, paths)
    with open_store(paths, write=False) as store:
        champion = find_champion(store, name)
        registered = any(version.sha256 == sha256 for version in versions_of(store, name))
    if champion is not None:
        line = f"{name} {champion.version} is production; the runs are published."
        return line if registered or not sha256 else f"{line} {NOT_REGISTERED}"
    return release(params, paths).line()


def _sha256_of_chosen(paths: Paths) -> str:
    """Of the chosen candidate's model file; empty if the verdict chose none."""
    chosen = read_verdict(paths).get("chosen")
    if not chosen:
        return ""
    model = paths.model(chosen)
    if not model.is_file():
        raise DataError(f"{model} is missing. Run `dvc repro`.")
    return sha256_of(model)


def _production(paths: Paths, name: str, error: DataError) -> str:
    """The version that is production although nothing here can be published; raises the error if there is none."""
    database = database_of(tracking_uri(paths))
    if database is not None and not database.is_file():
        raise error
    with open_store(paths, write=False) as store:
        champion = find_champion(store, name)
    if champion is None:
        raise error
    return champion.version


def _seen_at_a_glance(params: Params, paths: Paths, sha256: str) -> str:
    """The production version, if the project's SQLite store holds everything; else an empty text."""
    database = database_of(tracking_uri(paths))
    name = params.register_.name
    if database is None or not database.is_file() or not version_by_sha256(database, name, sha256):
        return ""
    production = version_by_alias(database, name, "production")
    if production is None or not is_published(database, read_pipeline(params, paths).key, params.models):
        return ""
    place = local_path(production.location)
    return production.version if place is not None and place.is_dir() else ""
