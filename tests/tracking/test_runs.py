from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from results import make_results

from tinysight.errors import TrackingError
from tinysight.params import Params
from tinysight.paths import Paths
from tinysight.stages import augment
from tinysight.tracking import announcements, runs
from tinysight.tracking.run_contents import readable
from tinysight.tracking.runs import CANDIDATE, COMPLETE, KEY, PUBLISHING, publish
from tinysight.tracking.store import Store, open_store


def active_runs(paths: Paths) -> list:
    with open_store(paths, write=False) as store:
        return list(store.client.search_runs([store.experiment("colours")]))


def run_of(paths: Paths, run_id: str):
    with open_store(paths, write=False) as store:
        return store.client.get_run(run_id)


def test_a_pipeline_run_is_a_parent_with_a_child_for_each_candidate(finished: tuple[Params, Paths]) -> None:
    published = publish(*finished)
    assert published.new
    assert set(published.candidates) == {"majority", "svm", "mlp"}
    parent, child = run_of(finished[1], published.run_id), run_of(finished[1], published.candidates["svm"])
    assert child.data.tags["mlflow.parentRunId"] == published.run_id
    assert child.info.run_name == "svm"
    assert parent.data.tags["mlflow.note.content"].startswith("# The verdict")
    assert parent.data.params["chosen"] == "svm"
    assert parent.data.metrics["test/accuracy"] == child.data.metrics["test/accuracy"] == 0.9
    assert parent.data.metrics["data/pictures"] == 90
    assert child.data.params["model.kind"] == "svm"
    assert len(active_runs(finished[1])) == 4


def test_the_parent_keeps_verdict_params_pictures_and_data_report_and_the_children_their_figures(
    finished: tuple[Params, Paths], tmp_path: Path
) -> None:
    augment.run(*finished)
    published = publish(*finished)
    with open_store(finished[1], write=False) as store:
        kept = {file.path for file in store.client.list_artifacts(published.run_id)}
        data = {file.path for file in store.client.list_artifacts(published.run_id, "data")}
        figures = {file.path for file in store.client.list_artifacts(published.candidates["svm"], "figures")}
        picture = Path(store.client.download_artifacts(published.run_id, "figures/augmented.png", str(tmp_path)))
    assert kept == {"verdict.json", "verdict.md", "params.yaml", "data", "figures"}
    assert data == {"data/index.html", "data/report.json"}
    assert figures == {"figures/confusion_matrix.png"}
    assert picture.read_bytes() == finished[1].augmented_picture.read_bytes()


def test_curves_have_a_value_for_each_epoch(finished: tuple[Params, Paths]) -> None:
    published = publish(*finished)
    with open_store(finished[1], write=False) as store:
        history = store.client.get_metric_history(published.candidates["mlp"], "epoch/loss")
    assert [(point.step, point.value) for point in history] == [(1, 1.0), (2, 0.5), (3, pytest.approx(1 / 3))]


def test_runs_name_their_data_and_what_made_them(finished: tuple[Params, Paths]) -> None:
    run = run_of(finished[1], publish(*finished).candidates["svm"])
    digest = run.data.tags["tinysight.dataset_digest"]
    (used,) = run.inputs.dataset_inputs
    assert (used.dataset.name, used.dataset.digest) == ("colours", digest[:36])
    assert len(run.data.tags["tinysight.params_digest"]) == 64


def test_a_failed_rung_is_a_failed_run_with_its_reason(finished: tuple[Params, Paths]) -> None:
    run = run_of(finished[1], publish(*finished).candidates["majority"])
    assert run.info.status == "FAILED"
    assert run.data.tags["tinysight.reason"] == "not enough memory"
    assert not run.outputs.model_outputs


