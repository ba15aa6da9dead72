"""A source is what its content says; what is not clear is asked, with what was seen."""

import json
from pathlib import Path

import pytest
from formats import FORMATS
from forty_pictures import Format
from pictures import write_colours, write_newcomers_folder

from tinysight.data.detection import Asked, detect_format
from tinysight.data.sources.archive import is_archive, unpacked
from tinysight.errors import ConfigError, DataError
from tinysight.params import ArraysParams, LabelimgParams, LabelStudioParams, ManifestParams

NOTHING = Asked()
VOC = "<annotation><!-- by <annotations> --><folder>x</folder></annotation>"
TASKS = json.dumps([{"id": 1, "annotations": [], "data": {"image": "a.png"}}])
# CVAT's ImageNet export is class folders, and a table with columns of no usual name must be explained
SAME = {"cvat imagenet": "folder", "cvat imagenet, tar.gz": "folder"}
COLUMNS = Asked(columns={"path": "file", "label": "kind"})


@pytest.mark.parametrize("form", FORMATS, ids=lambda form: form.name)
def test_the_fixture_of_every_format_is_recognised(form: Format, tmp_path: Path) -> None:
    source = form.write(tmp_path)
    place = unpacked(source, tmp_path.parent / "cache") if is_archive(source) and form.kind != "arrays" else source
    asked = COLUMNS if form.name == "tsv" else NOTHING
    assert detect_format(place, asked).kind == SAME.get(form.name, form.kind)


@pytest.mark.parametrize("form", [f for f in FORMATS if f.kind in ("manifest", "label_studio", "arrays")],
                         ids=lambda form: form.name)  # fmt: skip
def test_a_label_file_is_found_in_its_folder_and_by_itself(form: Format, tmp_path: Path) -> None:
    asked = COLUMNS if form.name == "tsv" else NOTHING
    source = form.write(tmp_path)
    if source.suffix != ".zip":
        folder, file = detect_format(source if source.is_dir() else source.parent, asked), detect_format(source, asked)
        assert folder.kind == file.kind == form.kind
        assert Path(folder.path) == (source if source.is_file() else Path(folder.path))


def test_what_the_user_says_of_a_source_reaches_it(tmp_path: Path) -> None:
    (tmp_path / "a.xml").write_text(VOC)
    asked = Asked(images="/pictures", boxes="whole", margin=0.25, group_pattern=r"(p\d)")
    found = detect_format(tmp_path, asked)
    assert isinstance(found, LabelimgParams)
    assert (found.images, found.boxes, found.margin, found.group_pattern) == ("/pictures", "whole", 0.25, r"(p\d)")
    (tmp_path / "x.json").write_text(TASKS)
    answered = detect_format(tmp_path / "x.json", Asked(question="kind"))
    assert isinstance(answered, LabelStudioParams)
    assert (answered.question, answered.images) == ("kind", None)
    arrays = detect_format(tmp_path / "x.npz", Asked(class_names=("a", "b")))
    assert isinstance(arrays, ArraysParams)
    assert arrays.class_names == ("a", "b")


def test_usual_columns_are_known_and_others_are_named(tmp_path: Path) -> None:
    table = tmp_path / "t.csv"
    table.write_text("Filename,species,Class,subset\na.png,x,y,train\n")
    found = detect_format(table, Asked(columns={"group": "species"}))
    assert isinstance(found, ManifestParams)
    assert found.columns.model_dump() == {"path": "Filename", "label": "Class", "split": "subset", "group": "species"}


def test_class_folders_may_hold_what_other_programs_left(tmp_path: Path) -> None:
    assert detect_format(write_newcomers_folder(tmp_path / "x"), NOTHING).kind == "folder"
    (tmp_path / "x" / "notes.csv").write_text("when,who\n1,2\n")
    (tmp_path / "x" / "manifest.csv").write_text("path,group\ndisc/a.png,g\n")
    assert detect_format(tmp_path / "x", NOTHING).kind == "folder"


def test_a_manifest_without_folders_beside_it_is_a_table(tmp_path: Path) -> None:
    (tmp_path / "manifest.csv").write_text("path,class_name\na.png,cat\n")
    assert detect_format(tmp_path, NOTHING).kind == "manifest"
    write_colours(tmp_path, "a", "b")
    assert detect_format(tmp_path, NOTHING).kind == "folder"
    assert detect_format(tmp_path / "manifest.csv", NOTHING).kind == "manifest"


@pytest.mark.parametrize(
    ("files", "words"),
    [
        ({"a.csv": "path,label\n", "b.csv": "path,label\n"}, ["a.csv", "b.csv", "Name the one file"]),
        ({"a.csv": "path,label\n", "cat/1.png": "", "dog/1.png": ""}, ["--format folder or --format manifest"]),
        ({"cat/1.xml": VOC, "cat/1.png": "", "dog/2.png": ""}, ["--format folder or --format labelimg"]),
        ({"1.xml": VOC, "annotations.xml": "<annotations/>"}, ["--format cvat or --format labelimg"]),
        ({"a.json": TASKS, "train/_classes.csv": "filename, a"}, ["--format label_studio or --format roboflow"]),
        ({"instances.json": '{"images": []}', "a.txt": "x"}, ["1 .json files, 1 .txt files", "label_studio", "cvat"]),
        ({}, ["Seen: nothing of the kind", "one folder of pictures for each class", "zip or tar"]),
    ],
    ids=["two tables", "table and folders", "xml in folders", "two programs", "two more", "coco", "empty"],
)
def test_what_is_not_clear_is_asked(files: dict[str, str], words: list[str], tmp_path: Path) -> None:
    for name, content in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(content)
    with pytest.raises(DataError) as caught:
        detect_format(tmp_path, NOTHING)
    assert all(word in str(caught.value) for word in words), str(caught.value)


def test_what_is_asked_for_is_taken_where_signs_differ(tmp_path: Path) -> None:
    write_colours(tmp_path, "cat", "dog")
    (tmp_path / "labels.csv").write_text("path,label\ncat/0.png,x\n")
    assert detect_format(tmp_path, Asked(format="folder")).path == str(tmp_path)
    assert detect_format(tmp_path, Asked(format="manifest")).path == str(tmp_path / "labels.csv")
    assert detect_format(tmp_path, Asked(format="cvat")).kind == "cvat"


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        (Asked(format="coco"), "--format is one of folder, divided"),
        (Asked(format="arrays"), "is one file. None was found. Name the file itself"),
        (Asked(format="manifest"), "It holds several: a.csv, b.csv"),
        (Asked(format="labelimg", margin=9), "margin"),
        (Asked(format="labelimg", group_pattern="no brackets"), "one group in brackets"),
    ],
)
def test_what_cannot_be_is_refused_in_words(asked: Asked, words: str, tmp_path: Path) -> None:
    for name in ("a.csv", "b.csv"):
        (tmp_path / name).write_text("path,label\n")
    with pytest.raises((ConfigError, DataError), match=words):
        detect_format(tmp_path, asked)


def test_a_column_that_is_not_there_is_named_with_those_that_are(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("photo,kind\na.png,cat\n")
    with pytest.raises(DataError, match=r"no column 'foto'; its columns are photo, kind"):
        detect_format(tmp_path / "t.csv", Asked(columns={"path": "foto", "label": "kind"}))
    with pytest.raises(DataError, match=r"surely the path.*photo, kind.*--columns"):
        detect_format(tmp_path / "t.csv", Asked(format="manifest"))
