import json
import shutil
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from onnx_models import tiny_model
from results import SIZE

from tinysight.bundle import open_bundle, scores_of
from tinysight.errors import TrackingError
from tinysight.evaluation.scores import bundle_scores, read_scores
from tinysight.params import Params
from tinysight.paths import Paths
from tinysight.tracking.golden import golden_pictures
from tinysight.tracking.registration import ModelFile, register
from tinysight.tracking.registry import download, find_champion, list_versions, promote, versions_of
from tinysight.tracking.runs import publish
from tinysight.tracking.sqlite_view import database_of, promoted_at
from tinysight.tracking.store import local_path, open_store, tracking_uri
from tinysight.tracking.version_info import DRAFT, VersionInfo
from tinysight.tracking.version_table import versions_table

NAME = "colours"


@pytest.fixture
def published(finished: tuple[Params, Paths]) -> tuple[Paths, ModelFile]:
    """A project whose runs are published and whose model is not registered yet."""
    params, paths = finished
    run_id = publish(params, paths).candidates["svm"]
    return paths, ModelFile(
        paths.export("svm") / "model.onnx", golden_pictures(params, paths), run_id, "d" * 64, "c" * 40
    )


def another(
    model: ModelFile, folder: Path, seed: int, classes: tuple[str, ...] = ("red", "green", "blue")
) -> ModelFile:
    path = tiny_model(folder / f"{seed}.onnx", classes, SIZE, seed=seed)
    return ModelFile(path, model.golden, model.run_id, model.dataset_digest, model.git_commit)


def add(paths: Paths, model: ModelFile) -> VersionInfo:
    with open_store(paths) as store:
        return register(store, NAME, model)


def test_a_versions_artifacts_are_exactly_a_bundle(published: tuple[Paths, ModelFile], tmp_path: Path) -> None:
    """It knows its name and number, and holds a golden picture of each class."""
    paths, model = published
    version = add(paths, model)
    with open_store(paths, write=False) as store:
        bundle = download(store, version, tmp_path / "fetched")
    assert (bundle.name, bundle.version) == (NAME, "1")
    assert bundle.model.read_bytes() == model.path.read_bytes()
    files = {str(path.relative_to(bundle.folder)) for path in bundle.folder.rglob("*") if path.is_file()}
    assert files == {"model.onnx", "golden.json", "bundle.json", "golden/00.png", "golden/01.png", "golden/02.png"}


def test_a_version_says_what_it_was_made_from(published: tuple[Paths, ModelFile]) -> None:
    version = add(*published)
    assert (version.dataset_digest, version.git_commit) == ("d" * 64, "c" * 40)
    assert version.run_id == published[1].run_id
    assert version.aliases == ()
    assert version.draft == ""


def test_the_same_file_is_one_version(published: tuple[Paths, ModelFile]) -> None:
    assert add(*published).version == add(*published).version == "1"
    assert len(list_versions(published[0])) == 1


def test_another_file_is_another_version(published: tuple[Paths, ModelFile], tmp_path: Path) -> None:
    paths, model = published
    add(paths, model)
    assert add(paths, another(model, tmp_path, 101)).version == "2"
    assert [version.version for version in list_versions(paths)] == ["2", "1"]


def test_a_draft_left_by_a_kill_is_completed_under_its_number(published: tuple[Paths, ModelFile]) -> None:
    paths, model = published
    version = add(paths, model)
    with open_store(paths) as store:  # as it was before the last step
        store.client.set_model_version_tag(NAME, "1", DRAFT, version.sha256)
        store.client.delete_model_version_tag(NAME, "1", "tinysight.sha256")
    place = local_path(version.source)
    assert place is not None
    (place / "model.onnx").write_bytes(b"half")
    assert list_versions(paths) == []
    assert add(paths, model).version == "1"
    assert open_bundle(place).version == "1"


def test_an_incomplete_version_cannot_be_promoted(published: tuple[Paths, ModelFile]) -> None:
    paths, model = published
    add(paths, model)
    with open_store(paths) as store:
        store.client.delete_model_version_tag(NAME, "1", "tinysight.sha256")
    with pytest.raises(TrackingError, match="not completely registered"):
        promote(paths, "1")


def test_old_drafts_of_other_files_go_and_what_people_registered_stays(
    published: tuple[Paths, ModelFile], monkeypatch: pytest.MonkeyPatch
) -> None:
    paths, model = published
    with open_store(paths) as store:
        source = f"{store.client.get_run(model.run_id).info.artifact_uri}/bundle/{'f' * 16}"
        store.client.create_registered_model(NAME)
        store.client.create_model_version(NAME, source, run_id=model.run_id, tags={DRAFT: "f" * 64})
        store.client.create_model_version(NAME, source, run_id=model.run_id)
    assert add(paths, model).version == "3"
    monkeypatch.setattr("tinysight.tracking.registration.STALE_SECONDS", -1)
    add(paths, model)
    with open_store(paths) as store:
        assert [version.version for version in versions_of(store, NAME)] == ["2", "3"]


def test_a_draft_whose_run_was_deleted_is_replaced(published: tuple[Paths, ModelFile]) -> None:
    from tinysight.bundle import sha256_of

    paths, model = published
    sha256 = sha256_of(model.path)
    with open_store(paths) as store:
        lost = store.client.create_run(store.experiment(NAME)).info
        store.client.create_registered_model(NAME)
        tags = {DRAFT: sha256}
        store.client.create_model_version(
            NAME, f"{lost.artifact_uri}/bundle/{sha256[:16]}", run_id=lost.run_id, tags=tags
        )
        store.client.delete_run(lost.run_id)
    version = add(paths, model)
    assert version.complete
    assert version.run_id == model.run_id


