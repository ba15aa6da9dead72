"""The page in a real Chromium, against the real service: what a person gives it and what it says."""

import io
import itertools
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from browser import Browser, browser
from onnx_models import solid_png, tiny_model
from page_tab import Tab
from PIL import Image
from serving import PHOTOS, running
from stubbed_service import Stubbed, stubbed

from tinysight.bundle import write_bundle

pytestmark = pytest.mark.slow

HOSTILE = "<img src=x onerror=\"console.log('ran')\">"
NAMES = ("hex bolt", "washer", "wing nut", "spring", "split pin", HOSTILE)
BEST = "spring"  # what the model takes red for
RED = ("red.png", solid_png((255, 0, 0)), "image/png")
GREY = ("grey.png", solid_png((30, 30, 30)), "image/png")
PHOTO = ("20260812_113301.jpg", PHOTOS[0].read_bytes(), "image/jpeg")


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("page")
    model = tiny_model(folder / "model.onnx", NAMES, 16)
    return write_bundle(folder / "bundle", model, {"red.png": RED[1]}, name="parts", version="12").folder


@pytest.fixture(scope="module")
def service(bundle: Path) -> Iterator[Stubbed]:
    with stubbed(bundle) as service:
        yield service


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with browser() as started:
        yield started


@pytest.fixture
def tab(chromium: Browser, service: Stubbed) -> Tab:
    """The page, freshly opened."""
    tab = Tab(chromium, service.url)
    tab.open()
    return tab


def test_a_dropped_picture_shows_its_class_its_bars_and_where_they_come_from(tab: Tab) -> None:
    tab.give("drop", PHOTO)
    card = tab.card()
    assert (card["state"], card["heading"], card["name"]) == ("known", card["bars"][0][0], PHOTO[0])
    assert card["about"].replace("\u00a0", " ") == f"{card['bars'][0][1]} sure"
    assert card["thumbnail"] == 640
    assert len(card["bars"]) == 5
    shares = [float(share.strip("under %")) for _, share in card["bars"]]
    assert shares == sorted(shares, reverse=True)
    assert "ms · version 12" in card["text"]
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
    tab.click(".foot button") if tab.card() else None
    card = tab.card()
    assert card["name"] == HOSTILE
    assert HOSTILE in [name for name, _ in card["bars"]]
    assert tab.browser.evaluate("document.querySelectorAll('[onerror]').length") == 0
    assert tab.browser.messages == []


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


def test_scores_are_shown_where_the_service_gives_them(chromium: Browser, service: Stubbed) -> None:
    metrics = {"test": {"accuracy": 0.9271, "interval": [0.919, 0.934], "macro_f1": 0.9}, "cpu_ms": 1.25}
    service.prepare("/model", 200, service.get("/model") | {"metrics": metrics})
    tab = Tab(chromium, service.url)
    tab.open()
    text = tab.text("#model .tiles").replace("\u00a0", " ")
    for words in ("92.7 %", "91.9 % to 93.4 %", "right, test pictures", "90 %", "macro F1", "1.25", "cpu ms"):
        assert words in text


def with_feedback(chromium: Browser, service: Stubbed, *files: tuple[str, bytes, str]) -> Tab:
    """The page of a service that takes feedback, with answered pictures on it."""
    service.prepare("/model", 200, service.get("/model") | {"feedback": True})
    service.prepare("/feedback", 204)
    tab = Tab(chromium, service.url)
    tab.open()
    tab.give("drop", *files)
    tab.cards(len(files))
    return tab


@pytest.mark.parametrize(("option", "expected"), [("1", "washer"), ("5", HOSTILE), ("none", None)])
def test_a_wrong_answer_is_corrected(chromium: Browser, service: Stubbed, option: str, expected: str | None) -> None:
    tab = with_feedback(chromium, service, RED)
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


def test_it_can_be_used_by_keyboard(tab: Tab) -> None:
    """Tab goes from button to button, each of which shows that it has the focus."""
    tab.browser.call("Page.setInterceptFileChooserDialog", enabled=True)
    for expected in ("skip", "choose"):
        tab.browser.press("Tab")
        assert expected in tab.browser.evaluate("document.activeElement.className + document.activeElement.id")
        assert tab.browser.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    tab.browser.evaluate("document.querySelector('#file').addEventListener('click', () => { window.asked = true; })")
    tab.browser.press("Enter")
    tab.until("window.asked")
    tab.browser.call("Page.setInterceptFileChooserDialog", enabled=False)


def test_whatever_can_be_pressed_or_filled_in_has_a_name(chromium: Browser, service: Stubbed) -> None:
    """As the browser's own accessibility tree has it."""
    tab = with_feedback(chromium, service, RED, GREY)
    tab.click(".wrong .link")
    nodes = tab.browser.call("Accessibility.getFullAXTree")["nodes"]
    roles = {"button", "combobox", "textbox", "heading", "image", "link", "form", "region", "DisclosureTriangle"}
    named = [(node["role"]["value"], node.get("name", {}).get("value")) for node in nodes if not node.get("ignored")]
    assert {role for role, _ in named} >= {"button", "combobox", "heading", "image", "list", "listitem", "status"}
    assert [role for role, name in named if role in roles and not name] == []


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("width", [320, 390, 1200])
def test_it_fits_any_window_in_light_and_dark(tab: Tab, width: int, dark: bool) -> None:
    tab.open(width=width, dark=dark)
    tab.give("drop", ("a" * 200 + ".png", GREY[1], "image/png"), PHOTO)
    tab.cards(2)
    assert tab.browser.evaluate("document.documentElement.scrollWidth") == width
    background = tab.browser.evaluate("getComputedStyle(document.body).backgroundColor")
    assert background == ("rgb(19, 21, 23)" if dark else "rgb(250, 249, 246)")


def test_nothing_moves_where_a_person_asks_for_that(tab: Tab) -> None:
    tab.browser.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-reduced-motion", "value": "reduce"}])
    tab.give("drop", RED)
    tab.card()
    assert tab.browser.evaluate("document.getAnimations().length") == 0
    assert tab.browser.evaluate("getComputedStyle(document.querySelector('.card')).animationName") == "none"


def test_without_its_script_it_is_a_form_that_works(tab: Tab, tmp_path: Path) -> None:
    (tmp_path / "red.png").write_bytes(RED[1])
    tab.browser.call("Emulation.setScriptExecutionDisabled", value=True)
    try:
        tab.browser.open(tab.url + "/")
        tab.choose("#file", tmp_path / "red.png")
        tab.browser.loaded = False
        tab.click(".plain button")
        while not tab.browser.loaded:
            tab.browser.evaluate("1")
        assert '"class":"spring"' in tab.text("body")
    finally:
        tab.browser.call("Emulation.setScriptExecutionDisabled", value=False)


def test_a_connection_that_was_cut_is_not_mistaken_for_a_service_that_is_gone(tab: Tab) -> None:
    cut = "async (path, ...more) => { if (path === 'predict') throw new TypeError('cut'); return real(path, ...more); }"
    tab.browser.evaluate(f"(() => {{ const real = window.fetch; window.fetch = {cut}; }})()")
    tab.give("drop", ("huge.png", bytes(2_500_000), "image/png"))
    card = tab.card()
    assert card["heading"] == "The picture could not be sent"
    assert "It has 2.5 MB" in card["text"]
