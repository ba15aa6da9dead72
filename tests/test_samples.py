"""Pictures go to a labelling tool and come back: nothing is lost on the way, and what was corrected is taken."""

import csv
import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from exported import ODD, forty_in_project, labelled_by_hand, labels_in
from pictures import files_below
from results import make_results

from tinysight.cli import main
from tinysight.data import importing
from tinysight.data.detection import Asked
from tinysight.data.exports.writing import FORMATS
from tinysight.data.importing import import_pictures
from tinysight.data.violation import Violation
from tinysight.errors import DataError
from tinysight.paths import Paths
from tinysight.samples import export_samples
from tinysight.stages.validate import _write_violations


@pytest.fixture(scope="module")
def forty(tmp_path_factory: pytest.TempPathFactory) -> Paths:
    return forty_in_project(tmp_path_factory.mktemp("samples"))


@pytest.fixture
def paths(forty: Paths, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Paths:
    """A copy to change; DVC has nothing to do with what is tested here."""
    monkeypatch.setattr(importing, "dvc_add", lambda *_: None)
    return Paths(shutil.copytree(forty.root, tmp_path / "project"))


@pytest.mark.parametrize("form", FORMATS)
def test_all_pictures_come_back_with_the_same_labels_sides_and_groups(form: str, paths: Paths, tmp_path: Path) -> None:
    before = labels_in(paths.raw)
    out = tmp_path / "out"
    assert "40 pictures" in export_samples(paths, out, form=form, pick="all")
    assert len(before) == 40
    assert ODD in {class_name for class_name, _, _ in before.values()}
    report = import_pictures(out, paths, existing="update")
    assert (report.brought, len(report.plan.relabelled), report.plan.known) == (0, 0, 40)
    import_pictures(out, paths, existing="replace")
    assert labels_in(paths.raw) == before


def test_a_label_corrected_in_a_table_moves_the_picture(paths: Paths, tmp_path: Path) -> None:
    before, out = labels_in(paths.raw), tmp_path / "out"
    export_samples(paths, out, form="csv", pick="all")
    with (out / "samples.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    rows[0]["class_name"], rows[1]["class_name"], rows[2]["group"] = "washer", "split pin", "s9"
    with (out / "samples.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, rows[0].keys())
        writer.writeheader()
        writer.writerows(rows)
    files = files_below(paths.raw)
    report = import_pictures(out / "samples.csv", paths, existing="update")
    after = labels_in(paths.raw)
    changed = {key: (before[key], after[key]) for key in before if before[key] != after[key]}
    assert sorted(new for _, new in changed.values()) == [
        ("bolt", "train", "s9"), ("split pin", "train", "s1"), ("washer", "train", "s1"),
    ]  # fmt: skip
    assert (
        sorted(len(content) for content in files_below(paths.raw).values())[:40]
        == sorted(map(len, files.values()))[:40]
    )
    assert len(list((paths.raw / "washer").iterdir())) == 9
    assert "class_name bolt → washer" in report.text()


def test_a_picture_moved_to_another_class_folder_is_taken_so(paths: Paths, tmp_path: Path) -> None:
    before, out = labels_in(paths.raw), tmp_path / "out"
    export_samples(paths, out, form="folder", pick="all")
    moved = min((out / "bolt").iterdir())
    content = moved.read_bytes().hex()
    moved.rename(out / "screw" / moved.name)
    import_pictures(out, paths, existing="update")
    assert labels_in(paths.raw) == {**before, content: ("screw", *before[content][1:])}


def test_what_was_answered_in_label_studio_is_taken_and_the_rest_stays(paths: Paths, tmp_path: Path) -> None:
    before, out = labels_in(paths.raw), tmp_path / "out"
    suspects = [f"bolt/{name}" for name in sorted(path.name for path in (paths.raw / "bolt").iterdir())[:3]]
    _found(paths, Violation("label_errors", "warning", 3, "look", tuple(suspects),
                            ("labelled bolt, looks like screw (93 %)",) * 3))  # fmt: skip
    export_samples(paths, out, form="label_studio", pick="problems")
    answer = tmp_path / "project-1-at-2024-05-01.json"
    answer.write_text(json.dumps(labelled_by_hand(out / "tasks.json", {0: "screw", 1: "bolt"})))
    shutil.rmtree(out / "label_config.xml", ignore_errors=True)
    report = import_pictures(answer, paths, asked=Asked(images=str(out)), existing="update")
    first = (paths.raw / "screw" / Path(suspects[0]).name).read_bytes().hex()
    assert labels_in(paths.raw) == {**before, first: ("screw", *before[first][1:])}
    assert (report.brought, len(report.plan.relabelled)) == (0, 1)


def _found(paths: Paths, *violations: Violation) -> None:
    paths.validation.mkdir(parents=True, exist_ok=True)
    _write_violations(paths.validation / "violations.json", violations)


@pytest.fixture(scope="module")
def judged(tmp_path_factory: pytest.TempPathFactory) -> Paths:
    """A finished pipeline whose svm has judged val and test."""
    _, paths = make_results(tmp_path_factory.mktemp("judged"))
    val, test = (np.load(paths.split / f"{side}.npy") for side in ("val", "test"))
    sure = np.linspace(0.34, 0.99, len(val) + len(test))
    probabilities = np.stack([(1 - sure) / 2, sure, (1 - sure) / 2], axis=1).astype(np.float32)
    parts = {"val_rows": val, "val": probabilities[: len(val)], "test_rows": test, "test": probabilities[len(val) :]}
    np.savez(paths.scores("svm") / "predictions.npz", **parts)
    return paths


def test_the_least_sure_answers_are_sent_first_with_what_the_model_thinks(judged: Paths, tmp_path: Path) -> None:
    export_samples(judged, tmp_path / "out", form="label_studio", pick="uncertain", limit=5)
    tasks = json.loads((tmp_path / "out" / "tasks.json").read_text())
    assert len(tasks) == 5
    scores = [task["predictions"][0]["score"] for task in tasks]
    assert scores == sorted(scores)
    assert tasks[0]["predictions"][0]["model_version"] == "svm"
    assert tasks[0]["predictions"][1]["model_version"] == "present label"
    assert "svm takes it for" in tasks[0]["data"]["reason"]
    assert tasks[0]["data"]["suggested"] == tasks[0]["predictions"][0]["result"][0]["value"]["choices"][0]


def test_without_a_limit_at_most_a_hundred_doubts_are_sent(judged: Paths, tmp_path: Path) -> None:
    export_samples(judged, tmp_path / "out", form="csv", pick="uncertain")
    assert len((tmp_path / "out" / "samples.csv").read_text().splitlines()) == 1 + 30


def test_answers_to_another_data_set_are_not_taken(judged: Paths, tmp_path: Path) -> None:
    paths = Paths(shutil.copytree(judged.root, tmp_path / "copy"))
    info = paths.dataset / "dataset.json"
    info.write_text(info.read_text().replace('"digest": "', '"digest": "0'))
    with pytest.raises(DataError, match=r"another data set.*dvc repro"):
        export_samples(paths, tmp_path / "out", form="csv", pick="uncertain")


def test_before_the_stages_have_run_the_error_names_the_one_that_is_missing(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(project)
    assert main(["samples", str(tmp_path / "out")]) == 1
    assert "dvc repro ingest" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_without_problems_nothing_is_written(judged: Paths, tmp_path: Path) -> None:
    with pytest.raises(DataError, match="dvc repro validate"):
        export_samples(judged, tmp_path / "out", form="csv", pick="problems")
    _found(judged, Violation("imbalance", "warning", 1, "few", ()))
    assert "Nothing was written" in export_samples(judged, tmp_path / "out", form="csv", pick="problems")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("limit", ["0", "-3", "many"])
def test_a_limit_is_a_number_from_1(limit: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["samples", "out", "--limit", limit])
    assert ended.value.code == 2
    assert "--limit" in capsys.readouterr().err
