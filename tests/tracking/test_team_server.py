"""A team's server, with accounts, PostgreSQL and an S3 store: the same roads, and who may go them."""

import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import boto3
import pytest
from results import BAD, give_store, make_results
from team_server import BUCKET, KEYS, make_account, object_store, postgres, team_server

from serve.registry_http import download, look
from tinysight.bundle import check_golden, open_bundle
from tinysight.errors import TrackingError
from tinysight.params import Params
from tinysight.paths import Paths
from tinysight.predictor import Predictor
from tinysight.tracking.registry import list_versions, promote
from tinysight.tracking.release import release
from tinysight.tracking.runs import publish

pytestmark = pytest.mark.slow
TRAINER, SERVICE = ("trainer", "trains-every-night"), ("service", "only-reads-models")


@pytest.fixture(scope="module")
def team(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str]]:
    """The server's URL and its S3 store's, with an account for pipelines and one for services."""
    folder = tmp_path_factory.mktemp("team")
    with (
        postgres() as database,
        object_store(folder / "s3") as store,
        team_server(folder / "mlflow", database, store, "team") as url,
    ):
        for account in (TRAINER, SERVICE):
            make_account(url, *account)
        yield url, store["MLFLOW_S3_ENDPOINT_URL"]


@pytest.fixture
def trainer(team: tuple[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Params, Paths]:
    """A project of the pipeline's account, with results of its own."""
    params, paths = make_results(tmp_path / "project")
    monkeypatch.chdir(paths.root)
    monkeypatch.setenv("MLFLOW_TRACKING_URI", team[0])
    be(monkeypatch, TRAINER)
    return params, paths


def be(monkeypatch: pytest.MonkeyPatch, account: tuple[str, str]) -> None:
    for name, value in zip(("USERNAME", "PASSWORD"), account, strict=True):
        monkeypatch.setenv(f"MLFLOW_TRACKING_{name}", value)


def test_a_release_is_the_one_of_the_default_store_and_lies_in_the_bucket(
    trainer: tuple[Params, Paths], team: tuple[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    params, paths = trainer
    make_results(paths.root, noise=BAD)
    assert release(params, paths).outcome == "promoted"
    better = release(*make_results(paths.root))
    assert (better.outcome, better.version) == ("promoted", "2")
    there = [(version.version, version.aliases, version.sha256) for version in list_versions(paths)]
    store = boto3.client("s3", endpoint_url=team[1], aws_access_key_id=KEYS["AWS_ACCESS_KEY_ID"],
                         aws_secret_access_key=KEYS["AWS_SECRET_ACCESS_KEY"], region_name="us-east-1")  # fmt: skip
    kept = [entry["Key"] for entry in store.list_objects_v2(Bucket=BUCKET)["Contents"]]
    assert sum(name.endswith("bundle.json") for name in kept) == 2
    for name in ("URI", "USERNAME", "PASSWORD"):
        monkeypatch.delenv(f"MLFLOW_TRACKING_{name}")
    give_store(paths)
    release(*make_results(paths.root, noise=BAD))
    assert release(*make_results(paths.root)) == better
    assert [(version.version, version.aliases, version.sha256) for version in list_versions(paths)] == there


def test_a_service_reads_the_release_and_cannot_move_it(
    trainer: tuple[Params, Paths], team: tuple[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, paths = trainer
    for results in ({"noise": BAD}, {}):
        release(*make_results(paths.root, **results))
    be(monkeypatch, SERVICE)
    wanted = look(team[0], "colours", "production")
    download(team[0], "colours", wanted, tmp_path / "served")
    bundle = open_bundle(tmp_path / "served")
    check_golden(bundle, Predictor(bundle.model))
    with pytest.raises(TrackingError, match="ermission") as caught:
        promote(paths, "1" if wanted.version == "2" else "2", why="mine now", force=True)
    assert "\n" not in str(caught.value)
    assert look(team[0], "colours", "production").version == wanted.version


def test_whoever_has_no_account_is_told_so_in_one_line(
    trainer: tuple[Params, Paths], monkeypatch: pytest.MonkeyPatch
) -> None:
    be(monkeypatch, ("trainer", "guessed"))
    with pytest.raises(TrackingError, match="results are on disk") as caught:
        publish(*trainer)
    assert "MLFLOW_TRACKING_USERNAME" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_an_account_may_stand_in_the_address_and_is_not_shown(
    trainer: tuple[Params, Paths], team: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("USERNAME", "PASSWORD"):
        monkeypatch.delenv(f"MLFLOW_TRACKING_{name}")
    monkeypatch.setenv("MLFLOW_TRACKING_URI", team[0].replace("//", "//{}:{}@".format(*TRAINER)))
    assert list_versions(trainer[1]) is not None
    monkeypatch.setenv("MLFLOW_TRACKING_URI", team[0].replace("//", "//trainer:guessed@"))
    with pytest.raises(TrackingError) as caught:
        list_versions(trainer[1])
    assert "guessed" not in str(caught.value)


def test_another_host_name_is_refused(team: tuple[str, str]) -> None:
    """As a page elsewhere would use it that gives its own name the address of this server."""
    request = urllib.request.Request(team[0], headers={"Host": "evil.example"})
    with pytest.raises(urllib.error.HTTPError, match="403"):
        urllib.request.urlopen(request, timeout=10)
