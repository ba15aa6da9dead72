"""A registry that misbehaves while one version is fetched."""

import json
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from registries import PROXY, Answer, Registry, registry_of
from serving import PHOTOS, make_bundle, running

from serve import registry_http
from serve.model_store import ModelStore
from serve.settings import load_settings
from tinysight.bundle import MANIFEST, MODEL
from tinysight.client import Client
from tinysight.errors import BundleError, ConfigError, TrackingError


@pytest.fixture
def registry(tmp_path: Path) -> Iterator[Registry]:
    with registry_of(make_bundle(tmp_path / "registered")) as registry:
        yield registry


def store(registry: Registry, tmp_path: Path) -> ModelStore:
    spec = "models:/colours@production"
    return ModelStore(load_settings(model=spec, tracking_uri=registry.url, cache_dir=tmp_path / "cache"))


def test_a_version_is_fetched_whole_and_served_under_its_number(registry: Registry, tmp_path: Path) -> None:
    registry.version = "41"
    models = store(registry, tmp_path)
    served = models.load()
    assert (served.release.name, served.release.version, models.state.trouble) == ("colours", "41", None)
    assert served.predictor.predict(PHOTOS[0].read_bytes()).best_class in served.predictor.contract.class_names


def test_a_registry_that_is_down_at_start_leaves_the_last_good_version(registry: Registry, tmp_path: Path) -> None:
    """The answer to /readyz says that it may be an older one, and why."""
    store(registry, tmp_path).load()
    registry.answers["alias"] = lambda: (503, b"")
    own = {"MLFLOW_TRACKING_URI": registry.url, "TINYSIGHT_CACHE_DIR": str(tmp_path / "cache")}
    with running("models:/colours@production", tmp_path, TINYSIGHT_WORKERS="2", **own) as service:
        ready = json.loads(service.ask("GET", "/readyz")[2])
        assert ready["model_version"] == "1"
        assert "503" in ready["trouble"]
        assert Client(service.url).predict(PHOTOS[0]).model_version == "1"


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ((500, b"<html>"), "status 500"),
        ((404, b'{"error_code": "RESOURCE_DOES_NOT_EXIST", "message": "no alias"}'), "no alias"),
        ((200, b"<html>proxy login</html>"), "no MLflow server"),
        ((200, b"[]"), "no MLflow server"),
        ((200, b"{}"), "no MLflow server"),
        ((200, b'{"model_version": []}'), "no MLflow server"),
    ],
)
def test_an_answer_that_is_no_version_is_an_error_in_words(
    registry: Registry, tmp_path: Path, answer: Answer, words: str
) -> None:
    registry.answers["alias"] = lambda: answer
    with pytest.raises(TrackingError, match=words):
        store(registry, tmp_path).load()


def test_a_registry_that_hangs_is_given_up(registry: Registry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def hang() -> Answer:
        time.sleep(1)
        return 200, b"{}"

    monkeypatch.setattr(registry_http, "TIMEOUT", 0.2)
    registry.answers["alias"] = hang
    with pytest.raises(TrackingError, match="timed out"):
        store(registry, tmp_path).load()


def test_a_flood_of_bytes_does_not_fill_the_disk(
    registry: Registry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(registry_http, "MAX_FILE", 100_000)
    registry.answers[MODEL] = lambda: (200, bytes(10_000_000))
    with pytest.raises(TrackingError, match="100,000"):
        store(registry, tmp_path).load()
    assert not list((tmp_path / "cache").rglob(MODEL))


@pytest.mark.parametrize("name", ["../../../escaped", "/tmp/escaped-of-tinysight"])
def test_a_manifest_cannot_write_outside_the_cache(registry: Registry, tmp_path: Path, name: str) -> None:
    manifest = json.loads((registry.bundle / MANIFEST).read_text())
    manifest["sha256"][name] = "0" * 64
    registry.answers[MANIFEST] = lambda: (200, json.dumps(manifest).encode())
    with pytest.raises(BundleError, match="outside its folder"):
        store(registry, tmp_path).load()
    assert not any("escaped" in path for path in registry.asked)


@pytest.mark.parametrize("version", ["../../up", "", "1/2", "x"])
def test_a_version_that_is_no_number_is_no_folder(registry: Registry, tmp_path: Path, version: str) -> None:
    registry.version = version
    with pytest.raises(TrackingError, match="no MLflow server"):
        store(registry, tmp_path).load()


@pytest.mark.parametrize("uri", ["s3://bucket/bundle", "/srv/mlruns/1", "file:///srv/mlruns/1"])
def test_files_that_do_not_come_through_the_server_are_refused_with_the_fix(
    registry: Registry, tmp_path: Path, uri: str
) -> None:
    registry.uri = uri
    with pytest.raises(TrackingError, match="--serve-artifacts"):
        store(registry, tmp_path).load()


def test_an_address_of_the_proxy_in_full_is_understood(registry: Registry, tmp_path: Path) -> None:
    registry.uri = f"{registry.url}{PROXY}1/bundle/"
    assert store(registry, tmp_path).load().release.version == "1"


def test_a_failed_download_leaves_nothing_half_written(registry: Registry, tmp_path: Path) -> None:
    registry.answers["golden/red.png"] = lambda: (500, b"")
    with pytest.raises(TrackingError):
        store(registry, tmp_path).load()
    assert [path for path in (tmp_path / "cache").rglob("*") if path.is_file()] == []


def test_credentials_of_mlflows_own_variables_are_sent(
    registry: Registry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_TOKEN", "letmein")
    store(registry, tmp_path).load()
    assert registry.headers["Authorization"] == "Bearer letmein"
    monkeypatch.setenv("MLFLOW_TRACKING_USERNAME", "me")
    monkeypatch.setenv("MLFLOW_TRACKING_PASSWORD", "secret")
    store(registry, tmp_path).load()
    assert registry.headers["Authorization"] == "Basic bWU6c2VjcmV0"


def test_a_cache_that_cannot_be_written_is_told_with_its_setting(registry: Registry, tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("a file where the folder should be")
    with pytest.raises(ConfigError, match="TINYSIGHT_CACHE_DIR"):
        store(registry, tmp_path).load()
