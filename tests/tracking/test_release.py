import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from onnx_models import COLOURS, tiny_model
from PIL import Image
from results import BAD, SIZE, make_results

from tinysight.bundle import open_bundle, scores_of, sha256_of
from tinysight.data.dataset import read_info
from tinysight.errors import DataError, TrackingError
from tinysight.evaluation.scores import read_scores
from tinysight.models.status import Status, write_status
from tinysight.params import Params
from tinysight.paths import Paths
from tinysight.tracking.belonging import check_belonging
from tinysight.tracking.record import read_pipeline
from tinysight.tracking.registry import list_versions, promote
from tinysight.tracking.release import release
from tinysight.tracking.sync import sync


def production(paths: Paths) -> str:
    return next((version.version for version in list_versions(paths) if "production" in version.aliases), "")


def again(paths: Paths, *overrides: str, **changes):  # type: ignore[no-untyped-def]
    """The pipeline's files after another run."""
    return make_results(paths.root, *overrides, **changes)


def test_the_first_version_is_promoted(finished: tuple[Params, Paths]) -> None:
    decision = release(*finished)
    assert (decision.outcome, decision.version, decision.rows, decision.accuracy) == ("promoted", "1", 15, 1.0)
    assert production(finished[1]) == "1"


def test_a_better_model_takes_the_champions_place(finished: tuple[Params, Paths]) -> None:
    _, paths = finished
    first = release(*again(paths, noise=BAD))
    assert first.accuracy is not None
    assert first.accuracy < 1
    second = release(*again(paths))
    assert (second.outcome, second.champion, second.champion_accuracy) == ("promoted", "1", first.accuracy)
    assert f"Better: 100.0 % instead of {first.accuracy:.1%}".replace("%", " %").replace("  ", " ") in second.reason
    assert production(paths) == "2"


def test_an_equal_model_is_kept_as_challenger(finished: tuple[Params, Paths]) -> None:
    params, paths = finished
    release(params, paths)
    decision = release(*again(paths, seed=1))
    assert (decision.outcome, decision.version, production(paths)) == ("challenger", "2", "1")
    assert "Not shown to be better: 100.0 % instead of 100.0 %" in decision.reason
    second, first = list_versions(paths)
    assert (second.aliases, first.aliases) == (("challenger",), ("production",))
    assert (second.release, second.why, second.judgement["outcome"]) == ("challenger", decision.reason, "challenger")


def test_a_worse_model_is_refused_and_released_by_force_only(finished: tuple[Params, Paths]) -> None:
    params, paths = finished
    release(params, paths)
    decision = release(*again(paths, seed=1, noise=BAD))
    assert (decision.outcome, decision.version) == ("refused", "2")
    assert list_versions(paths)[0].release == "refused"
    with pytest.raises(TrackingError, match=r"gate refused it: Worse.*--force"):
        promote(paths, "2")
    promote(paths, "2", force=True, why="a test")
    assert production(paths) == "2"


def test_the_champion_is_judged_on_todays_test_pictures(finished: tuple[Params, Paths]) -> None:
    """It was right about yesterday's; today's labels say otherwise, and a model that learned them wins."""
    params, paths = finished
    release(params, paths)
    assert release(*again(paths, classes=("blue", "green", "red"), seed=1)).champion_accuracy == pytest.approx(1 / 3)


def test_the_same_files_again_change_nothing(finished: tuple[Params, Paths]) -> None:
    release(*finished)
    decision = release(*finished)
    assert (decision.outcome, decision.version) == ("kept", "1")
    assert "production already" in decision.reason
    assert list_versions(finished[1])[0].release == "promoted"


def test_other_classes_are_refused_with_what_changed(finished: tuple[Params, Paths]) -> None:
    params, paths = finished
    release(params, paths)
    decision = release(*again(paths, classes=("red", "green", "black"), seed=1))
    assert decision.outcome == "refused"
    assert "new: black; missing: blue" in decision.reason
    assert "--force" in decision.reason
    assert production(paths) == "1"


