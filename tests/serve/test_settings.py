from pathlib import Path

import pytest

from serve.settings import load_settings
from tinysight.errors import ConfigError


@pytest.fixture(autouse=True)
def empty_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("MODEL", "CACHE_DIR", "WORKERS", "POLL_SECONDS", "MAX_BYTES", "HOST", "PORT", "RELEASE"):
        monkeypatch.delenv(f"TINYSIGHT_{name}", raising=False)
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)


def test_each_setting_has_its_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TINYSIGHT_MODEL", "models:/a@production")
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://registry:5000")
    monkeypatch.setenv("TINYSIGHT_CACHE_DIR", "/var/cache/tinysight")
    monkeypatch.setenv("TINYSIGHT_WORKERS", "3")
    monkeypatch.setenv("TINYSIGHT_POLL_SECONDS", "2.5")
    monkeypatch.setenv("TINYSIGHT_MAX_BYTES", "5000")
    monkeypatch.setenv("TINYSIGHT_HOST", "0.0.0.0")
    monkeypatch.setenv("TINYSIGHT_PORT", "9000")
    settings = load_settings()
    assert (settings.model, settings.tracking_uri) == ("models:/a@production", "http://registry:5000")
    assert settings.cache == Path("/var/cache/tinysight")
    assert (settings.workers, settings.max_bytes, settings.host, settings.port) == (3, 5000, "0.0.0.0", 9000)
    assert settings.poll_seconds == 2.5


def test_without_any_variable_it_is_safe(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody else's machine can reach it, and ten megabytes are enough for a photo."""
    settings = load_settings()
    assert (settings.host, settings.port, settings.max_bytes) == ("127.0.0.1", 8000, 10_000_000)
    assert settings.cache == Path.home() / ".cache" / "tinysight"
    assert 1 <= settings.workers <= 2


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("TINYSIGHT_PORT", "http"),
        ("TINYSIGHT_PORT", "70000"),
        ("TINYSIGHT_WORKERS", "0"),
        ("TINYSIGHT_POLL_SECONDS", "0.5"),
        ("TINYSIGHT_MAX_BYTES", "-1"),
        ("TINYSIGHT_MAX_BYTES", "10MB"),
    ],
)
def test_a_wrong_value_is_told_with_its_variable(monkeypatch: pytest.MonkeyPatch, variable: str, value: str) -> None:
    monkeypatch.setenv(variable, value)
    with pytest.raises(ConfigError, match=f"^{variable}: .*Received: '{value}'") as caught:
        load_settings()
    assert "\n" not in str(caught.value)
