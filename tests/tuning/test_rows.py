"""Tuning learns from the rows that the pipeline made, and says what to run where they are missing or older."""

from pathlib import Path

import numpy as np
import pytest
import yaml
from studies import SPACE, tuned_project

from tinysight.data.splits import Split
from tinysight.errors import DataError
from tinysight.paths import Paths
from tinysight.tuning.rows import read_rows, study_key


def lock(paths: Paths, **used: object) -> None:
    """What DVC writes of the settings that made the rows."""
    stages = {"augment": {"params": {"params.yaml": used}}, "ingest": {}, "validate": {}, "split": {}}
    (paths.root / "dvc.lock").write_text(yaml.safe_dump({"schema": "2.0", "stages": stages}))


def test_it_learns_from_train_and_is_judged_by_val_and_has_no_test_row(tmp_path: Path) -> None:
    params, paths = tuned_project(tmp_path)
    data, split = read_rows(params, paths), Split.open(paths.split)
    np.testing.assert_array_equal(data.train_rows, split.train)
    np.testing.assert_array_equal(data.val_rows, split.val)
    assert not set(split.test) & {*data.train_rows, *data.val_rows}


def test_without_rows_it_says_what_to_run(tmp_path: Path) -> None:
    params, paths = tuned_project(tmp_path)
    paths.augmented.rename(tmp_path / "gone")
    with pytest.raises(DataError, match=r"augmented is missing.*`dvc repro augment`"):
        read_rows(params, paths)


def test_rows_of_other_settings_are_refused_with_the_key(tmp_path: Path) -> None:
    params, paths = tuned_project(tmp_path)
    lock(paths, **{"seed": 0, "dataset.background": [0, 0, 0], "augment": params.augment.model_dump()})
    read_rows(params, paths)
    lock(paths, seed=0, augment={**params.augment.model_dump(), "copies": 3})
    with pytest.raises(DataError, match=r"another augment than params\.yaml has.*`dvc repro augment`"):
        read_rows(params, paths)


def test_a_lock_that_is_not_dvcs_says_nothing(tmp_path: Path) -> None:
    params, paths = tuned_project(tmp_path)
    (tmp_path / "dvc.lock").write_text("stages: []")
    assert len(read_rows(params, paths)) == 90


def test_whatever_decides_an_outcome_names_another_study(tmp_path: Path) -> None:
    _, paths = tuned_project(tmp_path)
    keys = []
    for override in ("seed=0", "seed=1", "train.epochs=3", "models.svm.bins=8", "evaluate.expected.shift=0.3"):
        params, _ = tuned_project(tmp_path / override, override)
        keys.append(study_key(params, paths, "svm", SPACE))
    other = SPACE.model_copy(update={"space": {"side": SPACE.space["side"]}})
    keys.append(study_key(params, paths, "svm", other))
    np.save(paths.split / "val.npy", np.arange(3))
    keys.append(study_key(params, paths, "svm", SPACE))
    assert len(set(keys)) == len(keys)


@pytest.mark.parametrize("override", ["logger.tensorboard=true", "models.mlp.side=20", "select.standard_errors=2"])
def test_what_decides_no_outcome_names_the_same_study(tmp_path: Path, override: str) -> None:
    _, paths = tuned_project(tmp_path)
    params = [tuned_project(tmp_path / str(number), *more)[0] for number, more in enumerate([(), (override,)])]
    assert len({study_key(one, paths, "svm", SPACE) for one in params}) == 1
