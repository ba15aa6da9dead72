"""The page with pictures that are answered: dropped, pasted, chosen, many, unknown, corrected."""

import io
import json
from pathlib import Path

import pytest
from browser import Browser
from page_tab import BEST, GREY, HOSTILE, NAMES, PHOTO, RED, Tab, tab_with_feedback
from PIL import Image
from stubbed_service import Stubbed

pytestmark = pytest.mark.slow


def test_a_dropped_picture_shows_its_class_its_bars_and_where_they_come_from(tab: Tab) -> None:
    tab.give("drop", PHOTO)
    card = tab.card()
    assert (card["state"], card["heading"], card["name"]) == ("known", card["bars"][0][0], PHOTO[0])
    assert card["about"].replace("\u00a0", " ") == f"{card['bars'][0][1]} sure"
    assert card["thumbnail"] == 640
    assert len(card["bars"]) == 5
    shares = [float(share.strip("under %")) for _, share in card["bars"]]
    assert shares == sorted(shares, reverse=True)
    assert "\u00a0ms · version 12" in card["text"]
    assert card["heading"] in tab.text("#said")


def test_it_loads_nothing_from_elsewhere_and_prints_nothing(tab: Tab) -> None:
    tab.give("drop", RED, PHOTO)
    tab.cards(2)
    assert tab.browser.messages == []
    assert all(request.startswith((f"{tab.url}/", f"blob:{tab.url}/")) for request in tab.browser.requests)


def test_it_says_which_model_it_shows(tab: Tab) -> None:
    assert tab.text(".kicker") == "tinysight · parts, version 12"
    assert tab.text("#knows").startswith("It knows 6 classes: hex bolt, washer, ")
    tab.click("summary")
    assert tab.browser.evaluate("fetch('model').then((a) => a.json()).then((a) => a.sha256)") in tab.text("#model")


def test_all_bars_are_one_press_away(tab: Tab) -> None:
    tab.give("drop", RED)
    tab.card()
    tab.click(".foot button")
    assert len(tab.card()["bars"]) == len(NAMES)
    assert tab.browser.evaluate("document.querySelector('.foot button').ariaExpanded") == "true"


def test_a_pasted_picture_is_classified(tab: Tab) -> None:
    tab.give("paste", ("image.png", RED[1], "image/png"))
    assert (tab.card()["heading"], tab.card()["name"]) == (BEST, "pasted picture")


@pytest.mark.parametrize("how", ["drop", "paste"])
def test_what_holds_no_picture_is_told(tab: Tab, how: str) -> None:
    tab.give(how)
    assert "paste" in tab.text("#notice .detail")
    tab.click("#notice button")
    assert tab.browser.evaluate("document.querySelector('#notice').hidden")


@pytest.mark.parametrize("selector", ["#file", "#camera"])
def test_chosen_and_photographed_pictures_are_classified(tab: Tab, tmp_path: Path, selector: str) -> None:
    (tmp_path / RED[0]).write_bytes(RED[1])
    tab.choose(selector, tmp_path / RED[0])
    assert (tab.card()["heading"], tab.card()["name"]) == (BEST, RED[0] if selector == "#file" else "photo")
    tab.choose(selector, tmp_path / RED[0])  # the same once more
    tab.cards(2)


def test_several_pictures_stand_in_their_order_and_only_a_few_are_sent_at_once(tab: Tab) -> None:
    tab.browser.evaluate("""(() => {
      const real = window.fetch; let open = 0; window.most = 0;
      window.fetch = async (...given) => {
        window.most = Math.max(window.most, ++open);
        try { return await real(...given); } finally { open--; }
      };
    })()""")
    tab.give("drop", *((f"{n}.png", RED[1], "image/png") for n in range(30)))
    assert [card["name"] for card in tab.cards(30)] == [f"{n}.png" for n in range(30)]
    assert tab.browser.evaluate("window.most") == 3
    assert (tab.text("#progress"), tab.text("#said")) == ("30 pictures", "30 pictures")
    tab.click("#clear")
    assert tab.browser.evaluate("document.querySelectorAll('.card').length") == 0
    assert tab.browser.evaluate("document.activeElement.id") == "choose"


def test_an_unknown_says_so_in_words(tab: Tab) -> None:
    tab.give("drop", GREY)
    card = tab.card()
    assert card["state"] == "unknown"
    assert card["heading"] == f"not sure: perhaps {card['bars'][0][0]}"
    assert "less than the 50\u00a0% that this model asks for" in card["about"]


