"""Draws the verdict as one self-contained page: pictures and style inside, and no request anywhere."""

from pathlib import Path

from tinysight.data.report.environment import page_environment, page_style
from tinysight.evaluation.verdict.plots import CURVE_HIGH, CURVE_WIDE, HIGH, WIDE, curve_y
from tinysight.evaluation.verdict.reliability_plot import SQUARE
from tinysight.evaluation.verdict.view import View

HERE = Path(__file__).parent


def draw_verdict(view: View) -> str:
    """The page as HTML."""
    environment = page_environment(HERE)
    environment.filters["curve_y"] = curve_y
    sizes = {"wide": WIDE, "high": HIGH, "curve_wide": CURVE_WIDE, "curve_high": CURVE_HIGH, "square": SQUARE}
    return environment.get_template("verdict.html").render(view=view, style=page_style(HERE), **sizes)
