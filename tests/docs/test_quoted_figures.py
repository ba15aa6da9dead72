"""Figures that README.md and pages of docs quote are those of the committed measurement."""

import json
import math
from pathlib import Path
from typing import Any

import pytest
from markdown_pages import page, table
from projects import ROOT
from tiny_datasets import make_params

from tests.bench import bench_digits
from tests.bench.answers import PLACE, block, filled
from tests.bench.augmentation_block import AUGMENTATION_BLOCKS
from tests.bench.large_pictures_block import LARGE_PICTURES_BLOCKS
from tests.bench.measured import COMMANDS, Figures
from tests.bench.readme_blocks import README_BLOCKS
from tinysight.models import small_cnn, tutorial_cnn

MEASURED = {
    "expected_accuracy": 0.951, "accuracy": 0.97, "train_seconds": 21.3, "multiply_adds": 133_000,
    "file_bytes": 101_395, "decode_ms": 0.1, "cpu_ms": 0.25, "http_ms": 0.5, "service_mb": 99.4,
}  # fmt: skip


def test_the_page_on_data_quotes_what_was_found_of_planted_trouble() -> None:
    measured = json.loads((ROOT / "docs" / "figures" / "planted.json").read_text())["figures"]
    header = ("planted in", "exact copies", "altered copies", "wrong labels, in the first 60", "cut short", "blank",
              "turned by EXIF")  # fmt: skip
    rows = table(page("docs/data.md"), *header)
    for (_, *quoted), figures in zip(rows, (measured["digits"], measured["clip_art"]), strict=True):
        kinds = ("exact", "near", "flips", "truncated", "blanks", "turned")
        assert quoted == ["{:g} of {:g}".format(*figures["medians"][kind]) for kind in kinds]


def test_the_readme_holds_what_its_examples_measured() -> None:
    """After `make bench-digits` and `make bench-fashion`, which fill it; or `python -m tests.bench.answers`."""
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


@pytest.mark.parametrize("name", ["digits", "fashion"])
def test_an_example_that_nobody_measured_says_how(name: str, tmp_path: Path) -> None:
    assert block(f"{name}_example", Figures(tmp_path)) == f"*Not measured yet: `make bench-{name}`.*"


def test_the_example_keeps_the_test_scores_and_the_costs_of_a_verdict() -> None:
    verdict = json.loads((ROOT / "tests" / "stages" / "verdict.golden.json").read_text())
    found = bench_digits.read(verdict)
    assert (found["chosen"], found["test_rows"], found["failed"]) == ("svm", 100, {"mlp": "out of memory"})
    assert found["candidates"]["svm"] == {  # type: ignore[index]
        "accuracy": 0.95, "expected_accuracy": 0.952, "expected_calibration_error": 0.02, "train_seconds": 12.5,
        "multiply_adds": 354_123, "file_bytes": 5000, "cpu_ms": 0.02,
    }  # fmt: skip


QUOTING = {"docs/architecture.md": LARGE_PICTURES_BLOCKS, "docs/decisions/0003-dependencies.md": AUGMENTATION_BLOCKS}


@pytest.mark.parametrize("name", QUOTING)
def test_a_page_holds_the_figure_that_it_quotes_and_a_link_to_it(name: str) -> None:
    """After a measurement: `python -m tests.bench.answers`."""
    text = page(name)
    assert [place[2] for place in PLACE.finditer(text)] == list(QUOTING[name])
    assert filled(text, ROOT / "docs" / "figures") == text


@pytest.mark.parametrize("name", [*AUGMENTATION_BLOCKS, *LARGE_PICTURES_BLOCKS])
def test_what_a_page_would_quote_says_how_to_measure_it(name: str, tmp_path: Path) -> None:
    assert block(name, Figures(tmp_path)) == f"*Not measured yet: `{COMMANDS[name]}`.*"


def write(folder: Path, name: str, figures: dict[str, object]) -> Figures:
    (folder / f"{name}.json").write_text(json.dumps({"date": "2031-05-02", "on": {}, "figures": figures}))
    return Figures(folder)


def test_the_ladder_on_large_pictures_names_its_largest_stage(tmp_path: Path) -> None:
    found = {"pictures": 20_000, "side": 224, "limit_mib": 3814, "killed": 0, "failed": {},
             "largest": "export@svm", "gb": 2.9}  # fmt: skip
    assert block("large_pictures", write(tmp_path, "large_pictures", found)) == (
        "The whole ladder on 20,000 pictures of 224×224 pixels, each stage held to 4 GB by the kernel, which ended none"
        " of its processes. export@svm took most, 2.90 GB of its own. From"
        " [large_pictures.json](figures/large_pictures.json), `python -m tests.soak.soak_large_pictures` of 2031-05-02."
    )
    lost = block(
        "large_pictures", write(tmp_path, "large_pictures", found | {"killed": 2, "failed": {"mlp": "no room"}})
    )
    assert "which ended 2 of its processes" in lost
    assert "; mlp failed: no room." in lost


def test_augmentation_stands_beside_the_layers_of_keras(tmp_path: Path) -> None:
    one = {"ours": 3500, "keras_layers": 160, "ratio": 21.9}
    text = block(
        "augmentation",
        write(tmp_path, "augmentation", {"motion": {"32": one, "224": one}, "motion and tones": {"64": one}}),
    )
    assert text == (
        "Shift, turn and zoom, by us against a chain of Keras' layers: 3,500 against 160 pictures a second of 32×32"
        " (21.9 times), 3,500 against 160 pictures a second of 224×224 (21.9 times). The same with brightness,"
        " contrast, blur and noise, by us against a chain of Keras' layers: 3,500 against 160 pictures a second of"
        " 64×64 (21.9 times). From [augmentation.json](../figures/augmentation.json),"
        " `python -m tests.bench.bench augmentation` of 2031-05-02."
    )


@pytest.mark.parametrize("name", ["digits", "fashion"])
def test_the_candidates_of_today_are_those_that_were_measured(name: str) -> None:
    """After a change of a network: `make bench-digits` and `make bench-fashion`."""
    measured = json.loads((ROOT / "docs" / "figures" / f"{name}.json").read_text())["figures"]["candidates"]
    for candidate, build in (("small_cnn", small_cnn.build), ("tutorial_cnn", tutorial_cnn.build)):
        network = build(make_params().models[candidate], 28, 10)
        count = sum(_products(layer) for layer in network.layers if layer.weights)
        # the file has temperature, distance and the means of pools besides
        assert measured[candidate]["multiply_adds"] == pytest.approx(count, rel=0.03)


def _products(layer: Any) -> int:
    """Multiply-adds of a convolution or a dense layer for one picture; those of a norm are folded into others."""
    kernel = getattr(layer, "kernel", None)
    return 0 if kernel is None else math.prod(kernel.shape) * math.prod(layer.output.shape[1:-1])