def test_a_file_that_is_no_picture_is_refused_in_the_services_words(tab: Tab) -> None:
    tab.give("drop", ("notes.txt", b"some notes", "text/plain"), ("cut.jpg", PHOTO[1][:20_000], "image/jpeg"), RED)
    notes, cut, red = tab.cards(3)
    assert (notes["state"], notes["heading"]) == ("failed", "The file is not a picture")
    assert "Allowed are PNG, JPEG" in notes["text"]
    assert (cut["state"], cut["heading"]) == ("failed", "The picture is broken")
    assert red["state"] == "known"
    assert "Try again" not in notes["text"]
    assert tab.text("#progress") == "3 pictures, 2 without an answer"


def test_a_picture_that_the_browser_cannot_show_has_its_answer_all_the_same(tab: Tab) -> None:
    file = io.BytesIO()
    Image.new("RGB", (8, 8), (255, 0, 0)).save(file, "TIFF")
    tab.give("drop", ("scan.tif", file.getvalue(), "image/tiff"))
    assert tab.card()["heading"] == BEST
    tab.until("!document.querySelector('.frame .none').hidden")


def test_hostile_names_are_only_text(tab: Tab) -> None:
    tab.give("drop", (HOSTILE, GREY[1], "image/png"))
    tab.cards()
    tab.click(".foot button")
    card = tab.card()
    assert card["name"] == HOSTILE
    assert HOSTILE in [name for name, _ in card["bars"]]
    assert tab.browser.evaluate("document.querySelectorAll('[onerror]').length") == 0
    assert tab.browser.messages == []


def test_scores_are_shown_where_the_service_gives_them(chromium: Browser, service: Stubbed) -> None:
    test = {"accuracy": 0.9271, "interval": [0.919, 0.934], "macro_f1": 0.9}
    metrics = {"val": {"accuracy": 0.91}, "test": test, "cpu_ms": 1.25}
    service.prepare("/model", 200, service.get("/model") | {"metrics": metrics})
    tab = Tab(chromium, service.url)
    tab.open()
    text = tab.text("#model .tiles").replace("\u00a0", " ")
    for words in ("92.7 %", "91.9 % to 93.4 %", "right, test pictures", "90 %", "macro F1", "1.25", "cpu ms"):
        assert words in text
    assert text.index("test pictures") < text.index("val pictures")


def test_a_new_version_shows_as_soon_as_it_answers(tab: Tab, service: Stubbed) -> None:
    service.prepare("/model", 200, service.get("/model") | {"version": "13"})
    answer = {"class": "washer", "unknown": False, "best_class": "washer", "confidence": 1, "model_version": "13"}
    service.prepare("/predict", 200, answer | {"probabilities": {"washer": 1}, "prediction_id": "1"})
    tab.give("drop", RED)
    assert "version 13" in tab.card()["text"]
    tab.until("document.querySelector('.kicker').innerText.endsWith('version 13')")


def test_where_pictures_are_kept_the_page_says_so(chromium: Browser, service: Stubbed, tab: Tab) -> None:
    shown = "getComputedStyle(document.querySelector('#kept')).display !== 'none'"
    assert not tab.browser.evaluate(shown)
    assert tab_with_feedback(chromium, service, RED).browser.evaluate(shown)


@pytest.mark.parametrize(("option", "expected"), [("1", "washer"), ("5", HOSTILE), ("none", None)])
def test_a_wrong_answer_is_corrected(chromium: Browser, service: Stubbed, option: str, expected: str | None) -> None:
    tab = tab_with_feedback(chromium, service, RED)
    tab.click(".wrong .link")
    assert tab.browser.evaluate("document.activeElement.localName") == "select"
    offered = tab.browser.evaluate("[...document.querySelectorAll('.wrong option')].map((one) => one.text)")
    assert offered == ["choose…", *(name for name in NAMES if name != BEST), "none of these"]
    tab.browser.evaluate(f"document.querySelector('.wrong select').value = '{option}'")
    tab.click(".wrong .right button")
    tab.until("document.querySelector('.sent').innerText !== ''")
    sent = json.loads(service.heard("/feedback")[-1]["body"].encode("latin-1"))
    assert sent["class_name"] == expected
    assert len(sent["prediction_id"]) == 32
    assert tab.text(".sent") == f"Thank you. Noted: {expected or 'none of these'}."


def test_without_a_route_for_it_no_correction_is_offered(tab: Tab) -> None:
    tab.give("drop", RED)
    tab.card()
    assert tab.browser.evaluate("document.querySelector('.wrong')") is None
