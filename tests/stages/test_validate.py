"""validate: groups, findings and a report, and for bad data one line for each error and where to look."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from pictures import write_mixed_folder
from PIL import Image
from shapes import CLASSES, draw_shapes
from tiny_datasets import balanced, make_params, noise, sample, write_dataset

from tinysight.data.groups import read_groups
from tinysight.errors import DataError
from tinysight.paths import Paths
from tinysight.stages import ingest, validate

UNASKED = "validate.levels.label_errors=off"  # noise has no right labels: the network would be asked
PARAMS = make_params("validate.smallest_class=5", UNASKED)


def test_good_data_give_a_report_and_groups(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    paths, images = Paths(tmp_path), noise(19)
    images[18] = images[17]
    session = [sample("x", group="s"), sample("y", group="s"), sample("p", "dog"), sample("q", "dog")]
    write_dataset(paths.dataset, images, [*balanced(5), *session])
    validate.run(PARAMS, paths)
    assert read_groups(paths.validation / "groups.csv", 19).tolist() == [*range(15), 15, 15, 16, 16]
    (note,) = json.loads((paths.validation / "violations.json").read_text())
    assert note.keys() == {"check", "level", "count", "message", "paths", "details", "sets"}
    assert (note["check"], note["paths"]) == ("same_pixels", ["dog/p.png", "dog/q.png"])
    assert capsys.readouterr().err == f"note: {note['message']}\n"
    assert sorted(path.name for path in paths.validation.iterdir()) == ["groups.csv", "violations.json"]
    assert sorted(path.name for path in paths.data_report.iterdir()) == ["index.html", "report.json"]


def test_each_error_has_its_line_and_the_report_shows_them(tmp_path: Path) -> None:
    """Who is stopped must see what is wrong: DVC keeps the files of a stage that failed."""
    paths = Paths(tmp_path)
    samples = [*balanced(5), sample("a", "yak"), sample("b", "zebu")]
    write_dataset(paths.dataset, noise(17), samples, broken=[f"cat/{n}.png" for n in range(9)])
    with pytest.raises(DataError) as raised:
        validate.run(PARAMS, paths)
    *lines, last = str(raised.value).splitlines()
    assert [line[:10] for line in lines] == ["9 of 26 fi", "Class yak ", "Class zebu"]
    assert last == "Look at reports/data/index.html."
    found = json.loads((paths.validation / "violations.json").read_text())
    assert [one["level"] for one in found].count("error") == 3
    assert (paths.validation / "groups.csv").is_file()
    page = (paths.data_report / "index.html").read_text()
    assert "Not fit to train on yet: 3 things must be put right first." in page
    assert "cat/8.png" in page


def test_a_data_set_without_pictures_is_refused(tmp_path: Path) -> None:
    paths = Paths(tmp_path)
    write_dataset(paths.dataset, np.zeros((0, 8, 8, 3), np.uint8), [])
    with pytest.raises(DataError, match="at least 2 classes"):
        validate.run(PARAMS, paths)


def test_a_class_of_three_pictures_is_refused_and_told_what_is_missing(tmp_path: Path) -> None:
    paths = Paths(tmp_path)
    write_dataset(paths.dataset, noise(18), [*balanced(5), *(sample(name, "yak") for name in "abc")])
    with pytest.raises(DataError) as raised:
        validate.run(make_params(UNASKED), paths)
    assert str(raised.value).splitlines()[0] == (
        "Class yak has 3 pictures that can be read; at least 5 are needed (validate.smallest_class)."
        " Add 2 more, or remove the class."
    )


def test_pictures_of_one_pixel_are_decoded_and_said_to_show_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Real files; they may tell classes of one colour each, so that nothing is stopped."""
    colours = np.random.default_rng(0).integers(0, 256, (16, 3), dtype=np.uint8)
    for number, colour in enumerate(colours):
        file = tmp_path / "data" / "raw" / f"class{number % 2}" / f"{number}.png"
        file.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(colour.reshape(1, 1, 3)).save(file)
    params, paths = make_params("dataset=folder", UNASKED), Paths(tmp_path)
    ingest.run(params, paths)
    validate.run(params, paths)
    warnings = [line for line in capsys.readouterr().err.splitlines() if line.startswith("warning: 16 of 16 pictures")]
    assert [words for words in ("are blank", "the smallest 1×1") if words not in " ".join(warnings)] == []
    assert all("A model can learn nothing" in line or "take larger pictures" in line for line in warnings)
    assert np.load(paths.dataset / "pixels.npy").shape == (16, 64, 64, 3)


