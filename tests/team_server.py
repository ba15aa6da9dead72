"""What a team has: an MLflow server with accounts on PostgreSQL and an S3 store, all on the loopback."""

import base64
import json
import os
import pwd
import re
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import yaml
from mlflow_server import mlflow_server
from projects import ROOT, free_port, project_environment

USER, PASSWORD = "tinysight", "not so/secret@all"
ADMIN, ADMIN_PASSWORD = "admin", "a-long-password"
TEAM = ROOT / "serve" / "deploy" / "team.yaml"
KEYS = {"AWS_ACCESS_KEY_ID": "key", "AWS_SECRET_ACCESS_KEY": "secret", "AWS_DEFAULT_REGION": "us-east-1"}
BUCKET = "tinysight"


def postgres_programs() -> Path:
    """Where Debian keeps the newest PostgreSQL; skips the test where there is none."""
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    if not folders:  # in CI a skipped test fails, and .ci/run installs it
        pytest.skip("PostgreSQL is not installed: apt-get install postgresql")
    return folders[-1]


@contextmanager
def postgres() -> Iterator[str]:
    """Debian's PostgreSQL with a password, as a user without rights; yields its URI, to which a database is added."""
    folder, port = Path(tempfile.mkdtemp(prefix="tinysight-postgres-")), free_port()
    (folder / "password").write_text(PASSWORD)
    as_user: list[str] = []
    if os.geteuid() == 0:  # it refuses to run as root
        user = pwd.getpwnam("postgres")
        as_user = ["setpriv", f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups"]
        for path in (folder, folder / "password"):
            os.chown(path, user.pw_uid, user.pw_gid)
    control = [
        *as_user,
        str(postgres_programs() / "pg_ctl"),
        "-D",
        str(folder / "data"),
        "-w",
        "-l",
        str(folder / "log"),
    ]
    make = f"-U {USER} -A scram-sha-256 --pwfile={folder}/password -E UTF8 --locale=C.UTF-8 --no-sync"
    options = f"-p {port} -k {folder} -c listen_addresses=127.0.0.1 -c fsync=off"
    try:
        subprocess.run([*control, "-s", "initdb", "-o", make], cwd=folder, check=True, capture_output=True)
        subprocess.run([*control, "start", "-o", options], cwd=folder, check=True, stdout=subprocess.DEVNULL)
        yield f"postgresql+pg8000://{USER}:{urllib.request.quote(PASSWORD, safe='')}@127.0.0.1:{port}"
    finally:
        subprocess.run([*control, "-m", "immediate", "stop"], cwd=folder, check=False, capture_output=True)
        shutil.rmtree(folder, ignore_errors=True)


def make_database(server: str, name: str) -> str:
    """A new database of a PostgreSQL server; returns its URI."""
    import sqlalchemy

    engine = sqlalchemy.create_engine(f"{server}/postgres", isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(sqlalchemy.text(f'CREATE DATABASE "{name}"'))
    engine.dispose()
    return f"{server}/{name}"


@contextmanager
def object_store(folder: Path) -> Iterator[dict[str, str]]:
    """An S3 server with one bucket; yields the variables by which MLflow finds it."""
    folder.mkdir(parents=True, exist_ok=True)
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    with (folder / "log").open("w") as log:
        process = subprocess.Popen([sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)],
                                   stdout=log, stderr=log, env=project_environment(), cwd=folder)  # fmt: skip
    try:
        _make_bucket(url)
        yield {"MLFLOW_S3_ENDPOINT_URL": url, **KEYS}
    finally:
        process.terminate()
        process.wait(timeout=60)


def _make_bucket(url: str) -> None:
    deadline = time.monotonic() + 60
    while True:
        try:
            request = urllib.request.Request(f"{url}/{BUCKET}", method="PUT")
            urllib.request.urlopen(request, timeout=60).close()
        except OSError:
            assert time.monotonic() < deadline, "the S3 server did not start"
            time.sleep(0.2)
        else:
            return


@contextmanager
def team_server(folder: Path, database_server: str, store: dict[str, str], name: str, port: int = 0) -> Iterator[str]:
    """An MLflow server with the settings of serve/deploy/team.yaml; yields its URL without an account."""
    folder.mkdir(parents=True, exist_ok=True)
    database = make_database(database_server, name)
    accounts = re.sub(r"postgresql\+pg8000://.+", lambda _: database.replace("%", "%%"), auth_config())
    (folder / "auth.ini").write_text(accounts)
    port = port or free_port()
    secrets = {"MLFLOW_AUTH_ADMIN_PASSWORD": ADMIN_PASSWORD, "MLFLOW_FLASK_SERVER_SECRET_KEY": "of this test"}
    words = ["--app-name", "basic-auth", "--allowed-hosts", f"127.0.0.1:{port}"]
    with mlflow_server(folder, *words, port=port, database=database, artifacts=f"s3://{BUCKET}/{name}",
                       MLFLOW_AUTH_CONFIG_PATH=str(folder / "auth.ini"), **store, **secrets) as url:  # fmt: skip
        yield url


def auth_config() -> str:
    """How the deployed server keeps its accounts."""
    text: str = yaml.safe_load(TEAM.read_text())["services"]["tracking"]["environment"]["ACCOUNTS"]
    return text


def make_account(url: str, name: str, password: str) -> None:
    """A user with the permissions that everybody has, made by the admin as docs/tracking.md says."""
    body = json.dumps({"username": name, "password": password}).encode()
    request = urllib.request.Request(f"{url}/api/2.0/mlflow/users/create", body, {"Content-Type": "application/json"})
    admin = base64.b64encode(f"{ADMIN}:{ADMIN_PASSWORD}".encode()).decode()
    request.add_header("Authorization", f"Basic {admin}")
    urllib.request.urlopen(request, timeout=30).close()