def test_a_version_whose_files_are_gone_is_registered_again(published: tuple[Paths, ModelFile]) -> None:
    paths, model = published
    add(paths, model)
    shutil.rmtree(paths.artifacts)
    assert add(paths, model).version == "2"


def test_promote_moves_production_and_keeps_why(published: tuple[Paths, ModelFile], tmp_path: Path) -> None:
    paths, model = published
    add(paths, model)
    add(paths, another(model, tmp_path, 101))
    assert promote(paths, "1", why="first") == "colours 1 is production now."
    assert promote(paths, "2", why="it is better") == "colours 2 is production now, instead of 1."
    second, first = list_versions(paths)
    assert (second.aliases, second.release, second.why) == (("production",), "promoted", "it is better")
    assert (first.aliases, first.release, first.why) == ((), "promoted", "first")
    assert promote(paths, "1") == "colours 1 is production now, instead of 2."


def test_promoting_the_production_version_again_changes_nothing(published: tuple[Paths, ModelFile]) -> None:
    paths, model = published
    add(paths, model)
    promote(paths, "1", why="first")
    assert "already" in promote(paths, "1")
    assert list_versions(paths)[0].why == "first"


def test_a_promotion_says_when_also_one_that_goes_back(published: tuple[Paths, ModelFile], tmp_path: Path) -> None:
    paths, model = published
    add(paths, model)
    add(paths, another(model, tmp_path, 101))
    database, times = database_of(tracking_uri(paths)), []
    assert database is not None
    assert promoted_at(database, NAME, "1") is None
    for version in ("1", "2", "1"):
        before = datetime.now(UTC).replace(microsecond=0)
        promote(paths, version)
        times.append(datetime.fromisoformat(promoted_at(database, NAME, version) or ""))
        assert before <= times[-1] <= datetime.now(UTC)
    with open_store(paths, write=False) as store:
        tags = store.client.get_model_version(NAME, "1").tags
    assert tags["tinysight.promoted_at"] == f"{times[-1]:%Y-%m-%dT%H:%M:%SZ}"


def test_a_version_holds_its_scores(published: tuple[Paths, ModelFile], tmp_path: Path) -> None:
    paths, model = published
    scores = bundle_scores(read_scores(paths.scores("svm")))
    version = add(paths, replace(model, scores=scores))
    with open_store(paths, write=False) as store:
        assert scores_of(download(store, version, tmp_path / "fetched")) == scores


def test_an_unknown_version_is_answered_with_the_known_ones(published: tuple[Paths, ModelFile]) -> None:
    paths, model = published
    add(paths, model)
    with pytest.raises(TrackingError, match=r"colours 7 is not registered.*versions: 1"):
        promote(paths, "7")


def test_other_classes_than_the_champions_need_force(published: tuple[Paths, ModelFile], tmp_path: Path) -> None:
    paths, model = published
    add(paths, model)
    add(paths, another(model, tmp_path, 101, ("red", "green", "black")))
    promote(paths, "1")
    with pytest.raises(TrackingError, match=r"new: black; missing: blue"):
        promote(paths, "2")
    assert list_versions(paths)[1].aliases == ("production",)
    promote(paths, "2", force=True)
    assert list_versions(paths)[0].aliases == ("production",)


def test_a_decision_against_a_champion_that_has_changed_is_not_carried_out(
    published: tuple[Paths, ModelFile], tmp_path: Path
) -> None:
    paths, model = published
    add(paths, model)
    add(paths, another(model, tmp_path, 101))
    promote(paths, "1")
    with pytest.raises(TrackingError, match="while version 2 was judged"):
        promote(paths, "2", instead_of="")
    promote(paths, "2", instead_of="1")
    with open_store(paths) as store:
        champion = find_champion(store, NAME)
    assert champion is not None
    assert champion.version == "2"


def test_the_table_names_what_people_look_for(published: tuple[Paths, ModelFile]) -> None:
    paths, model = published
    assert "dvc repro" in versions_table(list_versions(paths))
    add(paths, model)
    promote(paths, "1", why="first")
    head, line = versions_table(list_versions(paths)).splitlines()
    assert head.split()[:2] == ["version", "alias"]
    assert line.startswith("1        production")
    assert line.endswith("promoted: first")


def test_a_project_without_a_store_has_no_versions_and_gets_no_store(
    finished: tuple[Params, Paths], capsys: pytest.CaptureFixture[str]
) -> None:
    from tinysight.cli import main

    _, paths = finished
    paths.conf.mkdir()
    shutil.rmtree(paths.state)
    assert main(["registry", "list"]) == 0
    assert main(["registry", "list", "--json"]) == 0
    said = capsys.readouterr()
    assert said.out == "No version is registered yet. Run `dvc repro`.\n[]\n"
    assert said.err == ""
    assert not paths.state.exists()


def test_a_version_is_json_for_programs(published: tuple[Paths, ModelFile]) -> None:
    version = add(*published)
    content = json.loads(json.dumps(version.as_json()))
    assert content["version"] == "1"
    assert content["aliases"] == []


def test_a_lower_number_wins_when_two_machines_register_one_file(
    published: tuple[Paths, ModelFile], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The other machine's draft appears between our look and our own."""
    from tinysight.bundle import sha256_of
    from tinysight.tracking import registration

    paths, model = published
    create = registration._create

    def late(store, name, sha256, model):  # type: ignore[no-untyped-def]
        create(store, name, sha256, model)
        return create(store, name, sha256, model)

    monkeypatch.setattr(registration, "_create", late)
    version = add(paths, model)
    assert (version.version, version.sha256) == ("1", sha256_of(model.path))
    with open_store(paths) as store:
        assert len(versions_of(store, NAME)) == 1
