"""Merging: what was confirmed is in data/raw once, under DVC, with where it came from."""

import time
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import pytest
from kept import a_capture
from onnx_models import solid_png
from pictures import files_below, write_colours
from projects import make_project
from reviewed import answered

from tinysight.cli import main
from tinysight.data.importing import import_pictures
from tinysight.data.raw_manifest import RawPicture, read_manifest
from tinysight.errors import DataError
from tinysight.feedback.decisions import Decision, decide, read_decisions, write_decisions
from tinysight.feedback.merging import merge
from tinysight.feedback.review import read_project, write_project
from tinysight.paths import Paths
from tinysight.records import Feedback, read_captures, write_captures, write_feedback

pytestmark = pytest.mark.slow  # `dvc add` takes seconds each time
PICTURES = {name: solid_png((10, 200 - number, 77)) for number, name in enumerate(("a", "b", "c", "d"))}
DIGESTS = {name: sha256(picture).hexdigest() for name, picture in PICTURES.items()}


@dataclass(frozen=True)
class Story:
    """What lay in data/raw after each step, and what was said."""

    paths: Paths
    steps: dict[str, set[bytes]]
    words: dict[str, str]
    pointers: dict[str, bytes]
    manifest: dict[str, RawPicture]


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Story:
    folder = tmp_path_factory.mktemp("merging")
    paths = Paths(make_project(folder / "project"))
    import_pictures(write_colours(folder / "own", "red", "green"), paths)
    for picture in PICTURES.values():
        capture = a_capture(picture)
        write_captures(paths.feedback, [(capture, picture)])
        said = Feedback(
            prediction_id=capture.prediction_id, when=time.time(), class_name="green", model_version="3", who="shop"
        )
        write_feedback(paths.feedback, [said])
    write_project(paths, folder / "out", pick="feedback")
    labels = {DIGESTS["a"]: "green", DIGESTS["b"]: "none of these", DIGESTS["c"]: "teal"}
    read_project(paths, answered(folder / "out", labels))
    story = Story(paths, {"before": below(paths)}, {}, {}, {})
    for step, unreviewed in (("reviewed", False), ("again", False), ("unreviewed", True)):
        story.words[step] = merge(paths, unreviewed=unreviewed)
        story.steps[step] = below(paths)
        story.pointers[step] = paths.raw.with_name("raw.dvc").read_bytes()
    story.manifest.update({row.path: row for row in read_manifest(paths.raw)})
    return story


def below(paths: Paths) -> set[bytes]:
    return {content for path, content in files_below(paths.raw).items() if path.endswith(".png")}


def test_confirmed_pictures_are_added_and_none_is_lost(story: Story) -> None:
    assert story.steps["reviewed"] == story.steps["before"] | {PICTURES["a"], PICTURES["c"]}
    assert "2 pictures were merged" in story.words["reviewed"]
    assert "1 are none of the classes" in story.words["reviewed"]
    assert story.words["reviewed"].lower().count("\nnext") == 1


def test_merging_again_changes_nothing(story: Story) -> None:
    assert story.words["again"].startswith("0 pictures were merged; 2 had been")
    assert story.pointers["again"] == story.pointers["reviewed"]


def test_believing_feedback_again_merges_nothing_again(story: Story) -> None:
    assert merge(story.paths, unreviewed=True).startswith("0 pictures were merged; 3 had been")
    assert {one.by for one in read_decisions(story.paths.decisions).values()} == {"project.json", "feedback of shop"}


def test_feedback_can_be_believed_without_review_where_nobody_decided(story: Story) -> None:
    assert story.steps["unreviewed"] == story.steps["reviewed"] | {PICTURES["d"]}
    assert len(files_below(story.paths.raw)) == len(story.steps["unreviewed"]) + 1
    assert story.pointers["unreviewed"] != story.pointers["again"]


def test_each_picture_says_where_it_came_from(story: Story) -> None:
    classes = {}
    for path, row in story.manifest.items():
        content = (story.paths.raw / path).read_bytes()
        if content in PICTURES.values():
            assert row.origin.startswith("feedback ")
            assert "answered by colours version 3, said by shop, confirmed by " in row.origin
            classes[content] = row.class_name, row.origin.rpartition("confirmed by ")[2]
    assert classes == {
        PICTURES["a"]: ("green", "project.json"),
        PICTURES["c"]: ("teal", "project.json"),
        PICTURES["d"]: ("green", "feedback of shop"),
    }


def test_pictures_of_one_day_may_be_kept_together(story: Story) -> None:
    picture = solid_png((1, 2, 3))
    capture = a_capture(picture)
    write_captures(story.paths.feedback, [(capture, picture)])
    said = Feedback(prediction_id=capture.prediction_id, when=time.time(), class_name="red", model_version="3")
    write_feedback(story.paths.feedback, [said])
    merge(story.paths, unreviewed=True, by_day=True)
    groups = {row.group for row in read_manifest(story.paths.raw)}
    assert len(groups) == 2
    assert max(groups).startswith("feedback 20")
    assert [*files_below(story.paths.raw).values()].count(picture) == 1


def class_of(paths: Paths, picture: bytes) -> list[str]:
    return [row.class_name for row in read_manifest(paths.raw) if (paths.raw / row.path).read_bytes() == picture]


def test_a_later_review_or_word_corrects_what_was_merged_and_adds_nothing_twice(story: Story) -> None:
    """Reviewed `a` gets another class, reviewed `c` none; of `d`, which was believed, somebody says something new."""
    paths = story.paths
    reviewed = read_decisions(paths.decisions)
    for name, class_name in (("a", "red"), ("c", "")):
        reviewed, _ = decide(reviewed, [Decision(DIGESTS[name], class_name, "second.json")])
    write_decisions(paths.decisions, reviewed.values())
    capture = next(one for one in read_captures(paths.feedback) if one.digest == DIGESTS["d"])
    said = Feedback(prediction_id=capture.prediction_id, when=time.time(), class_name="red", model_version="3")
    write_feedback(paths.feedback, [said])
    words = merge(paths, unreviewed=True)
    assert "\n2 pictures were merged; " in words
    assert f"1 that had been merged are none of the classes now. Remove from {paths.raw}: teal/" in words
    assert [class_of(paths, PICTURES[name]) for name in "abcd"] == [["red"], [], ["teal"], ["red"]]
    assert merge(paths, unreviewed=True).startswith("0 pictures were merged; ")


def test_a_data_set_that_is_not_data_raw_is_left_alone(tmp_path: Path) -> None:
    paths = Paths(make_project(tmp_path / "project"))
    with pytest.raises(DataError, match=r"tinysight import DIR"):
        merge(paths)


def test_the_commands_do_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    paths = Paths(make_project(tmp_path / "project"))
    monkeypatch.chdir(paths.root)
    capture = a_capture(PICTURES["a"])
    write_captures(tmp_path / "kept", [(capture, PICTURES["a"])])
    said = Feedback(prediction_id=capture.prediction_id, when=time.time(), class_name="blue", model_version="3")
    write_feedback(tmp_path / "kept", [said])
    assert main(["feedback", "pull", str(tmp_path / "kept")]) == 0
    assert "Of 1 somebody said what they show" in capsys.readouterr().out
    assert main(["feedback", "review", "out"]) == 0
    export = answered(paths.root / "out", {DIGESTS["a"]: "blue"})
    assert main(["feedback", "review", "--read", str(export)]) == 0
    assert "1 pictures are decided" in capsys.readouterr().out
    assert main(["feedback", "review"]) == 1
    assert main(["feedback", "merge"]) == 1
    assert "tinysight import DIR" in capsys.readouterr().err
