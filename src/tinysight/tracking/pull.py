"""Brings a registered version to a folder: `python -m tinysight.tracking.pull models:/NAME@ALIAS FOLDER`."""

import errno
import json
import os
import re
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory

from tinysight.bundle import MODEL, Bundle, open_bundle
from tinysight.errors import BundleError, ConfigError, TinysightError, TrackingError
from tinysight.paths import Paths
from tinysight.tracking.sqlite_view import (
    StoredVersion,
    database_of,
    promoted_at,
    version_by_alias,
    version_by_number,
)
from tinysight.tracking.store import local_path, open_store, tracking_uri

URI = re.compile(r"^models:/(?P<name>[A-Za-z0-9][\w.-]*)(@(?P<alias>[\w.-]+)|/(?P<number>\d+))$")

FULL_OR_CLOSED = (errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES, errno.EPERM, errno.EIO)
IN_THE_WAY = (errno.EEXIST, errno.ENOTDIR, errno.ENOTEMPTY)


def pull(uri: str, folder: Path, *, tracking: str = "") -> Bundle:
    """Makes FOLDER/NAME/VERSION the bundle of a registered version, whole or not at all.

    A bundle that is there already and is the registered one is not fetched again.

    Args:
        uri: `models:/NAME@ALIAS` or `models:/NAME/NUMBER`.
        folder: where versions are kept.
        tracking: the registry; by default MLFLOW_TRACKING_URI, else the store of the current project.

    Raises:
        ConfigError: if the URI is not one of these two.
        TrackingError: if the registry cannot be reached or has no such version, or the folder cannot be written.
        BundleError: if what it holds is not the version's bundle.
    """
    wanted = URI.match(uri)
    if wanted is None:
        raise ConfigError(f"A model is models:/NAME@ALIAS or models:/NAME/NUMBER. Received: {uri}.")
    paths = Paths(Path.cwd())
    tracking = tracking or tracking_uri(paths)
    name, selector = wanted["name"], wanted["alias"] or wanted["number"]
    found = _look(tracking, name, wanted["alias"], wanted["number"])
    if found is not None:
        target = folder / name / found.version
        return _present(target, found.sha256) or _copy(found, target) or _fetch(paths, tracking, name, selector, folder)
    return _fetch(paths, tracking, name, selector, folder)


def _look(tracking: str, name: str, alias: str | None, number: str | None) -> StoredVersion | None:
    """What can be seen without MLflow."""
    database = database_of(tracking)
    if database is None:
        return None
    if not database.is_file():
        raise TrackingError(f"{database} is missing, so no version is registered. Run `dvc repro`.")
    return version_by_alias(database, name, alias) if alias else version_by_number(database, name, number or "")


def _present(target: Path, sha256: str) -> Bundle | None:
    """The bundle that is there already, if it is whole and of this model file."""
    try:
        bundle = open_bundle(target)
    except (BundleError, OSError):
        return None
    return bundle if bundle.sha256[MODEL] == sha256 else None


def _copy(found: StoredVersion, target: Path) -> Bundle | None:
    """The bundle of a store that keeps its files in a folder."""
    source = local_path(found.location)
    if source is None or not source.is_dir():
        return None
    with _draft_beside(target) as draft:
        shutil.copytree(source, draft / "bundle")
        return _put(open_bundle(draft / "bundle"), target)


def _fetch(paths: Paths, tracking: str, name: str, selector: str, folder: Path) -> Bundle:
    """The bundle through MLflow."""
    from tinysight.tracking.registry import download, find_version

    with open_store(paths, tracking, write=False) as store:
        version = find_version(store, name, selector)
        target = folder / name / version.version
        present = _present(target, version.sha256)
        if present is not None:
            return present
        with _draft_beside(target) as draft:
            return _put(download(store, version, draft), target)


@contextmanager
def _draft_beside(target: Path) -> Iterator[Path]:
    """A folder for a bundle that is not whole yet; a disk that is full or read-only is one clear line."""
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(dir=target.parent, prefix=f".{target.name}.", ignore_cleanup_errors=True) as draft:
            yield Path(draft)
    except OSError as error:
        if error.errno not in (*FULL_OR_CLOSED, *IN_THE_WAY) and not isinstance(error, shutil.Error):
            raise  # a connection's, which the store explains
        reason = error.args[0][0][2] if isinstance(error, shutil.Error) else error
        raise TrackingError(
            f"The version cannot be written to {target}: {reason}. Make room there, or choose a folder that can be"
            " written."
        ) from error


def _put(bundle: Bundle, target: Path) -> Bundle:
    """Moves a checked bundle to its place; one that another process has just put there is as good."""
    try:
        os.replace(bundle.folder, target)
    except OSError:
        present = _present(target, bundle.sha256[MODEL])
        if present is not None:
            return present
        _move_aside(target)
        try:
            os.replace(bundle.folder, target)
        except OSError:
            present = _present(target, bundle.sha256[MODEL])
            if present is None:
                raise
            return present
    return Bundle(target, bundle.name, bundle.version, bundle.sha256)


def _move_aside(target: Path) -> None:
    """Takes away what is damaged in one step, so that nobody sees it half deleted."""
    folder = TemporaryDirectory(dir=target.parent, prefix=f".{target.name}.", ignore_cleanup_errors=True)
    with folder as aside, suppress(FileNotFoundError):  # another process was faster
        os.replace(target, Path(aside) / "damaged")


def main(arguments: list[str]) -> int:
    """Prints where the bundle is as JSON; 1 with one line on stderr if it cannot be had."""
    if len(arguments) != 2:
        print("error: usage: python -m tinysight.tracking.pull models:/NAME@ALIAS FOLDER", file=sys.stderr)
        return 1
    try:
        bundle = pull(arguments[0], Path(arguments[1]).absolute())
    except TinysightError as error:
        print(f"error: {' '.join(str(error).split())}", file=sys.stderr)
        return 1
    database = database_of(tracking_uri(Paths(Path.cwd())))
    when = promoted_at(database, bundle.name, bundle.version) if database else None
    answer = {"name": bundle.name, "version": bundle.version, "folder": str(bundle.folder), "promoted_at": when}
    print(json.dumps(answer))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
