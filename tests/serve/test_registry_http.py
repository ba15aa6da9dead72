"""The production version over REST, from a real `mlflow server`."""

import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from projects import free_port, project_environment
from registries import SPEC, all_serve
from serving import PHOTOS, eventually, make_bundle, running, start_fails
from steady_load import SteadyLoad

from serve.model_store import ModelStore
from serve.settings import Settings, load_settings
from tinysight.bundle import MODEL, sha256_of
from tinysight.client import Client
from tinysight.errors import TinysightError


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A real MLflow server on SQLite that passes artifacts through."""
    folder, port = tmp_path_factory.mktemp("mlflow"), free_port()
    words = [sys.executable, "-m", "mlflow", "server", "--host", "127.0.0.1", "--port", str(port), "--workers", "1"]
    words += ["--backend-store-uri", f"sqlite:///{folder}/mlflow.db", "--artifacts-destination", str(folder / "files")]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [*words, "--serve-artifacts"],
            cwd=folder, env=project_environment(), stdout=log, stderr=log, start_new_session=True,
        )  # fmt: skip
    try:
        _wait(f"http://127.0.0.1:{port}/health", folder / "log")
        yield f"http://127.0.0.1:{port}"
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(60)  # it stops its own workers first


def _wait(url: str, log: Path) -> None:
    for _ in range(600):
        try:
            urllib.request.urlopen(url, timeout=5).close()
            return
        except OSError:
            time.sleep(0.1)
    pytest.fail(log.read_text()[-3000:])


def publish(server: str, bundle: Path, sha256: str = "") -> str:
    """Registers a bundle as `colours`, with its digest as tag, and moves the alias; the version's number."""
    from mlflow import MlflowClient
    from mlflow.exceptions import MlflowException

    client = MlflowClient(tracking_uri=server, registry_uri=server)
    run = client.create_run("0")
    client.log_artifacts(run.info.run_id, str(bundle), "bundle")
    try:
        client.create_registered_model("colours")
    except MlflowException:
        assert client.get_registered_model("colours")
    tags = {"tinysight.sha256": sha256 or sha256_of(bundle / MODEL)}
    version = client.create_model_version("colours", f"{run.info.artifact_uri}/bundle", run.info.run_id, tags).version
    client.set_registered_model_alias("colours", "production", str(version))
    return str(version)


def settings(server: str, cache: Path) -> Settings:
    return load_settings(model=SPEC, tracking_uri=server, cache_dir=cache)


@pytest.mark.slow
def test_the_running_service_follows_the_alias(server: str, tmp_path: Path) -> None:
    """It answers as the registered bundle does, under the registry's number, and needs no MLflow for it."""
    from mlflow import MlflowClient

    bundles = {}
    for seed in (1, 2):
        bundle = make_bundle(tmp_path / f"bundle{seed}", seed=seed)
        bundles[publish(server, bundle)] = bundle
    older, newer = bundles
    own = {"MLFLOW_TRACKING_URI": server, "TINYSIGHT_CACHE_DIR": str(tmp_path / "cache")}
    own |= {"TINYSIGHT_WORKERS": "2", "TINYSIGHT_POLL_SECONDS": "1"}
    photo = PHOTOS[0].read_bytes()
    with running(SPEC, tmp_path, **own) as service, SteadyLoad(service.url, photo, bundles) as load:
        assert all_serve(service, newer)
        for version in (older, newer, older):  # a rollback is the same move
            MlflowClient(server, server).set_registered_model_alias("colours", "production", version)
            assert eventually(lambda version=version: all_serve(service, version) and load.answered(version))  # type: ignore[misc]
        assert json.loads(service.ask("GET", "/readyz")[2])["trouble"] is None
    assert load.wrong == []
    assert {number for _, number in load.seen} == {older, newer}
    with running(SPEC, tmp_path, **own) as service:
        assert Client(service.url).model().version == older


@pytest.mark.slow
def test_a_version_that_is_here_already_is_not_downloaded_again(server: str, tmp_path: Path) -> None:
    publish(server, make_bundle(tmp_path / "bundle", seed=3))
    first = ModelStore(settings(server, tmp_path / "cache")).load().release
    before = (first.folder / MODEL).stat().st_ino
    again = ModelStore(settings(server, tmp_path / "cache")).load().release
    assert (again, (again.folder / MODEL).stat().st_ino) == (first, before)


@pytest.mark.slow
def test_a_cached_version_that_was_changed_is_downloaded_again(server: str, tmp_path: Path) -> None:
    publish(server, make_bundle(tmp_path / "bundle", seed=4))
    release = ModelStore(settings(server, tmp_path / "cache")).load().release
    (release.folder / MODEL).write_bytes(b"damaged")
    assert ModelStore(settings(server, tmp_path / "cache")).load().release == release


@pytest.mark.slow
@pytest.mark.parametrize("fault", ["other bytes than its tag", "a changed file", "a wrong promise"])
def test_a_bad_version_is_not_served_and_the_last_good_one_is(server: str, tmp_path: Path, fault: str) -> None:
    good = publish(server, make_bundle(tmp_path / "good", seed=5))
    ModelStore(settings(server, tmp_path / "cache")).load()
    bad, sha256 = make_bundle(tmp_path / "bad", seed=6), ""
    if fault == "other bytes than its tag":
        sha256 = "0" * 64
    elif fault == "a changed file":
        (bad / "golden" / "red.png").write_bytes(b"changed")
    else:
        _promise_wrongly(bad)
    publish(server, bad, sha256)
    store = ModelStore(settings(server, tmp_path / "cache"))
    assert store.load().release.version == good
    assert store.state.trouble
    with pytest.raises(TinysightError):
        ModelStore(settings(server, tmp_path / "empty")).load()
    assert not list((tmp_path / "cache").rglob("*.part"))


def _promise_wrongly(bundle: Path) -> None:
    golden = json.loads((bundle / "golden.json").read_text())
    golden["red.png"] = {"red": 0.1, "green": 0.8, "blue": 0.1}
    (bundle / "golden.json").write_text(json.dumps(golden))
    manifest = json.loads((bundle / "bundle.json").read_text())
    manifest["sha256"]["golden.json"] = sha256_of(bundle / "golden.json")
    (bundle / "bundle.json").write_text(json.dumps(manifest))


@pytest.mark.slow
def test_an_alias_that_nobody_has_set_is_told_in_the_registrys_words(server: str, tmp_path: Path) -> None:
    own = {"MLFLOW_TRACKING_URI": server, "TINYSIGHT_CACHE_DIR": str(tmp_path)}
    code, text = start_fails(tmp_path, TINYSIGHT_MODEL="models:/nobody@production", **own)
    assert code == 1
    assert "nobody" in text
    assert len(text.splitlines()) == 1