def test_a_candidates_model_loads_through_mlflow_as_one_file(finished: tuple[Params, Paths], tmp_path: Path) -> None:
    """With signature and input example, and it answers as model.onnx does."""
    import mlflow.pyfunc

    from tinysight.predictor import Predictor

    run = run_of(finished[1], publish(*finished).candidates["svm"])
    with open_store(finished[1], write=False) as store:
        model = store.client.get_logged_model(run.outputs.model_outputs[0].model_id)
        folder = Path(store.client.download_artifacts(run.info.run_id, ".", str(tmp_path)))
    assert str(model.status) == "READY"
    assert folder.exists()
    loaded = mlflow.pyfunc.load_model(model.artifact_location)
    assert loaded.metadata.signature.inputs.input_names() == ["image"]
    example = loaded.input_example
    images = np.random.default_rng(0).integers(0, 256, (4, *example["image"].shape[1:]), dtype=np.uint8)
    answers = loaded.predict({"image": images})["probabilities"]
    exported = Predictor(finished[1].export("svm") / "model.onnx")
    np.testing.assert_array_equal(answers, exported.probabilities(images))
    assert not list(Path(model.artifact_location.removeprefix("file://")).glob("*.data"))


def test_the_same_files_are_published_once(finished: tuple[Params, Paths]) -> None:
    first, second = publish(*finished), publish(*finished)
    assert not second.new
    assert (second.run_id, second.candidates) == (first.run_id, first.candidates)
    assert len(active_runs(finished[1])) == 4


def test_the_names_of_runs_say_candidate_and_change(finished: tuple[Params, Paths], monkeypatch) -> None:
    """An experiment is compared with the last `dvc repro`, not with the experiment before it."""
    params, paths = finished
    first = publish(params, paths)
    assert run_of(paths, first.run_id).info.run_name == "colours · svm · first run"
    monkeypatch.setenv("DVC_EXP_NAME", "few-epochs")
    publish(*make_results(paths.root, "train.epochs=3", seed=1))
    monkeypatch.setenv("DVC_EXP_NAME", "other-c")
    second = publish(*make_results(paths.root, "models.svm.c=[1]", seed=2))
    run, svm, mlp = (run_of(paths, one) for one in (second.run_id, *map(second.candidates.get, ("svm", "mlp"))))
    assert run.info.run_name == "other-c · svm · models.svm.c [1.0, 10.0, 100.0]→[1.0]"
    assert (svm.info.run_name, mlp.info.run_name) == ("svm · c [1.0, 10.0, 100.0]→[1.0]", "mlp")
    assert run.data.tags["tinysight.change"] == "models.svm.c [1.0, 10.0, 100.0]→[1.0]"
    assert run.data.tags["mlflow.note.content"].endswith("- `models.svm.c [1.0, 10.0, 100.0]→[1.0]`")
    assert (svm.data.params["chosen"], mlp.data.params["chosen"]) == ("yes", "no")
    assert (svm.data.tags["mlflow.source.name"], svm.data.tags["tinysight.experiment"]) == ("dvc exp run", "other-c")


def test_other_pictures_are_a_change(finished: tuple[Params, Paths]) -> None:
    publish(*finished)
    second = publish(*make_results(finished[1].root, faint=1, seed=1))
    change = run_of(finished[1], second.run_id).data.tags["tinysight.change"]
    assert change.startswith("pictures 90 (")
    assert "→93 (" in change


@given(st.floats(allow_nan=False))
def test_figures_are_short_and_counts_whole(value: float) -> None:
    assert readable(value) == pytest.approx(value, rel=1e-4)
    assert not value.is_integer() or readable(value) == value
    assert readable(29 / 30) == 0.96667


def test_a_candidate_lasts_as_long_as_its_training(finished: tuple[Params, Paths]) -> None:
    run = run_of(finished[1], publish(*finished).candidates["svm"])
    assert run.info.end_time - run.info.start_time >= 2000


def test_other_results_are_another_pipeline_run(finished: tuple[Params, Paths]) -> None:
    first = publish(*finished)
    params, paths = make_results(finished[1].root, "models.svm.c=1.0", seed=1)
    second = publish(params, paths)
    assert second.new
    assert second.run_id != first.run_id


class InterruptionError(Exception):
    """Stands for the kill in the middle of a publication."""


