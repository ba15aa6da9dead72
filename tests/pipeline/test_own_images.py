"""A newcomer's own pictures, from a folder of mixed files to an answer over HTTP, and on to more pictures."""

import csv
import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from pictures import write_16bit_folder, write_mixed_folder
from pipelines import aliases, keep_models, ran, served, shorten, verdict
from projects import commit, make_project, run_in

from tinysight.data.imageset import read_samples

pytestmark = pytest.mark.slow


def test_broken_files_are_listed_with_their_reason_and_fail_nothing(built: Path) -> None:
    with (built / "data" / "dataset" / "quarantine.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert rows
    assert all(row["path"] and row["reason"] for row in rows)


def test_the_import_becomes_the_default_of_every_later_command(built: Path) -> None:
    assert "- dataset: mine" in (built / "conf" / "config.yaml").read_text()
    assert (built / "data" / "raw.dvc").exists()
    assert verdict(built)["chosen"].removesuffix("_int8") in ("svm", "small_cnn")


def test_a_served_answer_is_right_for_held_out_files(built: Path) -> None:
    """Real files of every kind, as they lie in data/raw, sent over HTTP."""
    info = json.loads((built / "data" / "dataset" / "dataset.json").read_text())
    samples = read_samples(built / "data" / "dataset" / "samples.csv")
    rows = np.load(built / "data" / "split" / "test.npy").tolist()
    with served(built, info["name"]) as client:
        answers = [client.predict(built / "data" / "raw" / samples[row].path) for row in rows]
    right = [a.best_class == samples[row].class_name for a, row in zip(answers, rows, strict=True)]
    assert sum(right) / len(right) >= 0.8
    assert {a.model_version for a in answers} == {"1"}


def test_an_experiment_uses_his_data_and_moves_no_alias(finished: Path) -> None:
    before = aliases(finished)
    done = run_in(finished, "dvc", "exp", "run", "-S", "train.epochs=3")
    assert "train@small_cnn" in ran(done.stdout)
    assert "ingest" not in ran(done.stdout)
    assert aliases(finished) == before
    assert json.loads((finished / "data" / "dataset" / "dataset.json").read_text())["name"] != "digits"


def test_ten_more_files_run_ingest_again_and_the_verdict_follows(finished: Path, tmp_path: Path) -> None:
    before = verdict(finished)
    images = json.loads((finished / "data" / "dataset" / "dataset.json").read_text())["images"]
    write_mixed_folder(tmp_path / "more", per_class=12, seed=99)
    for number, file in enumerate(sorted(p for p in (tmp_path / "more").rglob("*") if p.is_file())[:10]):
        class_name = file.relative_to(tmp_path / "more").parts[0]
        shutil.copy(file, finished / "data" / "raw" / class_name / f"new{number}{file.suffix}")
    run_in(finished, "dvc", "add", "data/raw")
    done = run_in(finished, "dvc", "repro")
    assert ran(done.stdout)[0] == "ingest"
    after = json.loads((finished / "data" / "dataset" / "dataset.json").read_text())["images"]
    assert images < after <= images + 10
    assert verdict(finished)["candidates"] != before["candidates"]


def test_two_kinds_that_differ_in_16_bit_counts_only_reach_95_percent_over_http(tmp_path: Path) -> None:
    project = make_project(tmp_path / "project")
    keep_models(project, "majority", "svm", "small_cnn")
    shorten(project, epochs=8)
    write_16bit_folder(tmp_path / "counts", per_class=60, seed=3)
    run_in(project, "tinysight", "import", str(tmp_path / "counts"))
    commit(project, "16-bit pictures")
    run_in(project, "dvc", "repro")
    write_16bit_folder(tmp_path / "fresh", per_class=20, seed=4)
    files = sorted(p for p in (tmp_path / "fresh").rglob("*") if p.is_file())
    with served(project, "counts") as client:
        right = [client.predict(file).best_class == file.parent.name for file in files]
    assert sum(right) / len(right) >= 0.95
