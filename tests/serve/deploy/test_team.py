"""The compose file of a whole team: what is reachable, what is secret, and whether each command exists."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from deployed import VARIABLES
from projects import ROOT, project_environment
from team_server import BUCKET, object_store, postgres_programs

FOLDER = ROOT / "serve" / "deploy"
TEXT = (FOLDER / "team.yaml").read_text()
CONTENT = yaml.safe_load(TEXT)
SERVICES = CONTENT["services"]
EXAMPLE = (FOLDER / "team.env.example").read_text()
DOCKERFILE = (FOLDER / "tracking.Dockerfile").read_text()


def test_only_the_service_and_mlflow_are_published_and_only_on_this_machine() -> None:
    assert {name for name, service in SERVICES.items() if "ports" in service} == {"tracking"}
    assert SERVICES["tracking"]["ports"] == ["127.0.0.1:5000:5000"]
    assert SERVICES["tinysight"]["extends"] == {"file": "compose.yaml", "service": "tinysight"}


def test_database_and_objects_are_on_a_network_without_a_way_out() -> None:
    assert CONTENT["networks"]["inner"] == {"internal": True}
    assert all(SERVICES[name]["networks"] == ["inner"] for name in ("database", "objects", "bucket"))
    assert SERVICES["tinysight"]["networks"] == ["outer"], "the service has no business with the database"


def test_mlflow_asks_for_accounts_and_knows_its_names() -> None:
    words = SERVICES["tracking"]["command"]
    assert "--app-name=basic-auth" in words
    (hosts,) = (word for word in words if word.startswith("--allowed-hosts="))
    assert "*" not in hosts
    address = SERVICES["tinysight"]["environment"]["MLFLOW_TRACKING_URI"].removeprefix("http://")
    assert address in hosts
    assert not any("disable-security" in word for word in words)
    assert "default_permission = READ" in SERVICES["tracking"]["environment"]["ACCOUNTS"]


def test_no_file_is_put_into_a_container_that_is_read_only() -> None:
    """Docker Compose refuses: "cannot create config … in read-only service: `file` is the sole supported option"."""
    assert "configs" not in CONTENT
    assert not any(
        service.get("read_only") and {"configs", "secrets"} & service.keys() for service in SERVICES.values()
    )


def test_mlflow_begins_with_the_file_of_its_accounts_and_keeps_its_own_words(tmp_path: Path) -> None:
    tracking, place = SERVICES["tracking"], tmp_path / "accounts.ini"
    assert Path(tracking["environment"]["MLFLOW_AUTH_CONFIG_PATH"]).parent == Path(tracking["tmpfs"][0])
    words = [word.replace("$$", "$") for word in tracking["entrypoint"]]
    accounts = {"ACCOUNTS": tracking["environment"]["ACCOUNTS"], "MLFLOW_AUTH_CONFIG_PATH": str(place)}
    done = subprocess.run([*words, "echo", "a b", "c"], env=project_environment(**accounts), capture_output=True,
                          text=True, check=True)  # fmt: skip
    assert done.stdout == "a b c\n"
    assert place.read_text() == tracking["environment"]["ACCOUNTS"]
    assert place.stat().st_mode & 0o777 == 0o600


def test_every_secret_comes_from_the_env_file_which_git_does_not_take() -> None:
    asked = set(re.findall(r"\$\{(\w+):\?", TEXT))
    assert asked == set(re.findall(r"^(\w+)=", EXAMPLE, re.MULTILINE))
    assert not re.findall(r"^\w*(?:PASSWORD|SECRET|KEY)\w*=.+", EXAMPLE, re.MULTILINE)
    done = subprocess.run(["git", "check-ignore", "-q", "serve/deploy/team.env"], cwd=ROOT, check=False)
    assert done.returncode == 0


def test_the_settings_of_the_service_exist() -> None:
    account = {"MLFLOW_TRACKING_USERNAME", "MLFLOW_TRACKING_PASSWORD"}
    assert set(SERVICES["tinysight"]["environment"]) <= VARIABLES | account


def test_each_option_of_mlflow_is_one_that_its_server_has() -> None:
    import mlflow.cli

    known = {name for option in mlflow.cli.server.params for name in option.opts}
    command, server, *options = SERVICES["tracking"]["command"]
    assert (command, server) == ("mlflow", "server")
    assert {option.partition("=")[0] for option in options} <= known


def test_the_image_is_made_of_files_that_are_here_and_runs_without_rights() -> None:
    assert "--require-hashes" in DOCKERFILE
    assert "USER 10002:10002" in DOCKERFILE
    copied = re.findall(r"^COPY (\S+) (\S+)$", DOCKERFILE, re.MULTILINE)
    assert all((ROOT / source).is_file() for source, _ in copied)
    assert SERVICES["bucket"]["command"] == ["python", "/make_bucket.py", "mlflow"]
    assert ("serve/deploy/make_bucket.py", "/make_bucket.py") in copied
    locked = (ROOT / "requirements" / "server.txt").read_text()
    assert all(f"\n{name}==" in f"\n{locked}" for name in ("mlflow", "pg8000", "boto3", "flask-wtf"))


@pytest.mark.slow
def test_the_schema_of_compose_files_allows_it() -> None:
    words = ["check_jsonschema", "--builtin-schema", "vendor.compose-spec"]
    files = [str(FOLDER / name) for name in ("team.yaml", "compose.yaml")]
    done = subprocess.run([sys.executable, "-m", *words, *files], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.slow
def test_the_bucket_is_made_once_and_found_the_second_time(tmp_path: Path) -> None:
    with object_store(tmp_path) as store:
        for name in ("mlflow", "mlflow", BUCKET):
            words = [sys.executable, str(FOLDER / "make_bucket.py"), name]
            subprocess.run(words, env=project_environment(**store), check=True)


@pytest.mark.slow
def test_the_health_check_of_the_database_is_a_command_that_exists() -> None:
    _, command, *options = SERVICES["database"]["healthcheck"]["test"]
    program = postgres_programs() / command
    assert subprocess.run([program, *options[:-2], "-t", "1"], check=False).returncode in (0, 2)  # 3: no such option
