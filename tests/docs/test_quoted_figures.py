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
