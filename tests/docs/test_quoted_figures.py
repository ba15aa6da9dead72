"""Figures that the README quotes are those of the committed measurement."""

import json
from pathlib import Path

import pytest
from markdown_pages import page, table
from projects import ROOT

from tests.bench import bench_digits
from tests.bench.answers import PLACE, block, filled
from tests.bench.measured import Figures
from tests.bench.readme_blocks import README_BLOCKS

MEASURED = {
    "expected_accuracy": 0.951, "accuracy": 0.97, "train_seconds": 21.3, "multiply_adds": 133_000,
    "file_bytes": 101_395, "decode_ms": 0.1, "cpu_ms": 0.25, "http_ms": 0.5, "service_mb": 99.4,
}  # fmt: skip


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


def test_the_readme_holds_what_the_digits_example_measured() -> None:
    """After `make bench-digits`, which fills it; or `python -m tests.bench.answers`."""
    readme = page("README.md")
    assert [place[2] for place in PLACE.finditer(readme)] == list(README_BLOCKS)
    assert filled(readme, ROOT / "docs" / "figures") == readme


@pytest.fixture
def digits(tmp_path: Path) -> Figures:
    parts = {name: value for name, value in MEASURED.items() if name not in ("http_ms", "service_mb")}
    found = {
        "minutes": 3.26, "processor_minutes": 5.1, "load_of_the_machine": 8.5,
        "chosen": "svm", "why": "svm is enough: so it is.", "test_rows": 758,
        "candidates": {"majority": MEASURED, "svm": MEASURED, "old": {**parts, "multiply_adds": 5}},
        "failed": {"mlp": "out of memory"},
    }  # fmt: skip
    (tmp_path / "digits.json").write_text(json.dumps({"date": "2031-05-02", "on": {}, "figures": found}))
    return Figures(tmp_path)


def test_the_example_is_the_measurement_cheapest_first(digits: Figures) -> None:
    text = block("digits_example", digits)
    for words in (
        "3.3 minutes for all of it (5.1 of processor time), in 1.1 of which all candidates train",
        "train, on a machine that others kept busy (load 8.5). On 758 test",
        "(docs/figures/digits.json)",
        "`make bench-digits` of 2031-05-02", "*svm is enough: so it is.*", "mlp failed: out of memory",
        "](docs/verdict.png)",
    ):  # fmt: skip
        assert words in text, words
    rows = [line for line in text.splitlines() if line.startswith("|")][2:]
    assert rows == [
        "| old | 95.1 % | 97.0 % | 21 s | 5 | 101 kB | – | unknown |",
        "| svm (chosen) | 95.1 % | 97.0 % | 21 s | 133 thousand | 101 kB | 0.85 ms | 99 MB |",
    ]


def test_an_example_that_nobody_measured_says_how(tmp_path: Path) -> None:
    assert block("digits_example", Figures(tmp_path)) == "*Not measured yet: `make bench-digits`.*"


def test_the_example_keeps_the_test_scores_and_the_costs_of_a_verdict() -> None:
    verdict = json.loads((ROOT / "tests" / "stages" / "verdict.golden.json").read_text())
    found = bench_digits.read(verdict)
    assert (found["chosen"], found["test_rows"], found["failed"]) == ("svm", 100, {"mlp": "out of memory"})
    assert found["candidates"]["svm"] == {  # type: ignore[index]
        "accuracy": 0.95, "expected_accuracy": 0.952, "expected_calibration_error": 0.02, "train_seconds": 12.5,
        "multiply_adds": 354_123, "file_bytes": 5000, "cpu_ms": 0.02,
    }  # fmt: skip
