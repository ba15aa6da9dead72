"""Draws what `tinysight drift` found as one self-contained page, in the look of the data report."""

from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

import tinysight.data.report.page as data_report
from tinysight.data.report.texts import visible
from tinysight.drifting.judged import Judged
from tinysight.drifting.outcome import compared
from tinysight.drifting.view import classes, examples, rows
from tinysight.whole_file import write_whole

HERE, SHARED = Path(__file__).parent, Path(data_report.__file__).parent  # the reports look alike


def write_page(path: Path, judged: Judged) -> None:
    """Writes the page; its folder is made if it is not there."""
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, draw_page(judged).encode("utf-8", "xmlcharrefreplace"))


def draw_page(judged: Judged) -> str:
    """The page as HTML."""
    environment = Environment(
        loader=FileSystemLoader(HERE), autoescape=True, finalize=_made_visible, undefined=StrictUndefined,
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    environment.filters["share"] = lambda value: f"{100 * value:.2f}%"
    style = "".join((folder / "style.css").read_text(encoding="utf-8") for folder in (SHARED, HERE))
    shares, changed_shares = classes(judged)
    return environment.get_template("drift.html").render(
        judged=judged, found=judged.comparison, compared=compared(judged), rows=rows(judged), shares=shares,
        changed_shares=changed_shares, examples=examples(judged), style=style,
    )  # fmt: skip


def _made_visible(value: object) -> object:
    return visible(value) if isinstance(value, str) and not hasattr(value, "__html__") else value
