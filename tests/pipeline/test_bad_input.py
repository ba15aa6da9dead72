"""Bad configuration and bad folders: one clear line, an exit code, no traceback, nothing half-written."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image
from projects import EPOCHS, commit, make_project, run_in

pytestmark = pytest.mark.slow

Edit = Callable[[Path, str, str], None]


def folder_project(tmp_path: Path, counts: dict[str, int]) -> Path:
    """A project on data/raw with so many plain pictures of each class."""
    project = make_project(tmp_path / "project")
    config = project / "conf" / "config.yaml"
    config.write_text(config.read_text().replace("dataset: digits", "dataset: folder"))
    run_in(project, "tinysight", "params")
    (project / "data" / "raw").mkdir(parents=True)
    for name, count in counts.items():
        (project / "data" / "raw" / name).mkdir()
        for number in range(count):
            colour = (number * 5 % 256, len(name) * 40 % 256, 90)
            Image.new("RGB", (40, 30), colour).save(project / "data" / "raw" / name / f"{number}.png")
    commit(project, "pictures")
    return project


def fails_clearly(project: Path, *words: str) -> str:
    """Runs `dvc repro`, which must fail with these words and leave nothing half-written."""
    done = run_in(project, "dvc", "repro", fails=True)
    text = done.stdout + done.stderr
    for word in words:
        assert word in text
    assert "Traceback" not in text
    assert len([line for line in text.splitlines() if line.startswith("error: ")]) == 1
    assert not list(project.rglob("*.part"))
    return text


@pytest.mark.parametrize(
    ("counts", "words"),
    [
        ({}, ["data/raw"]),
        ({"cat": 30}, ["cat"]),
        ({"cat": 30, "dog": 2}, ["dog", "2"]),
        ({"cat": 30, "dog": 3}, ["Class dog has 3 pictures", "at least 5 are needed", "Add 2 more"]),
    ],
    ids=["empty folder", "one class", "a class with two images", "a class with three images"],
)
def test_a_folder_that_cannot_be_learnt_from(tmp_path: Path, counts: dict[str, int], words: list[str]) -> None:
    project = folder_project(tmp_path, counts)
    fails_clearly(project, *words)
    assert not (project / "data" / "split").exists()


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        (f"  {EPOCHS}", "  epochs: ten", ["train.epochs", "ten"]),
        (f"  {EPOCHS}", "  epoks: 20", ["train.epoks", "epochs"]),
        ("  train: 0.7", "  train: 0.9", ["sum to 1"]),
        ("  image_size: 28", "  image_size: 1", ["dataset.image_size", "greater than or equal to 8", "Received: 1."]),
    ],
    ids=["wrong type", "unknown key", "fractions that do not sum to one", "pictures of one pixel"],
)
def test_a_wrong_lock_stops_before_anything_is_written(
    project: Path, edit: Edit, old: str, new: str, words: list[str]
) -> None:
    edit(project / "params.yaml", old, new)
    fails_clearly(project, *words)
    assert not (project / "data").exists() or not list((project / "data").iterdir())


def test_a_stage_that_fails_keeps_the_results_of_those_before(tmp_path: Path) -> None:
    """The user mends his folder and goes on."""
    project = folder_project(tmp_path, {"cat": 30, "dog": 2})
    fails_clearly(project, "dog")
    shutil.rmtree(project / "data" / "raw" / "dog")
    fails_clearly(project, "cat")
