"""split: the rows of each side on disk, and a report that says how they came about."""

import json
from pathlib import Path

import numpy as np
import pytest
from tiny_datasets import CLASSES, balanced, make_params, noise, sample, write_dataset

from tinysight.data.groups import write_groups
from tinysight.data.imageset import Sample
from tinysight.data.sides import SIDES
from tinysight.data.splits import Exemption, Split
from tinysight.errors import DataError
from tinysight.paths import Paths
from tinysight.stages import split, validate

PARAMS = make_params("validate.smallest_class=3", "validate.levels.label_errors=off")  # which takes long


def divide(root: Path, samples: list[Sample]) -> Paths:
    """Runs the stage and the one before it."""
    paths = Paths(root)
    write_dataset(paths.dataset, noise(len(samples)), samples)
    validate.run(PARAMS, paths)
    split.run(PARAMS, paths)
    return paths


def test_the_rows_of_each_side_are_sorted_and_complete(tmp_path: Path) -> None:
    paths = divide(tmp_path, balanced(40))
    sides = Split.open(paths.split).sides()
    assert all(rows.dtype == np.int64 and (np.diff(rows) > 0).all() for rows in sides.values())
    assert sorted(np.concatenate([*sides.values()])) == list(range(120))
    names = ["split.json", "test.npy", "train.npy", "val.npy"]
    assert sorted(path.name for path in paths.split.iterdir()) == names


def test_the_report_counts_what_is_there(tmp_path: Path) -> None:
    samples = [*balanced(40), *(sample(f"{n}", "yak") for n in range(3))]
    paths = divide(tmp_path, samples)
    report, sides = json.loads((paths.split / "split.json").read_text()), Split.open(paths.split).sides()
    assert report["counts"] == {side: len(rows) for side, rows in sides.items()}
    assert report["fractions"] == {side: round(len(rows) / 123, 6) for side, rows in sides.items()}
    assert report["per_class"]["yak"] == {"train": 1, "val": 1, "test": 1}
    totals = {name: sum(counts.values()) for name, counts in report["per_class"].items()}
    assert totals == {"cat": 40, "dog": 40, "emu": 40, "yak": 3}
    assert all("yak" in one["message"] and one["kind"] == "quota" for one in report["exceptions"])


def test_the_same_data_give_the_same_bytes(tmp_path: Path) -> None:
    first, second = divide(tmp_path / "a", balanced(20)), divide(tmp_path / "b", balanced(20))
    for file in first.split.iterdir():
        assert file.read_bytes() == (second.split / file.name).read_bytes()


def test_what_cannot_be_divided_leaves_nothing_behind(tmp_path: Path) -> None:
    samples = [*balanced(20), *(sample(f"{n}", "yak", group="one session") for n in range(9))]
    with pytest.raises(DataError, match="Class yak"):
        divide(tmp_path, samples)
    assert not Paths(tmp_path).split.exists()


def test_groups_of_another_data_set_are_refused(tmp_path: Path) -> None:
    paths = divide(tmp_path, balanced(20))
    write_dataset(paths.dataset, noise(63), balanced(21))
    with pytest.raises(DataError, match="60 rows, the data set 63"):
        split.run(PARAMS, paths)


def test_the_split_is_audited_and_the_report_says_so(tmp_path: Path) -> None:
    samples = [*balanced(40), *(sample(f"s{n}", group="one session") for n in range(5))]
    report = json.loads((divide(tmp_path, samples).split / "split.json").read_text())
    audit = {"rows": 125, "groups": 121, "names": 1, "digests": 125, "leaks": 0, "examples": []}
    assert (report["audit"], report["notes"]) == (audit, [])


def test_a_leak_stops_the_stage_and_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The audit does not trust the function that divides."""

    def careless(samples: list[Sample], *_: object) -> tuple[Split, list[Exemption]]:
        rows = np.arange(len(samples))
        return Split(rows[::3], rows[1::3], rows[2::3]), []

    monkeypatch.setattr(split, "assign", careless)
    samples = [*balanced(20), *(sample(f"s{n}", group="one session") for n in range(5))]
    with pytest.raises(DataError, match=r"The split leaks: 2 .*cat/s0.png .* and cat/s1.png"):
        divide(tmp_path, samples)
    assert not Paths(tmp_path).split.exists()


@pytest.mark.parametrize("leaks", ["refuse", "leave_out"])
def test_the_data_set_says_what_becomes_of_leaks(tmp_path: Path, leaks: str) -> None:
    """The digits have no such setting, since no side of theirs is given: refuse."""
    given = [sample(f"{side}{n}", name, split=side) for side in SIDES for name in CLASSES for n in range(3)]
    samples = [*given, sample("a", split="train", group="g"), sample("b", split="test", group="g")]
    params = make_params("dataset=folder", f"dataset.leaks={leaks}", "validate.smallest_class=3")
    paths = Paths(tmp_path)
    write_dataset(paths.dataset, noise(len(samples)), samples)
    paths.validation.mkdir(parents=True)
    write_groups(paths.validation / "groups.csv", np.array([*range(27), 27, 27]))
    if leaks == "refuse":
        with pytest.raises(DataError, match=r"cat/a.png \(train\), cat/b.png \(test\)"):
            split.run(params, paths)
    else:
        split.run(params, paths)
        report = json.loads((paths.split / "split.json").read_text())
        assert [(one["kind"], one["paths"]) for one in report["exceptions"]] == [("left_out", ["cat/a.png"])]
        assert report["audit"]["rows"] == 28


def test_a_side_with_much_less_than_its_share_is_explained(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Large groups of which only the looks are known go to train unless all their digests agree."""
    samples = balanced(200)
    paths = Paths(tmp_path)
    write_dataset(paths.dataset, noise(len(samples)), samples)
    paths.validation.mkdir(parents=True)
    write_groups(paths.validation / "groups.csv", np.arange(len(samples)) // 8)
    split.run(PARAMS, paths)
    notes = json.loads((paths.split / "split.json").read_text())["notes"]
    assert len(notes) == 2
    assert "where 15% were asked for" in notes[0]
    assert "name their groups" in notes[0]
    assert notes[0] in capsys.readouterr().err
