"""The page's files and headers, as any client gets them."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from hatchling.builders.wheel import WheelBuilder
from projects import ROOT
from serving import Running, make_bundle, running

STATIC = ROOT / "serve" / "static"
FILES = sorted(STATIC.iterdir())
LIGHT_AND_DARK = re.findall(r":root \{(.*?)\}", (STATIC / "style.css").read_text(), re.DOTALL)


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    folder = tmp_path_factory.mktemp("page")
    with running(make_bundle(folder / "bundle"), folder) as service:
        yield service


def test_all_of_it_is_under_60_kilobytes() -> None:
    assert sum(file.stat().st_size for file in FILES) < 60_000


def test_it_works_below_any_prefix_of_a_proxy() -> None:
    page = (STATIC / "index.html").read_text()
    addresses = re.findall(r'(?:src|href|action)="([^"#]+)"', page)
    assert set(addresses) == {"predict", "static/icon.svg", "static/style.css", "static/script.js"}
    for script in STATIC.glob("*.js"):
        assert not re.search(r"(ask|fetch)\(\s*[\"'`]/", script.read_text())


def test_an_installed_service_has_it_all() -> None:
    packed = {file.distribution_path for file in WheelBuilder(str(ROOT)).recurse_included_files()}
    assert {f"serve/static/{file.name}" for file in FILES} <= packed


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_no_file_names_another_host_or_makes_markup_of_text(file: Path) -> None:
    text = file.read_text().replace('xmlns="http://www.w3.org/2000/svg"', "")
    assert not re.search(r"https?:|//[a-z]|@import|url\(", re.sub(r"(?m)(^|\s)//.*$", "", text))
    assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(|new Function", text)
    assert not re.search(r"\son\w+=|<script(?! type=\"module\" src)|<style|\sstyle=", text)


def test_the_page_and_its_parts_are_sent_with_a_strict_policy(service: Running) -> None:
    status, headers, content = service.ask("GET", "/")
    assert (status, content) == (200, (STATIC / "index.html").read_bytes())
    assert headers["content-type"] == "text/html; charset=utf-8"
    assert headers["content-security-policy"] == (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; connect-src 'self';"
        " form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )
    assert (headers["x-content-type-options"], headers["referrer-policy"]) == ("nosniff", "no-referrer")
    for file in FILES:
        status, headers, content = service.ask("GET", f"/static/{file.name}")
        assert (status, content, headers["x-content-type-options"]) == (200, file.read_bytes(), "nosniff")


def test_a_part_that_is_known_is_not_sent_again(service: Running) -> None:
    _, headers, _ = service.ask("GET", "/static/style.css")
    assert headers["cache-control"] == "no-cache"
    for known in (headers["etag"], f'"other", W/{headers["etag"]}'):
        status, again, content = service.ask("GET", "/static/style.css", If_None_Match=known)
        assert (status, content, again["etag"]) == (304, b"", headers["etag"])
    assert service.ask("GET", "/static/style.css", If_None_Match='"other"')[0] == 200
    assert service.ask("HEAD", "/")[0] == 200


@pytest.mark.parametrize("name", ["missing.js", "..%2fapp.py", "..%2F..%2Fpyproject.toml", "__init__.py", "%00", "a/b"])
def test_nothing_else_is_given_out(service: Running, name: str) -> None:
    status, headers, _ = service.ask("GET", f"/static/{name}")
    assert (status, headers["content-type"]) == (404, "application/problem+json")


@pytest.mark.parametrize("colours", LIGHT_AND_DARK, ids=["light", "dark"])
def test_its_colours_can_be_told_apart(colours: str) -> None:
    """WCAG AA: 4.5 for text, 3 for the edges of what can be pressed and for the bars that matter."""
    colour = dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6})", colours))
    for ground in ("page", "card"):
        for ink in ("ink", "quiet", "accent", "unsure", "error"):
            assert contrast(colour[ink], colour[ground]) >= 4.5, (ink, ground)
    assert contrast(colour["quiet"], colour["sunk"]) >= 4.5
    assert contrast(colour["on-accent"], colour["accent"]) >= 4.5
    assert contrast(colour["edge"], colour["card"]) >= 3
    for bar in ("best", "unsure"):
        assert contrast(colour[bar], colour["sunk"]) >= 3


def contrast(one: str, other: str) -> float:
    """Between two colours as #rrggbb, as WCAG 2.2 counts it: 1 to 21."""
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def luminance(colour: str) -> float:
    """Of a colour as #rrggbb: 0 to 1."""
    shares = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (s / 12.92 if s <= 0.04045 else ((s + 0.055) / 1.055) ** 2.4 for s in shares)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
