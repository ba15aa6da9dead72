"""From real files to a split: copies that were planted on another side are refused, left out, or kept together."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from base_sets import write_digits
from planted import Amounts, Planted, plant
from tiny_datasets import make_params

from tinysight.data.imageset import SAMPLES, read_samples
from tinysight.data.splits import Split
from tinysight.errors import DataError
from tinysight.params import Params
from tinysight.paths import Paths
from tinysight.stages import ingest, split, validate

SEEDS = (0, 1, 2)
NEAR = Amounts(exact=4, near=30, flips=0, truncated=0, blanks=0, turned=0)


def plant_digits(root: Path, seed: int) -> Planted:
    write_digits(root / "whole", 400)
    return plant(root / "whole", root / "planted", seed, NEAR)


def divide_at_random(root: Path, planted: Planted, seed: int) -> list[tuple[str, str]]:
    """Moves every file to a random side; returns the pairs that were torn apart, as paths below the source."""
    random, moved = np.random.default_rng(seed), {}
    for file in sorted((root / "planted").rglob("*.*")):
        path = file.relative_to(root / "planted").as_posix()
        side = str(random.choice(["train", "val", "test"], p=[0.6, 0.2, 0.2]))
        moved[path] = f"{side}/{path}"
        target = root / "data" / "raw" / moved[path]
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.move(file, target)
    pairs = [(moved[one], moved[other]) for one, other in (*planted.near, *planted.exact)]
    return [(one, other) for one, other in pairs if one.split("/")[0] != other.split("/")[0]]


def params_of(kind: str, *overrides: str) -> Params:
    return make_params(
        f"dataset={kind}", "dataset.image_size=28", "dataset.background=[0,0,0]", *overrides,
        "validate.levels.label_errors=off",
    )  # fmt: skip


def sides_of(paths: Paths) -> dict[str, str]:
    samples = read_samples(paths.dataset / SAMPLES)
    return {samples[row].path: side for side, rows in Split.open(paths.split).sides().items() for row in rows}


@pytest.mark.parametrize("seed", [SEEDS[0], *(pytest.param(seed, marks=pytest.mark.slow) for seed in SEEDS[1:])])
def test_copies_across_a_random_split_do_not_survive(tmp_path: Path, seed: int) -> None:
    """Refused by name; left out on request, and then the audit finds nothing."""
    torn = divide_at_random(tmp_path, plant_digits(tmp_path, seed), seed)
    paths, refusing = Paths(tmp_path), params_of("divided")
    ingest.run(refusing, paths)
    with pytest.raises(DataError, match=r"on several given sides of the split.*dataset\.leaks to leave_out"):
        validate.run(refusing, paths)
    with pytest.raises(DataError, match=r"stand on more than one given side.*\(test\)"):
        split.run(refusing, paths)
    leaving = params_of("divided", "dataset.leaks=leave_out")
    validate.run(leaving, paths)
    split.run(leaving, paths)
    sides = sides_of(paths)
    survivors = [pair for pair in torn if len({sides[path] for path in pair if path in sides}) == 2]
    assert len(torn) >= 12
    assert survivors == []
    assert all(path in sides for path in read_paths(paths) if path.startswith("test/"))
    assert json.loads((paths.split / "split.json").read_text())["audit"]["leaks"] == 0


@pytest.mark.parametrize("seed", SEEDS[-1:])
def test_copies_stand_on_one_side_of_a_split_of_ours(tmp_path: Path, seed: int) -> None:
    planted = plant_digits(tmp_path, seed)
    (tmp_path / "data").mkdir()
    (tmp_path / "planted").rename(tmp_path / "data" / "raw")
    paths, params = Paths(tmp_path), params_of("folder")
    for stage in (ingest, validate, split):
        stage.run(params, paths)
    sides = sides_of(paths)
    assert [pair for pair in (*planted.near, *planted.exact) if len({sides[path] for path in pair}) == 2] == []
    assert sides.keys() == set(read_paths(paths))


def read_paths(paths: Paths) -> list[str]:
    return [sample.path for sample in read_samples(paths.dataset / SAMPLES)]
