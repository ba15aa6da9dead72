"""The page of a real service in a real Chromium, for the tests of this folder."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from browser import Browser, browser
from onnx_models import tiny_model
from page_tab import NAMES, RED, Tab
from stubbed_service import Stubbed, stubbed

from tinysight.bundle import write_bundle


@pytest.fixture(scope="package")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("page")
    model = tiny_model(folder / "model.onnx", NAMES, 16)
    return write_bundle(folder / "bundle", model, {"red.png": RED[1]}, name="parts", version="12").folder


@pytest.fixture(scope="package")
def service(bundle: Path) -> Iterator[Stubbed]:
    with stubbed(bundle) as service:
        yield service


@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    with browser() as started:
        yield started


@pytest.fixture
def tab(chromium: Browser, service: Stubbed) -> Tab:
    """The page, freshly opened."""
    tab = Tab(chromium, service.url)
    tab.open()
    return tab
