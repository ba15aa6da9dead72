"""Draws the data report as one self-contained page: pictures, style and script inside, and no request anywhere."""

import base64
import hashlib
from collections.abc import Mapping
from pathlib import Path

from jinja2 import Environment

from tinysight.data.report.content import PAGE
from tinysight.data.report.environment import HERE, page_environment, page_style
from tinysight.data.report.galleries import Gallery, Shown
from tinysight.data.report.texts import byte_size, number, percent, short_name
from tinysight.data.report.thumbnails import Thumbnail
from tinysight.data.report.view import View
from tinysight.whole_file import write_whole

FACES = 5  # pictures of a finding beside its name at the top


def write_page(folder: Path, view: View, thumbnails: Mapping[int, Thumbnail], seen: Mapping[int, Thumbnail]) -> None:
    """Writes index.html.

    Args:
        folder: where it goes.
        view: what is shown.
        thumbnails: a small picture of each of view.rows.
        seen: what the model sees of each of view.seen, by row.
    """
    text = draw_page(view, thumbnails, seen)
    write_whole(folder / PAGE, text.encode("utf-8", "xmlcharrefreplace"))


def draw_page(view: View, thumbnails: Mapping[int, Thumbnail], seen: Mapping[int, Thumbnail]) -> str:
    """The page as HTML; see write_page."""
    script = (HERE / "script.js").read_text(encoding="utf-8")
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    template = _environment().get_template("page.html")
    return template.render(
        view=view, report=view.report, thumbnails=thumbnails, model_sees=seen,
        style=page_style(HERE), script=script, script_hash=f"sha256-{digest}",
    )  # fmt: skip


def _environment() -> Environment:
    environment = page_environment(HERE)
    environment.filters |= {
        "short_name": _short_name,
        "number": number,
        "bytes": byte_size,
        "percent": percent,
        "faces": _faces,
    }
    return environment


def _short_name(shown: Shown) -> str:
    return short_name(shown.path, shown.class_name)


def _faces(gallery: Gallery) -> list[int]:
    return gallery.rows[:FACES]
