"""Reviewing: each picture once in a project of Label Studio, and what was labelled there is remembered."""

import json
import time
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from kept import a_capture
from onnx_models import solid_png
from reviewed import answered

from tinysight.errors import DataError
from tinysight.feedback.decisions import Decision, decide, read_decisions, write_decisions
from tinysight.feedback.gathered import gather
from tinysight.feedback.review import read_project, write_project
from tinysight.paths import Paths
from tinysight.records import Capture, Feedback, read_captures, write_captures, write_feedback

PICTURES = {name: solid_png((number * 40, 10, 10)) for number, name in enumerate("abcdef")}


def keep(paths: Paths, name: str, said: str | bool | None = False, **other: Any) -> Capture:
    """A picture that was captured; with feedback, where it says something."""
    capture = a_capture(PICTURES[name], **other)
    write_captures(paths.feedback, [(capture, PICTURES[name])])
    if said is not False:
        class_name = said if isinstance(said, str) else None
        one = Feedback(prediction_id=capture.prediction_id, when=time.time(), class_name=class_name, model_version="3")
        write_feedback(paths.feedback, [one])
    return capture


@pytest.fixture
def paths(tmp_path: Path) -> Paths:
    paths = Paths(tmp_path)
    keep(paths, "a", "blue")
    keep(paths, "b", None)
    keep(paths, "c")
    keep(paths, "d", class_name=None, reason="unknown")
    keep(paths, "a", "green")  # the same picture again
    return paths


def tasks(out: Path) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads((out / "tasks.json").read_text(encoding="utf-8"))
    return found


def test_a_project_shows_what_was_answered_and_what_was_said(paths: Paths, tmp_path: Path) -> None:
    words = write_project(paths, tmp_path / "out", pick="feedback")
    assert "2 pictures are in" in words
    assert "label, export as JSON.\nChoose 'none of these' for" in words
    first, second = tasks(tmp_path / "out")
    assert first["data"]["digest"] == sha256(PICTURES["b"]).hexdigest()
    assert "somebody said none of these" in first["data"]["reason"]
    said = [one["result"][0]["value"]["choices"][0] for one in second["predictions"]]
    assert said == ["red", "green"]
    assert "Version 3 answered red, 90 %" in second["data"]["reason"]
    config = (tmp_path / "out" / "label_config.xml").read_text()
    assert [name in config for name in ('"red"', '"blue"', '"none of these"')] == [True] * 3
    pictures = {path.read_bytes() for path in (tmp_path / "out" / "pictures").rglob("*.png")}
    assert pictures == {PICTURES["a"], PICTURES["b"]}


@pytest.mark.parametrize(("pick", "limit", "count"), [("doubts", None, 3), ("all", None, 4), ("all", 1, 1)])
def test_more_can_be_shown_those_with_feedback_first(
    paths: Paths, tmp_path: Path, pick: Any, limit: int, count: int
) -> None:
    write_project(paths, tmp_path / "out", pick=pick, limit=limit)
    digests = [task["data"]["digest"] for task in tasks(tmp_path / "out")]
    assert len(digests) == count
    assert digests[0] == sha256(PICTURES["b"]).hexdigest()


def test_what_was_labelled_is_remembered_and_not_shown_again(paths: Paths, tmp_path: Path) -> None:
    out = tmp_path / "out"
    write_project(paths, out, pick="feedback")
    export = answered(
        out, {sha256(PICTURES["a"]).hexdigest(): "blue", sha256(PICTURES["b"]).hexdigest(): "none of these"}
    )
    assert read_project(paths, export) == "2 pictures are decided, 1 of them none of the classes; 2 were not before."
    assert read_project(paths, export).endswith("0 were not before.")
    found = {one.class_name for one in read_decisions(paths.decisions).values()}
    assert found == {"blue", ""}
    assert "Nothing was written" in write_project(paths, tmp_path / "again", pick="feedback")


def test_a_picture_that_data_raw_has_is_not_shown(paths: Paths, tmp_path: Path) -> None:
    (paths.raw / "red").mkdir(parents=True)
    (paths.raw / "red" / "known.png").write_bytes(PICTURES["a"])
    write_project(paths, tmp_path / "out", pick="feedback")
    assert len(tasks(tmp_path / "out")) == 1


def test_an_export_of_other_pictures_is_refused(paths: Paths, tmp_path: Path) -> None:
    out = tmp_path / "out"
    write_project(paths, out, pick="feedback")
    export = answered(out, {task["data"]["digest"]: "red" for task in tasks(out)})
    other = Paths(tmp_path / "other")
    keep(other, "f", "red")
    with pytest.raises(DataError, match="labels no picture that was pulled"):
        read_project(other, export)
    with pytest.raises(DataError, match="is missing"):
        read_project(paths, tmp_path / "gone.json")


def test_without_records_the_next_step_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="tinysight feedback pull"):
        write_project(Paths(tmp_path), tmp_path / "out", pick="feedback")


def test_one_damaged_picture_does_not_stop_the_others(paths: Paths, tmp_path: Path) -> None:
    capture = next(one for one in read_captures(paths.feedback) if one.digest == sha256(PICTURES["b"]).hexdigest())
    assert capture.entry
    content = capture.entry.path.read_bytes()
    capture.entry.path.write_bytes(content.replace(PICTURES["b"], bytes(len(PICTURES["b"]))))
    words = write_project(paths, tmp_path / "out", pick="feedback")
    assert words.startswith(
        f"1 pictures are in {tmp_path / 'out'}.\n1 pictures were passed over, since they are damaged"
    )
    assert len(tasks(tmp_path / "out")) == 1


def test_feedback_whose_picture_is_gone_is_counted(paths: Paths) -> None:
    one = Feedback(prediction_id="0" * 32, when=time.time(), class_name="red", model_version="3")
    write_feedback(paths.feedback, [one])
    gathered = gather(paths.feedback)
    assert [*gathered.lost] == [one]
    assert [one.name[-4:] for one in gathered.pictures] == [".png"] * 4
    assert gathered.class_names == ["red", "green", "blue"]


def test_a_new_decision_replaces_the_old_one_and_is_merged_again(tmp_path: Path) -> None:
    known = {"1": Decision("1", "red", "a", "yes"), "2": Decision("2", "", "a")}
    after, changed = decide(known, [Decision("1", "blue", "b"), Decision("2", "", "b"), Decision("3", "red", "b")])
    assert changed == 2
    assert [after[digest] for digest in "123"] == [
        Decision("1", "blue", "b"), known["2"], Decision("3", "red", "b"),
    ]  # fmt: skip
    write_decisions(tmp_path / "deep" / "decisions.csv", after.values())
    assert read_decisions(tmp_path / "deep" / "decisions.csv") == after
    assert read_decisions(tmp_path / "none.csv") == {}


def test_what_lies_in_data_raw_and_has_no_class_any_more_is_not_forgotten() -> None:
    known = {"1": Decision("1", "red", "a", "yes"), "2": Decision("2", "red", "a")}
    after, _ = decide(known, [Decision("1", "", "b"), Decision("2", "", "b")])
    assert (after["1"].merged, after["2"].merged) == ("yes", "")
    assert decide(after, [Decision("1", "blue", "c")])[0]["1"] == Decision("1", "blue", "c")
