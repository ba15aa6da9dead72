"""Draws what `tinysight drift` found as one self-contained page, in the look of the data report."""

from pathlib import Path

from tinysight.data.report.environment import page_environment, page_style
from tinysight.drifting.judged import Judged
from tinysight.drifting.outcome import compared
from tinysight.drifting.view import classes, examples, rows
from tinysight.whole_file import write_whole

HERE = Path(__file__).parent


def write_page(path: Path, judged: Judged) -> None:
    """Writes the page; its folder is made if it is not there."""
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, draw_page(judged).encode("utf-8", "xmlcharrefreplace"))


def draw_page(judged: Judged) -> str:
    """The page as HTML."""
    shares, changed_shares = classes(judged)
    return page_environment(HERE).get_template("drift.html").render(
        judged=judged, found=judged.comparison, compared=compared(judged), rows=rows(judged), shares=shares,
        changed_shares=changed_shares, examples=examples(judged), style=page_style(HERE),
    )  # fmt: skip
