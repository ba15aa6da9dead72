"""Where runs and versions are kept: opened with clean settings, made on first use, its errors in one line."""

import fcntl
import logging
import os
import re
import sqlite3
import sys
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from tinysight.errors import TrackingError
from tinysight.paths import Paths
from tinysight.tracking.sqlite_view import SQLITE, database_of

if TYPE_CHECKING:
    from mlflow import MlflowClient

PING_SECONDS = 5
QUIET = {
    "MLFLOW_DISABLE_TELEMETRY": "true",  # nothing leaves this machine unasked
    "MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT": "true",
    "MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR": "false",
    "MLFLOW_LOGGING_LEVEL": "ERROR",
    "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "3",  # MLflow's seven take minutes to say that a server is down
    "MLFLOW_HTTP_REQUEST_TIMEOUT": "30",  # seconds without a byte; MLflow's 120, four times over, are eight minutes
    "GIT_PYTHON_REFRESH": "quiet",
}


@dataclass(frozen=True)
class Store:
    """An open tracking store with its registry.

    Attributes:
        uri: MLflow's tracking URI.
        client: bound to that URI; MLflow's global state is not touched.
        artifacts: where new experiments keep their files; None where a server decides.
    """

    uri: str
    client: "MlflowClient"
    artifacts: Path | None

    def experiment(self, name: str) -> str:
        """The id of the experiment with this name, made if it is not there.

        Raises:
            TrackingError: if somebody deleted an experiment of this name.
        """
        found = self.client.get_experiment_by_name(name)
        if found is None:
            return self._create_experiment(name)
        if found.lifecycle_stage != "active":
            raise TrackingError(
                f"The experiment {name} was deleted in {shown(self.uri)}. Restore it with"
                f" `mlflow experiments restore --experiment-id {found.experiment_id}`, or set another register.name."
            )
        self._check_place(found.artifact_location)
        return str(found.experiment_id)

    def _check_place(self, location: str) -> None:
        """MLflow keeps absolute paths: a project that was moved would write into its old place."""
        place = local_path(location)
        if self.artifacts is None or place is None or place.is_relative_to(self.artifacts) or place.parent.exists():
            return
        raise TrackingError(
            f"The tracking store {shown(self.uri)} keeps its files in {place}, which is not there any more."
            " Move the project back, or move .tinysight away: `tinysight registry sync` fills a new one from the files."
        )

    def _create_experiment(self, name: str) -> str:
        from mlflow.exceptions import MlflowException

        location = None if self.artifacts is None else (self.artifacts / name).as_uri()
        try:
            return str(self.client.create_experiment(name, artifact_location=location))
        except MlflowException:
            found = self.client.get_experiment_by_name(name)  # another process was faster
            if found is None:
                raise
            return str(found.experiment_id)


def tracking_uri(paths: Paths) -> str:
    """MLFLOW_TRACKING_URI, or this project's own database."""
    return os.environ.get("MLFLOW_TRACKING_URI", "").strip() or f"{SQLITE}{paths.store}"


@contextmanager
def open_store(paths: Paths, uri: str = "", *, write: bool = True) -> Iterator[Store]:
    """Opens the tracking store; one process at a time may write, of all that share a SQLite file, else of this project.

    Args:
        paths: whose state folder holds the default store, and the lock where no SQLite file has one beside it.
        uri: which store; by default tracking_uri(paths).
        write: False for readers, which wait for nobody.

    Raises:
        TrackingError: if the store is down or refuses, here or in the `with` block.
    """
    uri = uri or tracking_uri(paths)
    _set_quiet()
    artifacts = _prepare(paths, uri)  # before MLflow's slow import: a server that is down is known at once
    with tracking_errors(uri):
        from mlflow import MlflowClient

        client = MlflowClient(tracking_uri=uri, registry_uri=uri)
        if not write:
            yield Store(uri, client, artifacts)
            return
        database = database_of(uri)
        with _locked((database.parent if database else paths.state) / "registry.lock"):  # all who share a database
            yield Store(uri, client, artifacts)


