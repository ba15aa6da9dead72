"""Label Studio gets tasks that it can show, and an interface that offers every class."""

import json
import xml.etree.ElementTree as ET
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from tinysight.data.exports.label_studio import next_steps, write
from tinysight.data.exports.picked import Batch, Opinion, Picked, Reason
from tinysight.data.raw_manifest import RawPicture

NAMES = ["T-shirt/top", 'a "b" & <c>', "größe"]


def picked(path: str, class_name: str, reason: Reason | None = None) -> Picked:
    return Picked(RawPicture(path, class_name, "train", "g1"), "00ff", reason or Reason(path))


def test_a_task_names_its_picture_as_a_local_file_whatever_it_is_called(tmp_path: Path) -> None:
    path = "größe/a b&c=d#1%.png"
    write(tmp_path, Batch([picked(path, "größe")], NAMES, labelled=True))
    (task,) = json.loads((tmp_path / "tasks.json").read_text(encoding="utf-8"))
    address = urlsplit(task["data"]["image"])
    assert address.path == "/data/local-files/"
    assert parse_qs(address.query) == {"d": [f"pictures/{path}"]}
    assert {name: task["data"][name] for name in ("split", "group", "digest")} == {
        "split": "train", "group": "g1", "digest": "00ff",
    }  # fmt: skip


def test_labels_that_are_right_are_annotations(tmp_path: Path) -> None:
    write(tmp_path, Batch([picked("a.png", NAMES[1])], NAMES, labelled=True))
    (task,) = json.loads((tmp_path / "tasks.json").read_text(encoding="utf-8"))
    (result,) = task["annotations"][0]["result"]
    assert (result["type"], result["value"]) == ("choices", {"choices": [NAMES[1]]})
    assert "predictions" not in task


def test_labels_in_doubt_are_predictions_beside_what_is_suggested(tmp_path: Path) -> None:
    reason = Reason("a.png", "looks odd", Opinion("größe", 0.97, "svm"), 0.03)
    batch = Batch([picked("a.png", NAMES[0], reason), picked("b.png", NAMES[0])], NAMES, labelled=False)
    write(tmp_path, batch)
    first, second = json.loads((tmp_path / "tasks.json").read_text(encoding="utf-8"))
    said = [(p["model_version"], p["score"], p["result"][0]["value"]["choices"]) for p in first["predictions"]]
    assert said == [("svm", 0.97, ["größe"]), ("present label", 0.03, [NAMES[0]])]
    assert (first["data"]["reason"], first["data"]["suggested"]) == ("looks odd", "größe")
    assert "annotations" not in first
    assert [sorted(p) for p in second["predictions"]] == [["model_version", "result"]]


def test_the_interface_offers_every_class_and_fits_the_tasks(tmp_path: Path) -> None:
    write(tmp_path, Batch([picked("a.png", NAMES[0])], NAMES, labelled=True))
    view = ET.parse(tmp_path / "label_config.xml").getroot()
    choices = view.find("Choices")
    assert choices is not None
    assert [choice.get("value") for choice in choices] == NAMES
    (task,) = json.loads((tmp_path / "tasks.json").read_text(encoding="utf-8"))
    (result,) = task["annotations"][0]["result"]
    assert (result["from_name"], result["to_name"]) == (choices.get("name"), choices.get("toName"))
    shown = {tag.get("value", "").removeprefix("$") for tag in view if tag.tag in ("Image", "Text")}
    assert shown <= task["data"].keys()


def test_the_next_steps_name_the_folder_and_the_way_back(tmp_path: Path) -> None:
    steps = next_steps(tmp_path / "out")
    assert f"LABEL_STUDIO_LOCAL_FILES_DOCUMENT_ROOT={tmp_path / 'out'}" in steps
    assert "tinysight import" in steps
    assert "--update" in steps
