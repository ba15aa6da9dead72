"""Label Studio's exports: what people chose or drew counts, where they agree."""

import json
from pathlib import Path
from typing import Any

import pytest
from formats_label_studio import choice, rectangle, task
from PIL import Image
from sheets import put
from tiny_datasets import make_params

from tinysight.data.sources.source import Listing, list_source
from tinysight.errors import DataError

BOX = (2, 2, 20, 15)
SIZE = (30, 20)
ROW = {"id": 1, "annotator": 1, "annotation_id": 1, "lead_time": 2.5}


def listing_of(folder: Path, content: Any, *overrides: str, name: str = "export.json") -> Listing:
    put(folder, name, content if isinstance(content, (str, bytes)) else json.dumps(content))
    dataset = make_params("dataset=label_studio", *overrides).dataset
    return list_source(dataset.model_copy(update={"path": str(folder / name)}), folder, least_classes=1)


def classes_of(listing: Listing) -> dict[str, str]:
    return {file.path: file.class_name for file in listing.files}


def one_task(*results: dict[str, Any], image: str = "a.png", **annotation: Any) -> dict[str, Any]:
    made = task(1, {"image": image}, list(results))
    made["annotations"][0].update(annotation)
    return made


def several(*annotations: dict[str, Any]) -> dict[str, Any]:
    """A task with several annotations, each of a class."""
    made = one_task()
    made["annotations"] = [{**made["annotations"][0], **one} for one in annotations]
    return made


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two pictures, 30×20."""
    for name in ("a.png", "b.png"):
        Image.new("RGB", SIZE).save(tmp_path / name)
    return tmp_path


def test_what_a_task_may_hold(folder: Path) -> None:
    tasks = [
        one_task(choice("nut"), image="a.png"),
        one_task(choice("nut"), image="b.png", was_cancelled=True),
        one_task(image="c.png"),
        {"id": 4, "data": {"image": "d.png"}, "annotations": [], "predictions": [{"result": [choice("nut")]}]},
        one_task({**choice("x"), "value": {"choices": ["nut", "bolt"]}}, image="e.png"),
        one_task({**choice("x"), "value": {"choices": "nut"}}, image="g.png"),
        one_task({**choice("x"), "type": "textarea", "value": {"text": ["hello"]}}, choice("bolt"), image="f.png"),
    ]
    listing = listing_of(folder, tasks)
    assert classes_of(listing) == {"a.png": "nut", "f.png": "bolt", "g.png": "nut"}
    assert listing.notes == [
        "3 pictures without a label, for instance b.png: passed over.",
        "1 picture of several classes, for instance e.png (bolt, nut): passed over.",
    ]


@pytest.mark.parametrize(
    ("annotations", "found"),
    [
        ([{"result": [choice("nut")]}, {"result": [choice("nut")]}], {"a.png": "nut"}),
        ([{"result": [choice("nut")]}, {"result": [choice("bolt")]}], None),
        ([{"result": [choice("nut")]}, {"result": [choice("bolt")], "was_cancelled": True}], {"a.png": "nut"}),
        ([{"result": [choice("nut")]}, {"result": [choice("bolt")], "skipped": True}], {"a.png": "nut"}),
        ([{"result": [choice("nut")]}, {"result": []}], {"a.png": "nut"}),
        ([{"result": [choice("nut")]}, {"result": [choice("bolt")], "ground_truth": True}], {"a.png": "bolt"}),
    ],
)
def test_several_people_must_agree(annotations: list[dict[str, Any]], found: object, folder: Path) -> None:
    tasks = [several(*annotations), one_task(choice("bolt"), image="b.png")]
    listing = listing_of(folder, tasks)
    notes = [] if found else ["1 picture whose annotators disagree, for instance a.png (bolt; nut): passed over."]
    assert classes_of(listing) == {**(found or {}), "b.png": "bolt"}  # type: ignore[dict-item]
    assert listing.notes == notes


def test_the_latest_boxes_of_people_who_agree_are_taken(folder: Path) -> None:
    old = {"result": [rectangle("nut", (0, 0, 30, 20), SIZE)], "updated_at": "2024-01-01T00:00:00Z"}
    new = {"result": [rectangle("nut", BOX, SIZE)], "updated_at": "2024-02-01T00:00:00Z"}
    for annotations in ([old, new], [new, old]):
        files = listing_of(folder, [several(*annotations)], "dataset.margin=0.0").files
        assert [file.path for file in files] == ["a.png#1.png"]
        data = files[0].read()
        assert (int.from_bytes(data[16:20], "big"), int.from_bytes(data[20:24], "big")) == (18, 13)


def test_two_tasks_of_one_picture_are_two_answers(folder: Path) -> None:
    with pytest.raises(DataError, match=r"1 picture whose annotators disagree, for instance a.png \(bolt; nut\)"):
        listing_of(folder, [one_task(choice("nut")), one_task(choice("bolt"))])


def test_a_box_may_be_named_by_another_result_of_its_id(folder: Path) -> None:
    region = {**rectangle("", BOX, SIZE), "type": "rectangle", "id": "r1", "from_name": "area"}
    region["value"].pop("rectanglelabels")
    kind = choice("nut", id="r1", from_name="kind")
    kind["value"] = {**region["value"], "choices": ["nut"]}
    text = {**region, "type": "textarea", "value": {**region["value"], "text": ["x"]}, "from_name": "text"}
    assert classes_of(listing_of(folder, [one_task(region, text, kind)])) == {"a.png#1.png": "nut"}


def test_boxes_that_cannot_be_cut_are_passed_over(folder: Path) -> None:
    turned, shown_turned, named_twice = (rectangle("nut", BOX, SIZE, id=f"r{n}") for n in range(3))
    turned["value"]["rotation"] = 12.5
    shown_turned["image_rotation"] = 90
    named_twice["value"]["rectanglelabels"] = ["nut", "bolt"]
    polygon = {**choice("nut"), "type": "polygonlabels", "value": {"points": [[1, 1]], "polygonlabels": ["nut"]}}
    listing = listing_of(folder, [one_task(turned, shown_turned, named_twice, polygon, rectangle("bolt", BOX, SIZE))])
    assert classes_of(listing) == {"a.png#1.png": "bolt"}
    assert listing.notes == [
        "2 boxes at an angle, for instance in a.png: passed over.",
        "1 box without a class, or of several classes, for instance in a.png: passed over.",
        "1 shape other than a box, for instance in a.png: passed over.",
        "1 picture that the labels do not name, for instance b.png: passed over.",
    ]


def test_several_questions_need_a_choice(folder: Path) -> None:
    tasks = [one_task(choice("nut"), choice("sharp", from_name="quality"))]
    with pytest.raises(DataError, match=r"answers several questions: choice, quality. Say which.*dataset\.question"):
        listing_of(folder, tasks)
    assert classes_of(listing_of(folder, tasks, "dataset.question=quality")) == {"a.png": "sharp"}
    assert classes_of(listing_of(folder, tasks, "dataset.question=choice")) == {"a.png": "nut"}
    with pytest.raises(DataError, match=r"is 'colour'; the export answers choice, quality. Name one"):
        listing_of(folder, tasks, "dataset.question=colour")


def test_json_min_holds_choices_and_boxes(folder: Path) -> None:
    box = {**rectangle("nut", BOX, SIZE)["value"], "original_width": 30, "original_height": 20}
    rows = [
        {**ROW, "image": "/data/upload/1/0a1b2c3d-a.png", "label": [box, box], "text": None},
        {**ROW, "image": "b.png", "kind": "bolt"},
        {**ROW, "image": "c.png", "kind": {"choices": ["nut", "bolt"]}},
        {**ROW, "image": "d.png", "kind": ["nut", "bolt"]},
        {**ROW, "image": "e.png"},
    ]
    listing = listing_of(folder, rows)
    assert classes_of(listing) == {"a.png#1.png": "nut", "a.png#2.png": "nut", "b.png": "bolt"}
    assert [note[:11] for note in listing.notes] == ["2 pictures ", "1 picture w"]


CSV = "annotation_id,annotator,choice,created_at,id,image,lead_time,updated_at,was_cancelled\n"


def test_csv_has_one_line_for_each_annotation(folder: Path) -> None:
    lines = [
        '1,"1","nut","",1,"a.png",2.5,"2024-01-01","False"',
        '2,"2","nut","",1,"a.png",2.5,"2024-01-02","False"',
        '3,"1","bolt","",2,"b.png",2.5,"2024-01-01","True"',
        '4,"2","nut","",2,"b.png",2.5,"2024-01-02","False"',
        '5,"1","{""choices"": [""nut"", ""bolt""]}","",3,"c.png",2.5,"",""',
    ]
    listing = listing_of(folder, CSV + "\n".join(lines), name="export.csv")
    assert classes_of(listing) == {"a.png": "nut", "b.png": "nut"}
    assert listing.notes == ["1 picture of several classes, for instance c.png (bolt, nut): passed over."]
    tabs = (CSV + "\n".join(lines[:4])).replace(",", "\t")
    assert classes_of(listing_of(folder, tabs, name="export.tsv")) == {"a.png": "nut", "b.png": "nut"}


def test_boxes_in_a_csv_are_json_in_its_cells(folder: Path) -> None:
    cell = json.dumps([rectangle("nut", BOX, SIZE)["value"]]).replace('"', '""')
    text = f'annotation_id,id,image,label,lead_time\n1,1,"a.png","{cell}",2.5\n'
    assert classes_of(listing_of(folder, text, name="export.csv")) == {"a.png#1.png": "nut"}


def test_data_of_the_task_is_no_answer_where_the_usual_column_is_there(folder: Path) -> None:
    text = CSV.replace("id,image", "id,site,image").replace("was_cancelled", "width")
    listing = listing_of(folder, text + '1,"1","nut","",1,"north","a.png",2.5,"","640"\n', name="export.csv")
    assert classes_of(listing) == {"a.png": "nut"}


def test_sides_and_groups_come_from_the_task(folder: Path) -> None:
    rows = [{**ROW, "image": "a.png", "choice": "nut", "split": "valid", "group": 7},
            {**ROW, "image": "b.png", "choice": "nut", "split": "", "group": None}]  # fmt: skip
    listing = listing_of(folder, rows)
    assert [(file.split, file.group) for file in listing.files] == [("val", "7"), ("", "")]


def test_the_one_export_in_a_folder_is_found(folder: Path) -> None:
    listing_of(folder, [one_task(choice("nut"))])
    dataset = make_params("dataset=label_studio").dataset.model_copy(update={"path": str(folder)})
    assert classes_of(list_source(dataset, folder, least_classes=1)) == {"a.png": "nut"}
    put(folder, "old.csv", "x")
    with pytest.raises(DataError, match=r"Received: export.json, old.csv. Name the file as dataset\.path"):
        list_source(dataset, folder)


DEEP = "[" * 100_000


@pytest.mark.parametrize(
    ("content", "why"),
    [
        ("", "it is not JSON"),
        (DEEP, "it is not JSON"),
        (b"[\xff]", "it is not UTF-8"),
        ("[]", "it must be a list of tasks"),
        ('"hello"', "it must be a list of tasks"),
        ([1], "it must be a list of tasks"),
        ([one_task(choice("nut")), {"image": "b.png"}], "some of its entries are tasks and some are not"),
        ([one_task({**choice("nut"), "value": 7})], "not as Label Studio writes it"),
        ([one_task(choice("nut"), result=7)], "not as Label Studio writes it"),
        ([{**one_task(), "annotations": [7]}], "not as Label Studio writes it"),
        ([one_task({**rectangle("nut", BOX, SIZE), "original_width": float("inf")})], "not as Label Studio writes it"),
        ([one_task({**rectangle("nut", BOX, SIZE), "original_width": "wide"})], "not as Label Studio writes it"),
        ([one_task({**rectangle("nut", BOX, SIZE), "original_width": 10**400})], "not as Label Studio writes it"),
        ([one_task(choice("half a letter: \ud800"))], "is not UTF-8"),
        ([one_task(choice("nut"), image="\ud800.png")], "is not UTF-8"),
    ],
)
def test_what_is_no_export_is_named(content: Any, why: str, folder: Path) -> None:
    with pytest.raises(DataError, match=rf"export\.json cannot be used: .*{why}.*"):
        listing_of(folder, content)


def test_tasks_without_a_picture_are_named(folder: Path) -> None:
    with pytest.raises(DataError, match="task 1 names no picture file"):
        listing_of(folder, [{**one_task(), "data": {"text": "hello"}}])
    with pytest.raises(DataError, match=r"has no column 'annotation_id'"):
        listing_of(folder, "image,choice\na.png,nut\n", name="export.csv")
