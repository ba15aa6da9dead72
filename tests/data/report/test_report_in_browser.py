"""The data report in a real Chromium: it prints no error, asks for nothing, and works by keyboard and on a phone."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from browser import Browser, browser
from data_reports import page_of, report_of
from evidences import evidence
from tiny_datasets import balanced, sample

from tinysight.data.imageset import Sample
from tinysight.data.suspects import Suspect

pytestmark = pytest.mark.slow

NAME = "<script>console.log('ran')</script><img src=x onerror=\"console.log('ran')\">"


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """One browser for all tests of this file."""
    with browser() as started:
        yield started


@pytest.fixture
def address(tmp_path: Path) -> str:
    """A report with sets, single pictures, broken files and a class with a hostile name."""
    strange = [Sample(f"{NAME}/{n}.png", f"{n:064d}", NAME, 3) for n in range(6)]
    copies = [sample(f"copy{n}", digest=sample(str(n)).digest) for n in range(4)]
    known = evidence(
        [*balanced(12), *copies, *strange],
        suspects=[Suspect(row, "cat", NAME, 0.9) for row in range(5)],
        broken=["cat/broken.png", NAME],
    )
    page_of(tmp_path, known, report_of(known, name=NAME))
    return (tmp_path / "index.html").as_uri()


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("width", [360, 1200])
def test_it_prints_nothing_asks_for_nothing_and_fits(chromium: Browser, address: str, width: int, dark: bool) -> None:
    chromium.open(address, width=width, dark=dark)
    assert chromium.evaluate("document.images.length") > 30
    assert chromium.evaluate("[...document.images].every((one) => one.complete && one.naturalWidth)")
    assert chromium.evaluate("document.documentElement.scrollWidth") == width
    background = chromium.evaluate("getComputedStyle(document.body).backgroundColor")
    assert background == ("rgb(19, 21, 23)" if dark else "rgb(250, 249, 246)")
    assert chromium.messages == []
    assert {request for request in chromium.requests if not request.startswith("data:")} == {address}


def test_a_closer_look_opens_and_goes_on_by_keyboard(chromium: Browser, address: str) -> None:
    chromium.open(address)
    names = "document.querySelector('#look .name')?.textContent"
    chromium.evaluate("document.querySelector('#found-label_errors .frame').focus()")
    chromium.press("Enter")
    assert chromium.evaluate("document.getElementById('look').open")
    first = chromium.evaluate(names)
    chromium.press("ArrowRight")
    second = chromium.evaluate(names)
    chromium.press("ArrowLeft")
    assert (first, second, chromium.evaluate(names)) == ("cat/0.png", "cat/1.png", "cat/0.png")
    chromium.press("Escape")
    assert not chromium.evaluate("document.getElementById('look').open")
    assert chromium.messages == []


def test_every_gallery_is_one_stop_of_the_tab_key(chromium: Browser, address: str) -> None:
    chromium.open(address)
    stops = chromium.evaluate("document.querySelectorAll('.frame[tabindex]').length")
    assert stops == chromium.evaluate("document.querySelectorAll('.gallery, .sets').length")
    chromium.press("Tab")
    assert chromium.evaluate("document.activeElement.className") == "skip"


def test_a_link_to_a_folded_finding_unfolds_it(chromium: Browser, address: str) -> None:
    chromium.open(address)
    folded = "document.getElementById('found-same_bytes').open"
    assert not chromium.evaluate(folded)
    chromium.evaluate("(location.hash = 'found-same_bytes', new Promise((done) => setTimeout(done, 50)))")
    assert chromium.evaluate(folded)


def test_without_its_script_everything_is_there_to_read(chromium: Browser, address: str) -> None:
    chromium.call("Emulation.setScriptExecutionDisabled", value=True)
    try:
        chromium.open(address)
        assert chromium.evaluate("document.querySelectorAll('.finding').length") > 2
        assert chromium.evaluate("document.querySelector('button.copy').hidden")
    finally:
        chromium.call("Emulation.setScriptExecutionDisabled", value=False)


def test_the_whole_page_can_be_taken_as_a_picture(chromium: Browser, address: str, tmp_path: Path) -> None:
    from PIL import Image

    chromium.open(address, width=800)
    chromium.screenshot(tmp_path / "page.png")
    with Image.open(tmp_path / "page.png") as picture:
        assert picture.width == 800
        assert picture.height > 1500
        assert len(picture.convert("RGB").getcolors(1_000_000) or []) > 200
