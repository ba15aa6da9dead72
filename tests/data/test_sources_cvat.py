"""CVAT's tags are classes of whole pictures, its boxes are crops, its subsets are sides."""

from pathlib import Path
from xml.sax.saxutils import quoteattr

import pytest
from formats_cvat import IMAGENET_LABELS, XML, cvat_xml, write_cvat_imagenet, write_cvat_imagenet_labels
from forty_pictures import CLASS_NAMES
from PIL import Image
from sheets import put
from tiny_datasets import make_params

from tinysight.data.sources.source import Listing, list_source
from tinysight.errors import DataError, ImageError

BOX = '<box label="nut" occluded="0" xtl="1.00" ytl="1.00" xbr="9.50" ybr="9.00" z_order="0"></box>'


def listing_of(folder: Path, *overrides: str) -> Listing:
    dataset = make_params("dataset=cvat", *overrides).dataset.model_copy(update={"path": str(folder)})
    return list_source(dataset, folder, least_classes=1)


def image(name: str, inside: str, **attributes: str) -> str:
    """One `<image>`; its picture has 30×20 pixels."""
    given = {"id": "0", "name": name, "width": "30", "height": "20", **attributes}
    return f"<image {' '.join(f'{key}={quoteattr(value)}' for key, value in given.items())}>{inside}</image>"


def tag(label: str) -> str:
    return f'<tag label="{label}" source="manual"></tag>'


def write(folder: Path, *images: str, pictures: tuple[str, ...] = ("a.png",)) -> Path:
    put(folder, "annotations.xml", cvat_xml("".join(images)))
    for name in pictures:
        (folder / "images" / name).parent.mkdir(parents=True, exist_ok=True)
        Image.new("RGB", (30, 20)).save(folder / "images" / name)
    return folder


def classes_of(listing: Listing) -> dict[str, str]:
    return {file.path: file.class_name for file in listing.files}


def test_labels_of_the_task_are_known_without_a_picture(tmp_path: Path) -> None:
    listing = listing_of(write(tmp_path, image("a.png", tag("nut"))))
    assert listing.class_names == sorted([*CLASS_NAMES, "nut"])
    assert classes_of(listing) == {"images/a.png": "nut"}


def test_what_a_picture_may_hold(tmp_path: Path) -> None:
    """Two tags are two classes; boxes go before tags; other shapes, turned boxes and empty pictures are passed over."""
    listing = listing_of(
        write(
            tmp_path,
            image("two.png", tag("nut") + tag("bolt")),
            image("both.png", tag("bolt") + BOX + BOX),
            image(
                "shape.png", '<polygon label="nut" points="1,1;2,2;3,3"></polygon><points label="nut" points="1,1"/>'
            ),
            image("turned.png", BOX.replace("z_order", 'rotation="30.00" z_order')),
            image("full.png", BOX.replace("z_order", 'rotation="360.00" z_order')),
            image("gone.png", tag("nut")),
            pictures=("two.png", "both.png", "shape.png", "turned.png", "full.png", "new.png"),
        )
    )
    assert classes_of(listing) == {
        "gone.png": "nut",
        "images/both.png#1.png": "nut",
        "images/both.png#2.png": "nut",
        "images/full.png#1.png": "nut",
    }
    assert listing.notes == [
        "2 shapes other than a box, for instance a polygon in shape.png: passed over.",
        "1 box at an angle, for instance in turned.png: passed over.",
        "1 picture of several classes, for instance images/two.png (bolt, nut): passed over.",
        "1 class of a whole picture that has boxes too, for instance images/both.png: passed over.",
        "2 pictures without a label, for instance images/shape.png: passed over.",
        "1 picture that the labels do not name, for instance images/new.png: passed over.",
    ]
    with pytest.raises(ImageError, match=r"name 'gone.png'"):
        listing.files[0].read()


def test_tags_go_before_boxes_where_whole_pictures_are_wanted(tmp_path: Path) -> None:
    folder = write(tmp_path, image("a.png", tag("bolt") + BOX), image("b.png", BOX), pictures=("a.png", "b.png"))
    assert classes_of(listing_of(folder, "dataset.boxes=whole")) == {"images/a.png": "bolt", "images/b.png": "nut"}


def test_pictures_of_one_name_are_told_apart_by_subset_and_folder(tmp_path: Path) -> None:
    folder = write(
        tmp_path,
        image("a.png", tag("nut"), subset="Train"),
        image("a.png", tag("bolt"), subset="Test"),
        image("deep/b.png", tag("nut"), subset="default"),
        image("b.png", tag("bolt"), subset="default"),
        pictures=("Train/a.png", "Test/a.png", "default/deep/b.png", "default/b.png"),
    )
    assert {(file.path, file.class_name, file.split) for file in listing_of(folder).files} == {
        ("images/Train/a.png", "nut", "train"),
        ("images/Test/a.png", "bolt", "test"),
        ("images/default/deep/b.png", "nut", ""),
        ("images/default/b.png", "bolt", ""),
    }


