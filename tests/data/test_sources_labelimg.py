"""LabelImg's files give crops or whole pictures; what is missing, broken or without a label is said."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from formats_labelimg import VOC_CROPS, voc, write_labelimg_voc, write_labelimg_yolo
from forty_pictures import CLASS_NAMES, SIZE
from pictures import save_oriented
from PIL import Image
from sheets import put
from tiny_datasets import make_params

from tinysight.data.sources import crop_files
from tinysight.data.sources.source import Listing, list_source
from tinysight.errors import DataError, ImageError
from tinysight.imaging import Decoding, decode_image

BOX = (2, 2, 20, 15)
BOMB = '<!DOCTYPE annotation [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]><annotation>&b;</annotation>'


def listing_of(folder: Path, *overrides: str, least_classes: int = 1) -> Listing:
    dataset = make_params("dataset=labelimg", *overrides).dataset.model_copy(update={"path": str(folder)})
    return list_source(dataset, folder, least_classes=least_classes)


def classes_of(listing: Listing) -> dict[str, str]:
    return {file.path: file.class_name for file in listing.files}


def picture(folder: Path, path: str, size: tuple[int, int] = SIZE) -> None:
    (folder / path).parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", size, (9, 90, 200)).save(folder / path)


@pytest.fixture
def mixed(tmp_path: Path) -> Path:
    """Two boxes of one class, two of two classes, none, no labels at all, and labels without a picture."""
    for name in ("same", "two", "none", "new"):
        picture(tmp_path, f"{name}.png")
    put(tmp_path, "same.xml", voc("same.png", SIZE, [("nut", BOX), ("nut", (1, 1, 9, 9))]))
    put(tmp_path, "two.xml", voc("two.png", SIZE, [("nut", BOX), ("bolt", (1, 1, 9, 9))]))
    put(tmp_path, "none.xml", voc("none.png", SIZE, []))
    put(tmp_path, "gone.xml", voc("gone.png", SIZE, [("nut", BOX)]))
    return tmp_path


def test_each_box_is_a_picture_with_a_name_of_its_own(mixed: Path) -> None:
    listing = listing_of(mixed)
    assert classes_of(listing) == {
        "gone.png#1.png": "nut",
        "same.png#1.png": "nut",
        "same.png#2.png": "nut",
        "two.png#1.png": "nut",
        "two.png#2.png": "bolt",
    }
    assert [file.group for file in listing.files] == ["gone.png", "same.png", "same.png", "two.png", "two.png"]
    assert listing.notes == [
        "1 picture without a label, for instance none.png: passed over.",
        "1 picture that the labels do not name, for instance new.png: passed over.",
    ]


def test_a_whole_picture_has_the_class_that_all_its_boxes_name(mixed: Path) -> None:
    listing = listing_of(mixed, "dataset.boxes=whole")
    assert classes_of(listing) == {"gone.png": "nut", "same.png": "nut"}
    assert "1 picture of several classes, for instance two.png (bolt, nut): passed over." in listing.notes


@pytest.mark.parametrize("boxes", ["crop", "whole"])
def test_a_missing_picture_says_so_when_it_is_read(boxes: str, mixed: Path) -> None:
    gone = listing_of(mixed, f"dataset.boxes={boxes}").files[0]
    with pytest.raises(ImageError, match=r"name 'gone.png', which is not below"):
        gone.read()


def test_an_object_without_a_box_names_the_whole_picture(tmp_path: Path) -> None:
    picture(tmp_path, "a.png")
    put(tmp_path, "a.xml", "<annotation><filename>a.png</filename><object><name>nut</name></object></annotation>")
    listing = listing_of(tmp_path)
    assert classes_of(listing) == {"a.png": "nut"}
    assert listing.files[0].group == ""


def test_crops_of_one_picture_stay_together_unless_the_user_says_what_does(tmp_path: Path) -> None:
    dataset = VOC_CROPS.dataset(tmp_path)
    pictures = list_source(dataset.model_copy(update={"group_pattern": None}), tmp_path).files
    assert {file.group for file in pictures} == {f"JPEGImages/sheet s{n}.png" for n in range(1, 6)}
    sessions = list_source(dataset, tmp_path).files
    assert {file.group for file in sessions} == {"s1", "s2", "s3", "s4", "s5"}
    some = list_source(dataset.model_copy(update={"group_pattern": r"(s[12])\."}), tmp_path).files
    assert {file.group for file in some} == {"s1", "s2", *(f"JPEGImages/sheet s{n}.png" for n in range(3, 6))}
    with pytest.raises(DataError, match="finds no group in any path"):
        list_source(dataset.model_copy(update={"group_pattern": "(patient)"}), tmp_path)


def test_a_picture_is_decoded_once_for_its_boxes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    decoded = []
    load = crop_files.load_whole
    monkeypatch.setattr(crop_files, "load_whole", lambda data: decoded.append(1) or load(data))  # type: ignore[func-returns-value]
    files = list_source(VOC_CROPS.dataset(tmp_path), tmp_path).files
    assert len([file.read() for file in files]) == 40
    assert len(decoded) == 5
    assert files[0].read() == files[0].read()


def test_the_images_folder_may_lie_elsewhere(tmp_path: Path) -> None:
    picture(tmp_path, "elsewhere/deep/a.png")
    picture(tmp_path, "labels/a.png")
    put(tmp_path, "labels/a.xml", voc("a.png", SIZE, [("nut", BOX)]))
    listing = listing_of(tmp_path / "labels", "dataset.images=../elsewhere")
    assert classes_of(listing) == {"deep/a.png#1.png": "nut"}
    with pytest.raises(DataError, match=r"nowhere is no folder.*dataset\.images"):
        listing_of(tmp_path / "labels", "dataset.images=nowhere")


def test_the_path_of_another_machine_tells_folders_apart_and_is_never_followed(tmp_path: Path) -> None:
    secret = tmp_path / "secret.png"
    picture(tmp_path, "secret.png")
    for name in ("cats", "dogs"):
        picture(tmp_path, f"source/images/{name}/1.png")
        text = voc("1.png", SIZE, [(name, BOX)]).replace(r"C:\Users\someone\parts\1.png", rf"D:\x\{name}\1.png")
        put(tmp_path, f"source/labels/{name}.xml", text)
    put(tmp_path, "source/labels/s.xml", voc("s.png", SIZE, [("fox", BOX)]).replace("<path>", f"<path>{secret}"))
    for name in ("../secret.png", str(secret)):
        put(tmp_path, f"source/labels/{len(name)}.xml", voc(name, SIZE, [("fox", BOX)]))
    found = {file.class_name: file for file in listing_of(tmp_path / "source", "dataset.boxes=whole").files}
    assert found["cats"].path == "images/cats/1.png"
    assert found["dogs"].path == "images/dogs/1.png"
    assert found["fox"].origin is None


def test_a_picture_that_exif_turns_is_cut_where_the_box_was_drawn(tmp_path: Path) -> None:
    shown = Image.new("RGB", (40, 30))
    shown.paste((250, 0, 0), (0, 0, 10, 30))
    save_oriented(shown, tmp_path / "a.png", 6)
    put(tmp_path, "a.xml", voc("a.png", (40, 30), [("red", (1, 1, 10, 30)), ("black", (12, 1, 40, 30))]))
    files = listing_of(tmp_path, "dataset.margin=0.0").files
    shades = [decode_image(file.read(), Decoding(8, "stretch")).mean(axis=(0, 1))[0] for file in files]
    assert np.allclose(shades, [250, 0], atol=1)


def test_yolo_boxes_outside_of_their_picture_are_cut_at_its_edge(tmp_path: Path) -> None:
    picture(tmp_path, "a.png", (100, 50))
    put(tmp_path, "classes.txt", "nut\n")
    put(tmp_path, "a.txt", "0 0.95 0.5 0.2 1.0\n")
    data = listing_of(tmp_path, "dataset.margin=0.0").files[0].read()
    assert int.from_bytes(data[16:20], "big") == 15  # the PNG's width


def test_the_xml_counts_where_a_picture_has_both(tmp_path: Path) -> None:
    write_labelimg_voc(tmp_path)
    write_labelimg_yolo(tmp_path)
    put(tmp_path, "classes.txt", "".join(f"other {name}\n" for name in CLASS_NAMES))
    listing = listing_of(tmp_path)
    assert {file.class_name for file in listing.files} == set(CLASS_NAMES)
    assert listing.notes[0].startswith("40 text files of pictures that have an XML file too, for instance ")


def test_other_texts_and_xml_files_are_passed_over(tmp_path: Path) -> None:
    write_labelimg_yolo(tmp_path)
    put(tmp_path, "README.txt", "These are parts.")
    put(tmp_path, "project.xml", "<project/>")
    notes = listing_of(tmp_path, "dataset.boxes=whole").notes
    assert notes == [
        "1 XML file of another program, for instance project.xml: passed over.",
        "1 text file without boxes in YOLO's form, for instance README.txt: passed over.",
    ]


def test_names_in_classes_txt_without_a_picture_are_known(tmp_path: Path) -> None:
    write_labelimg_yolo(tmp_path)
    put(tmp_path, "classes.txt", "".join(f"{name}\r\n" for name in (*CLASS_NAMES, "rivet")))
    assert "rivet" in listing_of(tmp_path).class_names


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("a.xml", BOMB, "defines a document type"),
        ("a.xml", "<annotation><object>", "no element found"),
        ("a.xml", "<annotation><object><name> </name></object></annotation>", "an object has no name"),
        ("a.xml", voc("a.png", SIZE, [("nut", (1, 1, 9, "nan"))]), "a number is needed where 'nan' stands"),  # type: ignore[list-item]
        ("a.xml", voc("a.png", SIZE, [("nut", BOX)]).replace("<xmin>2</xmin>", ""), "a number is needed where ''"),
        ("a.txt", "0 0.5 0.5 0.1", "must be `class x y width height`"),
        ("a.txt", "0 0.1 0.1 0.9 0.1 0.9 0.9 0.1 0.9", "must be `class x y width height`"),
        ("a.txt", "0 0.5 0.5 0.1 0.1\nnut 1 1 2 2", "must be `class x y width height`. Received: 'nut 1 1 2 2'"),
        ("a.txt", "7 0.5 0.5 0.1 0.1", "it names class 7, and classes.txt has 5 names"),
        ("a.txt", "-1 0.5 0.5 0.1 0.1", "must be `class x y"),
        ("a.txt", "0 120 80 60 40", "must be shares of the picture"),
        ("a.txt", "0 nan 0.5 0.1 0.1", "must be shares of the picture"),
        ("a.txt", b"0 0.5 0.5 0.1 0.1 \xff", "not UTF-8"),
        ("classes.txt", b"caf\xe9\n", "classes.txt.*not UTF-8"),
    ],
)
def test_a_label_file_that_cannot_be_read_stops_and_is_named(
    name: str, content: str | bytes, why: str, tmp_path: Path
) -> None:
    write_labelimg_yolo(tmp_path)
    put(tmp_path, name, content)
    with pytest.raises(DataError, match=rf"{name} cannot be used: .*{why}" if name[0] == "a" else why):
        listing_of(tmp_path)


def test_many_broken_label_files_are_one_error(tmp_path: Path) -> None:
    for number in range(9):
        put(tmp_path, f"{number}.xml", "<annotation>")
    with pytest.raises(DataError, match=r"(?s)0\.xml.*1\.xml.*2\.xml.*and 6 more label files"):
        listing_of(tmp_path)


def test_text_files_without_classes_txt_say_what_is_missing(tmp_path: Path) -> None:
    write_labelimg_yolo(tmp_path)
    (tmp_path / "classes.txt").unlink()
    with pytest.raises(DataError, match=r"there is no classes\.txt that names them"):
        listing_of(tmp_path)


def nothing(folder: Path) -> None:
    """An empty folder."""


def unlabelled(folder: Path) -> None:
    """Pictures only."""
    picture(folder, "a.png")


@pytest.mark.parametrize("make", [nothing, unlabelled])
def test_a_folder_without_labels_is_an_error_with_the_fix(make: Callable[[Path], None], tmp_path: Path) -> None:
    make(tmp_path)
    with pytest.raises(DataError, match=r"holds no picture with a class.*Label some, and export them again"):
        listing_of(tmp_path)
    with pytest.raises(DataError, match="missing is missing"):
        listing_of(tmp_path / "missing")
