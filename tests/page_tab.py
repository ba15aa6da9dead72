"""The service's page in a browser's tab, for tests: gives it pictures as a person would, and reads what it shows."""

import base64
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from browser import Browser
from onnx_models import solid_png
from serving import PHOTOS
from stubbed_service import Stubbed

HOSTILE = "<img src=x onerror=\"console.log('ran')\">"
NAMES = ("hex bolt", "washer", "wing nut", "spring", "split pin", HOSTILE)
BEST = "spring"  # what the model takes red for
RED = ("red.png", solid_png((255, 0, 0)), "image/png")
GREY = ("grey.png", solid_png((30, 30, 30)), "image/png")
PHOTO = ("20260812_113301.jpg", PHOTOS[0].read_bytes(), "image/jpeg")
EVENTS = {
    "drop": "new DragEvent('drop', {bubbles: true, cancelable: true, dataTransfer: given})",
    "paste": "new ClipboardEvent('paste', {bubbles: true, cancelable: true, clipboardData: given})",
}
GIVE = """(() => {
  const given = new DataTransfer();
  for (const [name, bytes, type] of %s)
    given.items.add(new File([Uint8Array.from(atob(bytes), (c) => c.charCodeAt(0))], name, {type}));
  document.body.dispatchEvent(%s);
})()"""
WAIT = """new Promise((done, stop) => {
  const end = performance.now() + 20000;
  const look = () => (%s) ? done(true) : performance.now() > end ? done(false) : setTimeout(look, 20);
  look();
})"""
CARDS = """[...document.querySelectorAll('.card')].map((card) => ({
  state: card.dataset.state, busy: card.ariaBusy, heading: card.querySelector('h3').innerText,
  about: card.querySelector('.about').innerText, name: card.querySelector('.name').innerText,
  thumbnail: card.querySelector('img').naturalWidth, text: card.querySelector('.body').innerText,
  bars: [...card.querySelectorAll('.bars li')].filter((bar) => bar.offsetParent)
    .map((bar) => ['.label', '.share'].map((part) => bar.querySelector(part).innerText.replace('\\u00a0', ' '))),
}))"""


@dataclass(frozen=True)
class Tab:
    """One tab that shows the page of a service."""

    browser: Browser
    url: str

    def open(self, **window: Any) -> None:
        """Loads the page and waits until it shows a model, or why there is none."""
        self.browser.open(self.url + "/", **window)
        self.until("['#model', '#notice', '#locked'].some((part) => !document.querySelector(part).hidden)")

    def give(self, how: str, *files: tuple[str, bytes, str]) -> None:
        """Drops or pastes files: name, content, type."""
        listed = json.dumps([(name, base64.b64encode(data).decode(), kind) for name, data, kind in files])
        self.browser.evaluate(GIVE % (listed, EVENTS[how]))

    def choose(self, selector: str, *paths: Path) -> None:
        """Picks files in a file input, as its dialog would."""
        root = self.browser.call("DOM.getDocument")["root"]["nodeId"]
        node = self.browser.call("DOM.querySelector", nodeId=root, selector=selector)["nodeId"]
        self.browser.call("DOM.setFileInputFiles", files=[str(path) for path in paths], nodeId=node)

    def until(self, condition: str) -> None:
        """Returns when a JavaScript expression is true; fails after 20 s."""
        assert self.browser.evaluate(WAIT % condition), f"{condition}; the page shows:\n{self.text('body')}"

    def cards(self, count: int = 1) -> list[dict[str, Any]]:
        """What the cards say when there are so many and none waits."""
        self.until(f"document.querySelectorAll('.card[aria-busy=false]').length === {count}")
        shown: list[dict[str, Any]] = self.browser.evaluate(CARDS)
        assert len(shown) == count
        return shown

    def card(self) -> dict[str, Any]:
        """What the only card says when it does not wait."""
        return self.cards()[0]

    def text(self, selector: str) -> str:
        """What is to be read in a part of the page."""
        return str(self.browser.evaluate(f"document.querySelector({json.dumps(selector)}).innerText"))

    def click(self, selector: str) -> None:
        """Clicks the first such part."""
        self.browser.evaluate(f"document.querySelector({json.dumps(selector)}).click()")


def tab_with_feedback(chromium: Browser, service: Stubbed, *files: tuple[str, bytes, str]) -> Tab:
    """The page of a service that takes feedback, with answered pictures on it."""
    service.prepare("/model", 200, service.get("/model") | {"feedback": True})
    service.prepare("/feedback", 204)
    tab = Tab(chromium, service.url)
    tab.open()
    tab.give("drop", *files)
    tab.cards(len(files))
    return tab