def test_a_publication_that_was_interrupted_is_completed(
    finished: tuple[Params, Paths], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Finished children stay, the half-made one is replaced, and nothing is there twice."""
    whole = runs.log_files

    def interrupted(store: Store, run_id: str, files: list[Path]) -> None:
        if any(path.parent.name == "mlp" for path in files):
            raise InterruptionError
        whole(store, run_id, files)

    monkeypatch.setattr(runs, "log_files", interrupted)
    with pytest.raises(InterruptionError):
        publish(*finished)
    before = {run.data.tags.get(CANDIDATE): run.info.run_id for run in active_runs(finished[1])}
    monkeypatch.setattr(runs, "log_files", whole)
    published = publish(*finished)
    assert published.candidates["svm"] == before["svm"]
    assert published.candidates["mlp"] != before["mlp"]
    after = active_runs(finished[1])
    assert len(after) == 4
    assert {run.data.tags[COMPLETE] for run in after} == {"true"}
    assert len({run.data.tags[KEY] for run in after}) == 1
    with open_store(finished[1], write=False) as store:
        models = store.client.search_logged_models([store.experiment("colours")])
    assert len(models) == 2


def test_results_that_another_machine_publishes_at_this_moment_are_left_to_it(
    finished: tuple[Params, Paths], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its half-made runs are not taken away; what it made is what counts."""
    first = publish(*finished)
    with open_store(finished[1]) as store:
        experiment = store.experiment("colours")
        store.client.delete_tag(first.candidates["mlp"], COMPLETE)
        key = run_of(finished[1], first.run_id).data.tags[KEY]
        rival = f"{PUBLISHING}{key[:16]}.other"
        store.client.set_experiment_tag(experiment, rival, "another-machine 7 1.0")

        def it_ends(_: float) -> None:
            store.client.set_tag(first.candidates["mlp"], COMPLETE, "true")
            store.client.delete_experiment_tag(experiment, rival)

        monkeypatch.setattr(announcements.time, "sleep", it_ends)
    second = publish(*finished)
    assert not second.new
    assert second.candidates == first.candidates
    with open_store(finished[1], write=False) as store:
        assert not [tag for tag in store.client.get_experiment(experiment).tags if tag.startswith(PUBLISHING)]


def test_a_publication_deleted_in_the_ui_is_made_again(finished: tuple[Params, Paths]) -> None:
    first = publish(*finished)
    with open_store(finished[1]) as store:
        for run_id in (first.run_id, *first.candidates.values()):
            store.client.delete_run(run_id)
    assert publish(*finished).new


@pytest.mark.parametrize("deleted", ["svm", "mlp", ""])
def test_one_run_deleted_in_the_ui_is_made_again(finished: tuple[Params, Paths], deleted: str) -> None:
    """A child under the same parent; a parent over the same children, which MLflow would not show otherwise."""
    first = publish(*finished)
    with open_store(finished[1]) as store:
        store.client.delete_run(first.candidates.get(deleted, first.run_id))
    second = publish(*finished)
    assert second.new
    assert set(second.candidates) == {"majority", "svm", "mlp"}
    same = {name for name in first.candidates if first.candidates[name] == second.candidates[name]}
    assert same == {"majority", "svm", "mlp"} - {deleted}
    assert (second.run_id == first.run_id) == bool(deleted)
    runs_now = {run.info.run_id: run.data.tags for run in active_runs(finished[1])}
    assert set(runs_now) == {second.run_id, *second.candidates.values()}
    assert {runs_now[child]["mlflow.parentRunId"] for child in second.candidates.values()} == {second.run_id}
    assert {tags[COMPLETE] for tags in runs_now.values()} == {"true"}
    assert not publish(*finished).new


def test_a_store_that_refuses_is_one_clear_line(finished: tuple[Params, Paths]) -> None:
    import sqlite3

    with sqlite3.connect(finished[1].store) as connection:
        connection.execute("DROP TABLE runs")
    with pytest.raises(TrackingError, match="dvc repro") as caught:
        publish(*finished)
    assert "\n" not in str(caught.value)