def test_without_a_data_set_the_user_is_told_what_to_run(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="dvc repro"):
        validate.run(PARAMS, Paths(tmp_path))


def test_pictures_of_the_source_are_shown_and_what_is_wrong_with_them(tmp_path: Path) -> None:
    """From real files: a copy, a broken file, a blank picture, and one that EXIF turns."""
    folder, params = tmp_path / "data" / "raw", make_params("dataset=folder", "dataset.image_size=32", UNASKED)
    write_mixed_folder(folder, per_class=12)
    shutil.copyfile(folder / "disc" / "disc000.png", folder / "disc" / "again.png")
    Image.new("RGB", (90, 70), (9, 90, 60)).save(folder / "ring" / "nothing.png")
    paths = Paths(tmp_path)
    ingest.run(params, paths)
    validate.run(params, paths)
    report = json.loads((paths.data_report / "report.json").read_text())
    page = (paths.data_report / "index.html").read_text()
    found = {one["check"]: one for one in report["findings"]}
    assert found["same_bytes"]["sets"] == [["disc/again.png", "disc/disc000.png"]]
    assert found["blank"]["paths"] == ["ring/nothing.png"]
    assert sorted(one["path"] for one in report["quarantined"]) == sorted(found["unreadable"]["paths"])
    assert len(report["quarantined"]) == 3
    assert report["files"]["turned"] == len(found["exif_orientation"]["paths"]) > 0
    assert report["figures"]["data/pictures"] == sum(one["pictures"] for one in report["classes"]) == 50
    for name in ("again.png", "nothing.png", "cut-short.jpg", "a-text.png", "turned by EXIF"):
        assert name in page


def test_a_source_that_is_gone_still_has_its_report(tmp_path: Path) -> None:
    """Who pulled the data set from DVC without its pictures sees what ingest made of them."""
    params = make_params("dataset=folder", UNASKED)
    write_dataset(Paths(tmp_path).dataset, noise(24), balanced(8))
    validate.run(params, Paths(tmp_path))
    assert "data:image/webp" in (Paths(tmp_path).data_report / "index.html").read_text()


def test_a_leak_in_a_given_split_stops_and_stands_side_by_side(tmp_path: Path) -> None:
    paths, images = Paths(tmp_path), noise(26)
    images[25] = images[24]
    given = [sample("left", split="train"), sample("right", split="test")]
    write_dataset(paths.dataset, images, [*balanced(8), *given])
    with pytest.raises(DataError, match=r"left\.png \(train\) and cat/right\.png \(test\)"):
        validate.run(PARAMS, paths)
    page = (paths.data_report / "index.html").read_text()
    assert "Leaks: 1 group on more than one side" in page
    assert "left.png" in page


def test_copies_saved_again_stay_together_and_wrong_labels_are_named(tmp_path: Path) -> None:
    """Unless grouping is off; a blank picture is like no other, whatever its shade."""
    images, labels = draw_shapes(180, side=24)
    again, blank = np.clip(images[:3] * 1.06 + 4, 0, 255).astype(np.uint8), np.full((2, 24, 24, 3), 90, np.uint8)
    blank[1] = 140
    names = [CLASSES[label] for label in [*labels, *labels[:3], 0, 1]]
    names[30] = CLASSES[(labels[30] + 1) % 3]
    samples = [sample(f"{row}", name) for row, name in enumerate(names)]
    paths = Paths(tmp_path)
    write_dataset(paths.dataset, np.concatenate([images, again, blank]), samples)
    params = make_params("validate.largest_cluster=1.0")
    validate.run(params, paths)
    groups = read_groups(paths.validation / "groups.csv", len(samples)).tolist()
    assert groups[180:183] == groups[:3]
    report = json.loads((paths.data_report / "report.json").read_text())
    suspected = [(one["path"], one["likely"]) for one in report["mislabelled"]]
    assert suspected[0] == (samples[30].path, CLASSES[labels[30]])
    assert groups[183] != groups[184]
    validate.run(make_params("validate.group_near_duplicates=false", UNASKED), paths)
    assert read_groups(paths.validation / "groups.csv", len(samples)).tolist() == list(range(len(samples)))
    found = json.loads((paths.validation / "violations.json").read_text())
    assert "near_duplicates" in {one["check"] for one in found}
