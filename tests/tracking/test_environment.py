"""What software is written down with a version."""

import platform
from importlib import metadata

import pytest

from tinysight.tracking.environment import environment


def test_it_names_python_the_project_and_what_it_asks_for() -> None:
    found = environment()
    assert found["python"] == platform.python_version()
    assert found["tinysight"] == metadata.version("tinysight")
    assert found["onnxruntime"] == metadata.version("onnxruntime")


def test_a_project_that_is_not_installed_registers_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    """As while somebody else runs `make install` in the same checkout."""

    def missing(name: str) -> str:
        raise metadata.PackageNotFoundError(name)

    monkeypatch.setattr(metadata, "version", missing)
    monkeypatch.setattr(metadata, "requires", missing)
    assert set(environment()) == {"python", "machine"}
