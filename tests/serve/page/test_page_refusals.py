"""The page in trouble: a busy, failing, locked or absent service is told in words, and asked again where that helps."""

import itertools
from pathlib import Path
from typing import Any

import pytest
from browser import Browser
from page_tab import BEST, PHOTO, RED, Tab
from serving import running
from stubbed_service import Stubbed

pytestmark = pytest.mark.slow


def test_a_busy_service_is_asked_again_when_it_says(tab: Tab, service: Stubbed) -> None:
    service.prepare("/predict", 503, {"detail": "full"}, times=2, Retry_After="1")
    already = len(service.heard("/predict"))
    tab.give("drop", RED)
    tab.until("document.querySelector('.about')?.innerText.startsWith('The service is busy')")
    assert tab.card()["heading"] == BEST
    times = [request["at"] for request in service.heard("/predict")[already:]]
    assert len(times) == 2
    assert all(after - before >= 1 for before, after in itertools.pairwise(times))


def test_a_fault_of_the_service_is_told_and_can_be_tried_again(tab: Tab, service: Stubbed) -> None:
    problem = {"title": "The service failed", "detail": "The service's log has it. Try again later."}
    service.prepare("/predict", 500, problem)
    tab.give("drop", RED)
    card = tab.card()
    assert (card["state"], card["heading"]) == ("failed", "The service failed")
    assert problem["detail"] in card["text"]
    tab.click(".body button")
    tab.until("document.querySelector('.card').dataset.state === 'known'")


def test_all_that_failed_can_be_tried_again_together(tab: Tab, service: Stubbed) -> None:
    service.prepare("/predict", 502, "<h1>Bad gateway</h1>", times=3, Content_Type="text/html")
    tab.give("drop", RED, RED, RED)
    assert {card["heading"] for card in tab.cards(3)} == {"The service cannot be used"}
    assert "status 502" in tab.cards(3)[0]["text"]
    tab.click("#again")
    tab.until("document.querySelectorAll('.card[data-state=known]').length === 3")


def test_a_service_that_is_gone_is_told(chromium: Browser, bundle: Path, tmp_path: Path) -> None:
    with running(bundle, tmp_path) as service:
        tab = Tab(chromium, service.url)
        tab.open()
        service.process.terminate()
        service.process.wait(20)
    tab.give("drop", RED)
    card = tab.card()
    assert (card["state"], card["heading"]) == ("failed", "The service does not answer")
    assert "Try again" in card["text"]


def test_a_picture_that_is_too_large_is_told(chromium: Browser, bundle: Path, tmp_path: Path) -> None:
    """Also where the service hangs up before the browser has sent it all."""
    with running(bundle, tmp_path, TINYSIGHT_MAX_BYTES="100000") as service:
        tab = Tab(chromium, service.url)
        tab.open()
        tab.give("drop", PHOTO)
        tab.give("drop", ("huge.png", bytes(6_000_000), "image/png"))
        huge, photo = tab.cards(2)
    assert "At most 100,000 bytes are read" in photo["text"]
    assert huge["heading"] in ("The request is too large", "The picture could not be sent")


def test_a_service_without_a_model_is_told_and_asked_again(chromium: Browser, service: Stubbed) -> None:
    service.prepare("/model", 503, {"title": "No model is loaded", "detail": "GET /readyz tells when there is one."})
    tab = Tab(chromium, service.url)
    tab.open()
    assert tab.text("#notice").startswith("No model is loaded\n\nGET /readyz tells")
    tab.click("#notice button")
    tab.until("document.querySelector('#notice').hidden && !document.querySelector('#model').hidden")


def test_a_service_with_keys_asks_for_one(chromium: Browser, service: Stubbed) -> None:
    locked: dict[str, Any] = {"title": "A key is missing", "detail": "Send your key."}
    service.prepare("/model", 401, locked)
    tab = Tab(chromium, service.url)
    tab.open()
    assert tab.browser.evaluate("!document.querySelector('#locked').hidden")
    service.prepare("/predict", 401, locked)
    tab.give("drop", RED)
    assert tab.card()["heading"] == "A key is missing"
    answer = {"class": "washer", "unknown": False, "best_class": "washer", "confidence": 1, "model_version": "12"}
    service.prepare("/predict", 200, answer | {"probabilities": {"washer": 1}, "prediction_id": "1"})
    tab.browser.evaluate("document.querySelector('#key').value = 'secret'")
    tab.click("#locked button")
    tab.until("document.querySelector('.card').dataset.state === 'known'")
    assert service.heard("/predict")[-1]["headers"]["authorization"] == "Bearer secret"
    assert tab.browser.evaluate("document.querySelector('#locked').hidden")


def test_a_connection_that_was_cut_is_not_mistaken_for_a_service_that_is_gone(tab: Tab) -> None:
    thrown = "if (path.startsWith('predict')) throw new TypeError('cut');"
    cut = f"async (path, ...more) => {{ {thrown} return real(path, ...more); }}"
    tab.browser.evaluate(f"(() => {{ const real = window.fetch; window.fetch = {cut}; }})()")
    tab.give("drop", ("huge.png", bytes(2_500_000), "image/png"))
    card = tab.card()
    assert card["heading"] == "The picture could not be sent"
    assert "It has 2.5 MB" in card["text"]