@contextmanager
def tracking_errors(uri: str) -> Iterator[None]:
    """Turns what MLflow and the libraries below it raise into one clear line."""
    from mlflow.exceptions import MlflowException
    from requests.exceptions import RequestException
    from sqlalchemy.exc import SQLAlchemyError

    logging.getLogger("mlflow.store.db.utils").setLevel(logging.CRITICAL)  # it logs tracebacks of its own
    try:
        yield
    except (MlflowException, RequestException, SQLAlchemyError, OSError) as error:
        lines = str(error).strip().splitlines() or [type(error).__name__]
        raise TrackingError(
            f"The tracking store {shown(uri)} cannot be used: {_without_secrets(lines[0])[:400]}"
            f" The results are on disk: {_remedy(lines[0])}, then run `dvc repro` again."
        ) from error


def local_path(uri: str) -> Path | None:
    """The path of a file: URI or plain path; None for any other URI."""
    if uri.startswith("file:"):
        return Path(urllib.parse.unquote(urllib.parse.urlsplit(uri).path))
    return None if "://" in uri or uri.startswith("mlflow-artifacts:") else Path(uri)


def shown(uri: str) -> str:
    """A URI without its password."""
    return re.sub(r"://[^/@]*@", "://…@", uri)


def _remedy(line: str) -> str:
    if "error code 401" in line:
        return "set MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD to an account of the server"
    if "error code 403" in line or "Permission denied" in line:
        return "have the server's admin permit this account to do it"
    return "start the store or correct MLFLOW_TRACKING_URI"


def _without_secrets(text: str) -> str:
    return re.sub(r"://[^/@\s]*@", "://…@", text)


def _set_quiet() -> None:
    for name, value in QUIET.items():
        os.environ.setdefault(name, value)


def _prepare(paths: Paths, uri: str) -> Path | None:
    """Makes or pings the store; returns where experiments made here keep their files."""
    if uri.startswith(("http://", "https://")):
        _ping(uri)
        return None
    database = database_of(uri)
    if database is None:
        if not re.match(r"^(postgresql|mysql|mssql)(\+\w+)?://", uri):
            raise TrackingError(
                "MLFLOW_TRACKING_URI must be http(s)://, sqlite:/// or another database that MLflow knows."
                f" Received: {shown(uri)}. Unset it to use the project's own store."
            )
        return paths.artifacts
    database.parent.mkdir(parents=True, exist_ok=True)
    if not database.exists():
        with _locked(database.with_name(database.name + ".lock")):
            if not database.exists():
                with tracking_errors(uri):
                    _create(database)
    with closing(sqlite3.connect(database, timeout=20)) as connection:
        try:
            connection.execute("PRAGMA schema_version").fetchone()
        except sqlite3.DatabaseError as error:
            raise TrackingError(
                f"{database} is no SQLite database: {error}. Move it away; a new one is filled from the files."
            ) from None
    return database.with_name("artifacts")


def _create(database: Path) -> None:
    """Runs MLflow's migrations on a draft, so that a kill leaves no half-made database."""
    print(f"Setting up the tracking store {database} (once; takes some seconds)", file=sys.stderr, flush=True)
    from mlflow.store.tracking.sqlalchemy_store import SqlAlchemyStore

    logging.getLogger("mlflow.store.db.utils").setLevel(logging.CRITICAL)
    draft = database.with_name(database.name + ".part")
    for leftover in database.parent.glob(draft.name + "*"):
        leftover.unlink()
    store = SqlAlchemyStore(f"{SQLITE}{draft}", database.with_name("artifacts").as_uri())  # type: ignore[no-untyped-call]
    store.engine.dispose()
    os.replace(draft, database)


def _ping(uri: str) -> None:
    """Fails within seconds where MLflow itself would go on trying for minutes; asks what needs no account."""
    parts = urllib.parse.urlsplit(uri.rstrip("/"))
    place = parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()  # urllib takes an account for a host
    request = urllib.request.Request(f"{place}/health")  # noqa: S310 - the scheme was checked
    for patience in (1, 2, 3):
        try:
            urllib.request.urlopen(request, timeout=PING_SECONDS * patience).close()  # noqa: S310 - as above
        except urllib.error.HTTPError:
            return  # it answers: what it forbids, it says later
        except (OSError, ValueError) as error:
            failure = getattr(error, "reason", error)
        else:
            return
    raise TrackingError(
        f"The tracking server {shown(uri)} does not answer: {failure}. The results are on disk:"
        " start the server or correct MLFLOW_TRACKING_URI, then run `dvc repro` again."
    )


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    """Holds a file's lock, which the kernel releases even when the process is killed."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
