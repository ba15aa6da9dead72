"""validate: a report and groups for good data, one line for each error for bad data."""

import json
from pathlib import Path

import numpy as np
import pytest
from tiny_datasets import balanced, make_params, noise, sample, write_dataset

from tinysight.data.groups import read_groups
from tinysight.errors import DataError
from tinysight.paths import Paths
from tinysight.stages import validate

PARAMS = make_params("validate.smallest_class=5")


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


def test_each_error_has_its_line_and_nothing_is_written(tmp_path: Path) -> None:
    paths = Paths(tmp_path)
    samples = [*balanced(5), sample("a", "yak"), sample("b", "zebu")]
    write_dataset(paths.dataset, noise(17), samples, broken=[f"cat/{n}.png" for n in range(9)])
    with pytest.raises(DataError) as raised:
        validate.run(PARAMS, paths)
    lines = str(raised.value).splitlines()
    assert [line[:10] for line in lines] == ["9 of 26 (3", "Class yak ", "Class zebu"]
    assert not paths.validation.exists()


def test_a_data_set_without_pictures_is_refused(tmp_path: Path) -> None:
    paths = Paths(tmp_path)
    write_dataset(paths.dataset, np.zeros((0, 8, 8, 3), np.uint8), [])
    with pytest.raises(DataError, match="at least 2 classes"):
        validate.run(PARAMS, paths)


def test_without_a_data_set_the_user_is_told_what_to_run(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="dvc repro"):
        validate.run(PARAMS, Paths(tmp_path))
