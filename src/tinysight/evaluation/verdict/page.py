"""Draws the verdict as one self-contained page: pictures and style inside, and no request anywhere."""

from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

import tinysight.data.report.page as data_report
from tinysight.data.report.texts import visible
from tinysight.evaluation.verdict.plots import CURVE_HIGH, CURVE_WIDE, HIGH, WIDE, curve_y
from tinysight.evaluation.verdict.reliability_plot import SQUARE
from tinysight.evaluation.verdict.view import View

HERE, SHARED = Path(__file__).parent, Path(data_report.__file__).parent  # the two reports look alike


def draw_verdict(view: View) -> str:
    """The page as HTML."""
    environment = Environment(
        loader=FileSystemLoader([HERE, SHARED]), autoescape=True, finalize=_made_visible, undefined=StrictUndefined,
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    environment.filters |= {"share": lambda value: f"{100 * value:.2f}%", "curve_y": curve_y}
    sizes = {"wide": WIDE, "high": HIGH, "curve_wide": CURVE_WIDE, "curve_high": CURVE_HIGH, "square": SQUARE}
    style = "".join((folder / "style.css").read_text(encoding="utf-8") for folder in (SHARED, HERE))
    return environment.get_template("verdict.html").render(view=view, style=style, **sizes)


def _made_visible(value: object) -> object:
    return visible(value) if isinstance(value, str) and not hasattr(value, "__html__") else value
