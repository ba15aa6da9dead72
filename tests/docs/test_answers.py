"""docs/answers.md quotes what was measured and nothing else, and says of each figure where it is from."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from markdown_pages import make_targets, page
from projects import ROOT
from tiny_datasets import make_params

from tests.bench.answer_blocks import BLOCKS as WITHOUT_TRAINING
from tests.bench.answer_blocks import percent, points, table
from tests.bench.answers import PLACE, block, filled
from tests.bench.measured import COMMANDS, Figures
from tests.bench.training_blocks import STATED, TRAINING_BLOCKS

PAGE = page("docs/answers.md")
BLOCKS = {**WITHOUT_TRAINING, **TRAINING_BLOCKS}
MEASURE = re.compile(r"\d[\d.,]* ?(?:%|MiB|kB|s\b|ms\b|seconds|requests|times|points)")
SECTIONS = re.split(r"^## ", PAGE, flags=re.MULTILINE)[1:]


def test_the_page_holds_what_the_figures_say() -> None:
    """After a measurement: `python -m tests.bench.answers`."""
    assert filled(PAGE, ROOT / "docs" / "figures") == PAGE


def test_every_place_is_known_and_every_block_has_one_place() -> None:
    assert sorted(place[2] for place in PLACE.finditer(PAGE)) == sorted(BLOCKS)
    assert PAGE.count("<!--") == 2 * len(BLOCKS)


def test_no_measure_is_written_by_hand() -> None:
    assert MEASURE.findall(PLACE.sub("", PAGE)) == []


@pytest.mark.parametrize("section", SECTIONS, ids=lambda text: text.splitlines()[0])
def test_each_question_has_a_figure_with_its_command_or_the_script(section: str) -> None:
    assert section.splitlines()[0].endswith("?")
    assert PLACE.search(section) or "run_model.py" in section


def test_the_commands_that_measured_are_targets() -> None:
    named = set(re.findall(r"`make ([a-z-]+)", PAGE))
    assert named
    assert named <= make_targets()


def write(folder: Path, name: str, figures: dict[str, Any]) -> None:
    folder.mkdir(exist_ok=True)
    (folder / f"{name}.json").write_text(json.dumps({"date": "2031-05-02", "on": {}, "figures": figures}))


def trained(accuracy: float, **more: float) -> dict[str, float]:
    return {"seconds": 12.4, "accuracy": accuracy, "moved_accuracy": accuracy - 0.1, "kilobytes": 300.4, **more}


@pytest.fixture
def figures(tmp_path: Path) -> Figures:
    return Figures(tmp_path / "figures")


@pytest.mark.parametrize("name", BLOCKS)
def test_what_nobody_has_measured_says_how(name: str, figures: Figures) -> None:
    said = block(name, figures)
    (command,) = re.findall(r"^\*Not measured yet: `(.*)`\.\*$", said)
    assert command in COMMANDS.values()


def test_a_training_fills_its_tables(figures: Figures) -> None:
    small = trained(0.97, int8_accuracy=0.968, int8_kilobytes=90.2)
    sets = {"digits": {"svm": trained(0.95), "small_cnn": small}, "practice_clip_art": {"transfer": trained(0.9)}}
    write(figures.folder, "training", sets)
    rows = [line for line in block("ladder", figures).splitlines() if line.startswith("|")]
    assert rows == [
        "| candidate | 5,000 handwritten digits | other clip art |",
        "|---|---|---|",
        "| svm | 95.0 % |  |",
        "| small_cnn | 97.0 % |  |",
        "| transfer |  | 90.0 % |",
    ]
    assert "| svm | 85.0 % (−10.0) |  |" in block("moved", figures)
    assert "| small_cnn | 300 kB; int8 90 kB (−0.2) |" in block("files", figures)
    assert "`make bench-training` of 2031-05-02 on val rows." in block("ladder", figures)


def test_what_strangers_are_told_is_a_row_for_each_set_that_was_shown_some(figures: Figures) -> None:
    one = trained(0.98, answered=0.97, precision=0.996, others_unknown=0.985)
    sets = {
        "fashion": {"svm": trained(0.9), "small_cnn, 2 minutes": one, "small_cnn, 8 a class": one},
        "digits_folds": {"small_cnn": one},
    }
    write(figures.folder, "training_final", sets)
    rows = [line for line in block("unknown", figures).splitlines() if line.startswith("| small")]
    assert rows == [
        "| small_cnn | 5,000 handwritten digits, in five folds | 97.0 % | 99.6 % | 98.5 % of Fashion-MNIST |",
        "| small_cnn, 2 minutes | Fashion-MNIST | 97.0 % | 99.6 % | 98.5 % of handwritten digits |",
    ]


def test_few_pictures_cannot_keep_what_is_stated_and_no_strangers_are_not_measured(figures: Figures) -> None:
    one = trained(0.8, answered=0.6, precision=0.96)
    sets = {
        "fashion": {"svm, 2 minutes": {**one, "precision": 0.5, "others_unknown": 0.0}},
        "clip_art_folds": {
            "transfer": one,
            "small_cnn": {**one, "precision": 0.661},
            "svm, 8 a class": {**one, "precision": 0.1},
        },
        "scored_clip_art": {"svm": {**one, "precision": 0.2}},
    }
    write(figures.folder, "training_final", sets)
    said = block("unknown", figures)
    assert [line for line in said.splitlines() if line.startswith("| ")][1:] == [
        "| svm, 2 minutes | Fashion-MNIST | 60.0 % | 50.0 % | 0.0 % of handwritten digits |",
        "| transfer | clip art, in five folds | 60.0 % | 96.0 % | not measured |",
        "| small_cnn | clip art, in five folds | 60.0 % | 66.1 % | not measured |",
    ]
    assert "the stated 99 % came out as 66.1 % to 96.0 %: val holds" in said
    write(figures.folder, "training_final", {"fashion": sets["fashion"]})
    assert "came out" not in block("unknown", figures)


def test_the_precision_that_the_page_calls_stated_is_that_of_the_configuration() -> None:
    assert make_params().export.precision == STATED


def test_each_call_that_was_to_score_test_rows_counts(figures: Figures) -> None:
    calls = [
        {"arguments": ["--final", "--sets", "digits_folds,scored_clip_art_2"]},  # of the first calls nothing is kept
        {"arguments": ["--final", "--sets", "clip_art_2_folds"], "figures": {"clip_art_2_folds": {}}},
        {"arguments": ["peers", "--final"], "figures": {"fashion": {}}},
    ]
    assert block("looks", figures).startswith("*Not measured")
    figures.folder.mkdir(exist_ok=True)
    (figures.folder / "training_final_calls.json").write_text(json.dumps(calls), encoding="utf-8")
    said = "included: handwritten digits: 1; Fashion-MNIST: 1; clip art, second set: 2. From"
    assert said in block("looks", figures)


def test_settings_for_a_budget_stand_beside_the_folds(figures: Figures) -> None:
    one = trained(0.98, cpu_seconds=31.2, calibration_error=0.0123)
    sets = {"fashion": {"svm": one, "svm, 2 minutes": one, "svm, 8 a class": one}, "digits_folds": {"svm": one}}
    write(figures.folder, "training_final", sets)
    assert block("budgets", figures).splitlines()[2:4] == [
        "| svm, 2 minutes | 98.0 % | 88.0 % | 10 %, 10° | 12 s | 31 s | 0.012 |",
        "| svm, 5,000 handwritten digits in five folds | 98.0 % | 88.0 % | 15 %, 10° | 12 s | 31 s | 0.012 |",
    ]


def test_few_pictures_stand_beside_all_of_them(figures: Figures) -> None:
    sets = {"clip_art_2_folds": {"transfer": trained(0.9), "transfer, 8 a class": trained(0.8), "svm": trained(0.5)}}
    write(figures.folder, "training_final", sets)
    rows = block("few", figures).splitlines()[2:3]
    assert rows == ["| clip art, second set | transfer with 8 a class | 90.0 % | 80.0 % |"]


def test_trials_with_fewer_pictures_and_other_sizes_stand_in_their_order(figures: Figures) -> None:
    one = {"candidate": "svm", "rows": 3500, "image_size": 28, "accuracy": 0.9, "expected_accuracy": 0.8,
           "multiply_adds": 1_240_000, "p50_ms": 0.123}  # fmt: skip
    trials = [
        {**one, "varied": "rows"}, {**one, "varied": "rows", "rows": 900, "accuracy": 0.7},
        {**one, "varied": "size", "image_size": 56, "expected_accuracy": 0.85}, {**one, "varied": "size"},
    ]  # fmt: skip
    write(figures.folder, "digits", {"candidates": {}, "trials": trials})
    assert block("more_pictures", figures).splitlines()[2:4] == [
        "| svm | 900 | 70.0 % | 80.0 % |",
        "| svm | 3,500 | 90.0 % | 80.0 % |",
    ]
    assert block("sizes", figures).splitlines()[2:4] == [
        "| svm | 28 pixels | 90.0 % | 80.0 % | 1.2 million | 0.12 ms |",
        "| svm | 56 pixels | 90.0 % | 85.0 % | 1.2 million | 0.12 ms |",
    ]


def test_peers_stand_in_one_table(figures: Figures) -> None:
    write(figures.folder, "training_peers", {"set": "fashion", "theirs": trained(0.9, cpu_seconds=31.2, seeds=3)})
    assert block("peers", figures).splitlines()[2:3] == ["| theirs | 90.0 % | 80.0 % | 12 s | 31 s | 300 kB | 3 |"]


@pytest.mark.parametrize(
    ("ours", "came", "said"),
    [
        (0.91, 1.0, "takes 130 s: 0.20 of it."),
        (0.91, 0.0, "has not come there after 130 s: less than 0.20 of it."),
        (0.89, 1.0, ""),
    ],
)
def test_processor_time_is_compared_up_to_the_same_share_of_right_answers(
    ours: float, came: float, said: str, figures: Figures
) -> None:
    quick = trained(ours, cpu_seconds=26.0, seeds=3)
    tutorial = trained(0.9, cpu_seconds=90.0, seeds=3, goal_cpu=130.0, goal_reached=came)
    write(figures.folder, "training_peers", {"small_cnn, quick": quick, "the tutorials' network": tutorial})
    lines = [line for line in block("peers", figures).splitlines() if line.startswith("Until")]
    assert [line.partition("the tutorials' network ")[2] for line in lines] == ([said] if said else [])


def test_transfer_is_compared_with_the_best_of_the_others(figures: Figures) -> None:
    both = {"digits": {"svm": trained(0.95), "mlp": trained(0.9), "transfer": trained(0.93)}}
    alone = {"practice_clip_art": {"transfer": trained(0.9)}}  # nothing to say of it
    write(figures.folder, "training", {**both, **alone})
    assert "transfer 93.0 %, the best of the others (svm) 95.0 %: −2.0 points." in block("canned", figures)


def test_a_pipeline_alone_compares_transfer_too(figures: Figures) -> None:
    svm = {"accuracy": 0.95, "expected_accuracy": 0.8, "train_seconds": 61.7}
    write(figures.folder, "digits", {"candidates": {"svm": svm, "transfer": {**svm, "accuracy": 0.93}}})
    assert "transfer 93.0 %, the best of the others (svm) 95.0 %" in block("canned", figures)


def test_one_split_of_the_same_drawings_is_told_beside_the_folds(figures: Figures) -> None:
    folds = {"svm": trained(0.6), "transfer": trained(0.8)}
    split = {"svm": trained(0.5), "transfer": trained(0.63), "svm, 8 a class": trained(0.9)}
    write(figures.folder, "training_final", {"clip_art_folds": folds, "scored_clip_art": split})
    said = "- clip art: transfer 80.0 %, the best of the others (svm) 60.0 %: +20.0 points."
    beside = "In one split, three seeds: transfer 63.0 %, the best of the others (svm) 50.0 %: +13.0 points."
    assert f"{said} {beside}" in block("canned", figures)


def test_test_rows_come_before_val_rows_and_a_training_on_few_pictures_is_passed_over(figures: Figures) -> None:
    for name, accuracy in (("training", 0.9), ("training_final", 0.8)):
        few = {"svm, 8 a class": trained(0.7)}
        write(figures.folder, name, {"digits": {"svm": trained(accuracy), **few}})
    assert "| svm | 80.0 % |" in block("ladder", figures)
    assert "of 2031-05-02 on test rows." in block("ladder", figures)
    write(figures.folder, "training_final", {"digits": few})
    assert "| svm | 90.0 % |" in block("ladder", figures)


def test_a_pipeline_fills_the_same_tables(figures: Figures) -> None:
    svm = {"accuracy": 0.9, "expected_accuracy": 0.8, "train_seconds": 61.7, "multiply_adds": 5}
    write(figures.folder, "fashion", {"candidates": {"svm": svm}})
    assert "| svm | 80.0 % (−10.0) |" in block("moved", figures)
    assert "| svm | 62 s |" in block("seconds", figures)
    assert block("files", figures).startswith("*Not measured")


def test_the_int8_file_of_a_pipeline_stands_beside_the_float_one(figures: Figures) -> None:
    net = {"accuracy": 0.9, "expected_accuracy": 0.8, "train_seconds": 61.7, "file_bytes": 300_400}
    int8 = {**net, "accuracy": 0.905, "file_bytes": 90_200}
    write(figures.folder, "digits", {"candidates": {"small_cnn": net, "small_cnn_int8": int8}})
    assert "| small_cnn | 300 kB; int8 90 kB (+0.5) |" in block("files", figures)
    assert "small_cnn_int8" not in block("ladder", figures)


def test_the_table_of_libraries_is_the_measurement(figures: Figures) -> None:
    one = {"version": "2.1", "packages": 6, "installed_mib": 120.4, "import_s": 0.234, "cpu_s": 0.3, "memory_mib": 60.6}
    write(figures.folder, "packages", {"starts": 5, "libraries": {"ONNX Runtime": one}})
    assert "| ONNX Runtime 2.1 | 120 MiB, 6 packages | 0.23 s (0.30 s) | 61 MiB |" in block("packages", figures)


def test_a_place_in_a_list_stays_in_it(figures: Figures) -> None:
    write(figures.folder, "planted", {"clip_art": {"medians": {"across_random": [51, 0], "across_own": [0, 100]}}})
    text = "- Not so.\n\n  <!-- figures: splits -->\n  old\n  <!-- end -->\n\n- Nor so.\n"
    new = filled(text, figures.folder)
    assert new.startswith("- Not so.\n\n  <!-- figures: splits -->\n  Of 100 copies")
    assert new.endswith("\n  <!-- end -->\n\n- Nor so.\n")
    assert filled(new, figures.folder) == new


def test_numbers_are_written_alike() -> None:
    assert (percent(0.93456), points(-0.0123), points(0.02)) == ("93.5 %", "−1.2", "+2.0")
    assert table(("a", "b"), [("1", "2")]) == "| a | b |\n|---|---|\n| 1 | 2 |"
