"""The page of `tinysight drift` shows what has changed; in a browser it asks nobody for anything and fits a phone."""

from pathlib import Path

import pytest
from browser import browser
from watched_bundle import bundle_with_reference, pictures

from tinysight.cli import main
from tinysight.drifting.judged import judge
from tinysight.drifting.traffic import open_traffic
from tinysight.drifting.view import examples


def test_where_one_picture_in_five_has_changed_those_are_shown(tmp_path: Path) -> None:
    """The middle one is as it was."""
    (tmp_path / "some").mkdir()
    given = [*pictures(240, 5), *pictures(60, 6, light=0.4)]
    for number, data in enumerate(given):
        (tmp_path / "some" / f"{number:03d}.png").write_bytes(data)
    traffic = open_traffic([str(tmp_path / "some")], last=1000)
    judged = judge(bundle_with_reference(tmp_path), traffic, false_alarms=0.01, shares="fixed")
    shown = {example.name: example for example in examples(judged)}["lightest"]
    assert shown.part == "now, the low end"
    dark = {float(one.value) for one in shown.now}
    assert max(dark) < min(float(one.value) for one in shown.before)


@pytest.mark.slow
def test_it_asks_for_nothing_and_fits_a_phone(tmp_path: Path) -> None:
    (tmp_path / "dark").mkdir()
    for number, data in enumerate(pictures(60, 5, light=0.7)):
        (tmp_path / "dark" / f"{number}.png").write_bytes(data)
    page = tmp_path / "drift.html"
    model = str(bundle_with_reference(tmp_path))
    assert main(["drift", str(tmp_path / "dark"), "--model", model, "--report", str(page)]) == 3
    with browser() as tab:
        for width, dark in ((1200, False), (1200, True), (390, False)):
            tab.open(page.as_uri(), width=width, dark=dark)
            assert tab.messages == []
            assert [one for one in tab.requests if not one.startswith(("data:", page.as_uri()))] == []
            assert tab.evaluate("document.documentElement.scrollWidth") <= width
            assert tab.evaluate("[...document.images].every(image => image.naturalWidth > 0)")
