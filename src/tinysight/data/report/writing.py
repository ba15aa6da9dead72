"""Writes the data report: report.json, then the page, each whole."""

from pathlib import Path

from tinysight.data.report.collecting import Collected
from tinysight.data.report.content import write_report
from tinysight.data.report.galleries import Catalogue
from tinysight.data.report.page import write_page
from tinysight.data.report.thumbnails import Pictures
from tinysight.data.report.view import make_view


def write_data_report(folder: Path, collected: Collected, pictures: Pictures) -> None:
    """Writes both files into a folder, which is made if it is not there.

    Args:
        folder: reports/data.
        collected: what is to be said.
        pictures: of the same data set.
    """
    folder.mkdir(parents=True, exist_ok=True)
    write_report(folder, collected.report)
    view = make_view(collected, Catalogue(pictures.images.samples, collected.sides), pictures.facts)
    shown = [seen.shown.row for seen in view.seen]
    model_sees = {row: pictures.seen(row) for row in shown if row is not None}
    write_page(folder, view, pictures.thumbnails(view.rows), model_sees)
