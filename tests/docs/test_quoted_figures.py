"""Figures that the README quotes are those of the committed measurement."""

import json

from markdown_pages import page, table
from projects import ROOT


def test_the_readme_quotes_the_measured_scores_of_fashion_mnist() -> None:
    measured = json.loads((ROOT / "docs" / "figures" / "fashion.json").read_text())["figures"]["candidates"]
    rows = table(page("README.md"), "candidate", "test", "test, moved", "training", "multiply-adds")
    quoted = {row[0].split()[0]: row[1:4] for row in rows}
    assert set(quoted) == set(measured) - {"majority"}
    for name, (test, moved, seconds) in quoted.items():
        figures = measured[name]
        assert test == f"{figures['accuracy']:.1%}".replace("%", " %")
        assert moved == f"{figures['expected_accuracy']:.1%}".replace("%", " %")
        assert seconds == f"{figures['train_seconds']:.0f} s"


def test_the_page_on_data_quotes_what_was_found_of_planted_trouble() -> None:
    measured = json.loads((ROOT / "docs" / "figures" / "planted.json").read_text())["figures"]
    header = ("planted in", "exact copies", "altered copies", "wrong labels, in the first 60", "cut short", "blank",
              "turned by EXIF")  # fmt: skip
    rows = table(page("docs/data.md"), *header)
    for (_, *quoted), figures in zip(rows, (measured["digits"], measured["clip_art"]), strict=True):
        kinds = ("exact", "near", "flips", "truncated", "blanks", "turned")
        assert quoted == ["{:g} of {:g}".format(*figures["medians"][kind]) for kind in kinds]
