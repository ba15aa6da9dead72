"""After a merge: what the gate let pass is released, what it did not stays, each with a line that says so."""

from contextlib import closing
from pathlib import Path

import pytest
from projects import commit, run_in
from results import BAD, give_store, make_results

from tinysight.errors import DataError, TrackingError
from tinysight.paths import Paths
from tinysight.retraining import promotion
from tinysight.retraining.journal import Journal
from tinysight.retraining.promotion import promote_merged
from tinysight.tracking.registry import list_versions
from tinysight.tracking.release import release


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A git repository with a store, where nothing is promoted by register; DVC has everything already."""
    for name in ("MLFLOW_TRACKING_URI", "DVC_EXP_NAME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TINYSIGHT_NO_PROMOTE", "1")
    monkeypatch.setattr(promotion, "_pull", lambda *_: None)
    run_in(tmp_path, "git", "init", "-q", "-b", "main")
    for what in ("name", "email"):
        run_in(tmp_path, "git", "config", f"user.{what}", "tester@example.invalid")
    give_store(Paths(tmp_path))
    return tmp_path


def made(root: Path, *, released: bool = True, **more: object) -> Paths:
    params, paths = make_results(root, **more)  # type: ignore[arg-type]
    commit(root, "results")
    if released:
        release(params, paths)
    return paths


def merged(paths: Paths) -> str:
    with closing(Journal(paths.state / "retrain", quiet=True)) as journal:
        return promote_merged(paths, journal)


def production(paths: Paths) -> list[str]:
    return [one.version for one in list_versions(paths) if "production" in one.aliases]


def test_the_first_and_then_a_better_one_are_released_and_the_history_names_the_merge(root: Path) -> None:
    paths = made(root, noise=BAD)
    assert production(paths) == []
    assert merged(paths) == "colours 1 is production now."
    assert merged(paths) == "colours 1 is production already."
    paths = made(root, seed=1)
    assert merged(paths) == "colours 2 is production now, instead of 1."
    assert list_versions(paths)[0].why.startswith("merged as ")


def test_one_that_is_not_better_stays_and_the_line_says_how_a_person_releases_it(root: Path) -> None:
    merged(made(root))
    paths = made(root, seed=1)
    assert merged(paths).startswith("colours 2 is not released: ")
    assert "`tinysight registry promote 2 --why …`" in merged(paths)
    assert production(paths) == ["1"]


def test_one_that_was_judged_against_another_champion_is_not_released(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    merged(made(root, noise=BAD))
    made(root, seed=1)
    monkeypatch.delenv("TINYSIGHT_NO_PROMOTE")
    made(root, seed=2)  # somebody else's, released meanwhile
    paths = made(root, seed=1, released=False)
    with pytest.raises(TrackingError):
        merged(paths)
    assert production(paths) == ["3"]


def test_a_model_that_no_registry_knows_and_a_verdict_without_a_choice(root: Path) -> None:
    with pytest.raises(DataError, match="No version of the registry holds the merged svm"):
        merged(made(root, released=False))
    assert "nothing is released" in merged(made(root, chosen=None, released=False))