def test_an_experiment_publishes_runs_and_registers_nothing(
    finished: tuple[Params, Paths], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DVC_EXP_NAME", "wide-cnn")
    decision = release(*finished)
    assert decision.outcome == "published"
    assert "wide-cnn" in decision.reason
    assert list_versions(finished[1]) == []


@pytest.mark.parametrize(
    ("value", "outcome"), [("1", "challenger"), ("yes", "challenger"), ("0", "promoted"), ("", "promoted")]
)
def test_no_promote_registers_and_moves_no_alias(
    finished: tuple[Params, Paths], monkeypatch: pytest.MonkeyPatch, value: str, outcome: str
) -> None:
    monkeypatch.setenv("TINYSIGHT_NO_PROMOTE", value)
    decision = release(*finished)
    assert (decision.outcome, decision.version) == (outcome, "1")
    assert ("TINYSIGHT_NO_PROMOTE" in decision.reason) == (outcome == "challenger")
    assert production(finished[1]) == ("1" if outcome == "promoted" else "")


def test_promote_never_says_how_to_do_it_by_hand(finished: tuple[Params, Paths]) -> None:
    decision = release(*again(finished[1], "register.promote=never"))
    assert decision.outcome == "challenger"
    assert "register.promote is never: `tinysight registry promote 1`" in decision.reason
    assert production(finished[1]) == ""


def test_what_a_person_took_back_does_not_return_by_itself(finished: tuple[Params, Paths]) -> None:
    params, paths = finished
    release(*again(paths, noise=BAD))
    release(*again(paths))
    promote(paths, "1", why="the customer complained")
    decision = release(params, paths)
    assert decision.outcome == "challenger"
    assert "version 2 was production before and was taken back or replaced" in decision.reason
    assert production(paths) == "1"


def test_no_chosen_candidate_registers_nothing(finished: tuple[Params, Paths]) -> None:
    decision = release(*again(finished[1], chosen=None))
    assert decision.outcome == "refused"
    assert list_versions(finished[1]) == []


def test_what_is_released_holds_the_scores_that_were_judged(finished: tuple[Params, Paths]) -> None:
    params, paths = finished
    release(params, paths)
    bundle = open_bundle(next(paths.artifacts.rglob("bundle/*/bundle.json")).parent)
    scores, judged = scores_of(bundle), read_scores(paths.scores("svm"))
    assert scores is not None
    assert (scores.test.accuracy, scores.test.interval) == (judged.test.accuracy, judged.test.interval)
    assert scores.val.expected_accuracy == judged.val.expected_accuracy


def test_a_champion_whose_files_are_damaged_is_not_replaced_silently(finished: tuple[Params, Paths]) -> None:
    params, paths = finished
    release(params, paths)
    next(paths.artifacts.rglob("bundle/*/model.onnx")).write_bytes(b"damaged")
    decision = release(*again(paths, seed=1))
    assert decision.outcome == "refused"
    assert "champion cannot be scored" in decision.reason


def replace_in_registry(paths: Paths, **contract: object) -> None:
    """Puts a model with another contract in the place of version 1's, as another tinysight would have made it."""
    bundle = next(paths.artifacts.rglob("bundle/*/bundle.json")).parent
    model = tiny_model(bundle / "model.onnx", COLOURS, SIZE, **contract)  # type: ignore[arg-type]
    manifest = json.loads((bundle / "bundle.json").read_text())
    manifest["sha256"]["model.onnx"] = sha256_of(model)
    (bundle / "bundle.json").write_text(json.dumps(manifest))


def test_a_champion_of_a_newer_tinysight_is_not_replaced_and_stops_nothing(finished: tuple[Params, Paths]) -> None:
    params, paths = finished
    release(params, paths)
    replace_in_registry(paths, contract_version=99)
    decision = release(*again(paths, seed=1))
    assert (decision.outcome, decision.version) == ("refused", "2")
    assert "champion cannot be scored: This tinysight reads contract versions" in decision.reason
    assert production(paths) == "1"


def test_a_champion_whose_files_are_gone_stops_nothing(finished: tuple[Params, Paths]) -> None:
    params, paths = finished
    release(params, paths)
    shutil.rmtree(next(paths.artifacts.rglob("bundle")))
    decision = release(*again(paths, seed=1))
    assert (decision.outcome, decision.version) == ("refused", "2")
    assert "--force" in decision.reason


def test_a_picture_that_the_champion_cannot_decode_is_its_wrong_answer(finished: tuple[Params, Paths]) -> None:
    """Today's pictures may have 32 bits, for which yesterday's contract has no window."""
    params, paths = finished
    release(params, paths)
    params, paths = again(paths, seed=1)
    for picture in paths.raw.rglob("29.png"):
        pixels = np.full((SIZE, SIZE), 0.5, dtype=np.float32)
        Image.fromarray(pixels).save(picture, "TIFF")
    decision = release(params, paths)
    assert decision.champion_accuracy == pytest.approx(12 / 15)
    assert decision.rows == 15


def test_a_picture_that_left_the_source_is_named(finished: tuple[Params, Paths]) -> None:
    (finished[1].raw / "red" / "29.png").unlink()
    with pytest.raises(DataError, match=r"red/29.png.*dvc repro"):
        release(*finished)


def test_the_runs_are_published_before_anything_is_decided(finished: tuple[Params, Paths], tmp_path: Path) -> None:
    from tinysight.tracking.sqlite_view import is_published

    key = read_pipeline(*finished).key
    assert not is_published(finished[1].store, key, finished[0].models)
    release(*finished)
    assert is_published(finished[1].store, key, finished[0].models)


def test_an_int8_file_is_published_registered_and_released_as_any_other(finished: tuple[Params, Paths]) -> None:
    params, paths = again(finished[1], chosen="svm_int8")
    shutil.copytree(paths.scores("svm"), paths.scores("svm_int8"))
    tiny_model(paths.model("svm_int8"), COLOURS, SIZE, seed=5, dataset_digest=read_info(paths.dataset).digest,
               params_digest=params.model_digest("svm"), precision="int8")  # fmt: skip
    decision = release(params, paths)
    assert (decision.outcome, decision.candidate, decision.accuracy) == ("promoted", "svm_int8", 1.0)
    assert list_versions(paths)[0].sha256 == sha256_of(paths.model("svm_int8"))
    assert {"svm", "svm_int8"} <= {candidate.name for candidate in read_pipeline(params, paths).candidates}
    assert sync(params, paths).endswith("is production; the registry holds this project's results.")
    check_belonging(params, paths)


def test_an_int8_file_that_failed_is_published_with_its_reason_and_hinders_no_release(
    finished: tuple[Params, Paths],
) -> None:
    params, paths = finished
    paths.model("svm_int8").write_bytes(b"broken")
    write_status(paths.scores("svm_int8"), Status("failed", "no such layer"))
    check_belonging(params, paths)
    found = {candidate.name: candidate.status for candidate in read_pipeline(params, paths).candidates}
    assert found["svm_int8"] == Status("failed", "no such layer")
    paths.model("svm_int8").unlink()
    assert "svm_int8" in {candidate.name for candidate in read_pipeline(params, paths).candidates}
    assert release(params, paths).outcome == "promoted"