def test_frames_without_a_suffix_are_found(tmp_path: Path) -> None:
    folder = write(tmp_path, image("frame_000001", tag("nut")), pictures=("frame_000001.PNG",))
    assert classes_of(listing_of(folder)) == {"images/frame_000001.PNG": "nut"}


def test_exports_of_several_tasks_are_read_together(tmp_path: Path) -> None:
    write(tmp_path / "one", image("a.png", tag("nut")))
    write(tmp_path / "two", image("b.png", tag("bolt")), pictures=("b.png",))
    assert classes_of(listing_of(tmp_path)) == {"one/images/a.png": "nut", "two/images/b.png": "bolt"}


def test_the_xml_file_itself_may_be_named(tmp_path: Path) -> None:
    folder = write(tmp_path, image("a.png", tag("nut")))
    assert classes_of(listing_of(folder / "annotations.xml")) == {"images/a.png": "nut"}


@pytest.mark.parametrize(
    ("inside", "why"),
    [
        ('<tag label=" "></tag>', "a tag has no label"),
        (BOX.replace('label="nut"', ""), "a box has no label"),
        (BOX.replace('xtl="1.00"', ""), "xtl of a box must be a number. Received: ''"),
        (BOX.replace("9.50", "inf"), "xbr of a box must be a number. Received: 'inf'"),
        ("</image>", "mismatched tag"),
    ],
)
def test_a_wrong_export_is_named(inside: str, why: str, tmp_path: Path) -> None:
    with pytest.raises(DataError, match=rf"annotations\.xml cannot be used: .*{why}"):
        listing_of(write(tmp_path, image("a.png", inside)))


def test_an_export_for_videos_is_refused_with_the_fix(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"CVAT for video`. Export `CVAT for images 1\.1`, with its images"):
        listing_of(write(tmp_path, '<track id="0" label="nut"></track>'))


def test_an_entity_bomb_is_refused(tmp_path: Path) -> None:
    put(tmp_path, "annotations.xml", '<!DOCTYPE annotations [<!ENTITY a "ha">]>' + cvat_xml("")[39:])
    with pytest.raises(DataError, match="defines a document type"):
        listing_of(tmp_path)


def test_a_thousand_images_are_found_in_a_thousand_pictures(tmp_path: Path) -> None:
    names = [f"{number}.png" for number in range(1000)]
    put(tmp_path, "annotations.xml", cvat_xml("".join(image(name, tag("nut")) for name in names)))
    for name in names:
        put(tmp_path, f"images/{name}", b"")
    assert {file.origin for file in listing_of(tmp_path).files} == {tmp_path / "images" / name for name in names}


def test_pictures_in_the_folder_for_those_without_a_label_are_passed_over(tmp_path: Path) -> None:
    write_cvat_imagenet(tmp_path)
    put(tmp_path, "no_label/a.png", b"x")
    listing = listing_of(tmp_path)
    assert listing.class_names == sorted(CLASS_NAMES)
    assert listing.notes == ["1 picture without a label, for instance no_label/a.png: passed over."]


@pytest.mark.parametrize("line", ['"part 01 s1" 5', '"part 01 s1" -1', "part x"])
def test_a_number_without_a_name_in_synsets_is_named(line: str, tmp_path: Path) -> None:
    write_cvat_imagenet_labels(tmp_path)
    put(tmp_path, "Train.txt", line)
    with pytest.raises(DataError, match=r"Train\.txt names class '.*', and synsets\.txt has 5 names"):
        listing_of(tmp_path)


def test_lines_of_several_labels_or_none_and_names_without_quotes_are_read(tmp_path: Path) -> None:
    for name in ("a b", "c", "d"):
        put(tmp_path, f"images/{name}.png", b"")
    put(tmp_path, "synsets.txt", "nut\nbolt\n")
    put(tmp_path, "default.txt", '"a b" 0\nc 1\n\nd 0 1\n')
    listing = listing_of(tmp_path)
    assert {file.path: (file.class_name, file.split) for file in listing.files} == {
        "images/a b.png": ("nut", ""),
        "images/c.png": ("bolt", ""),
    }
    assert listing.notes == ["1 picture of several classes, for instance images/d.png (bolt, nut): passed over."]


def test_a_folder_without_an_export_is_an_error_with_the_fix(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"holds no export of CVAT.*Export `CVAT for images 1\.1` or `ImageNet 1\.0`"):
        listing_of(tmp_path)


def test_sides_of_subsets_are_kept(tmp_path: Path) -> None:
    for number, form in enumerate((XML, IMAGENET_LABELS)):
        folder = tmp_path / str(number)
        files = list_source(form.dataset(folder), folder).files
        assert {side: sum(file.split == side for file in files) for side in ("train", "val", "test")} == {
            "train": 25,
            "val": 5,
            "test": 10,
        }
