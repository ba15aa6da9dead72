"""The page by keyboard, for screen readers, on any window, in the dark, without movement, without its script."""

from pathlib import Path

import pytest
from browser import Browser
from page_tab import GREY, PHOTO, RED, Tab, tab_with_feedback
from stubbed_service import Stubbed

pytestmark = pytest.mark.slow


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
    tab = tab_with_feedback(chromium, service, RED, GREY)
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
