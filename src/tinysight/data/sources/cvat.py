"""CVAT: `CVAT for images 1.1`, whose tags are classes and whose boxes become crops, or the ImageNet export."""

from collections.abc import Iterator
from pathlib import Path
from xml.etree.ElementTree import Element

from tinysight.data.cropping import DrawnBox, Size
from tinysight.data.sources.annotations import (
    Labelled,
    PassedOver,
    check_readable,
    folder_of,
    index_of,
    label_files,
    list_labelled,
)
from tinysight.data.sources.cvat_imagenet import list_imagenet
from tinysight.data.sources.picture_index import PictureIndex
from tinysight.data.sources.side_names import side_of
from tinysight.data.sources.source import Listing
from tinysight.data.sources.xml_file import finite_number, read_elements, root_name
from tinysight.errors import DataError
from tinysight.params import CvatParams

ROOT = "annotations"
EDGES = ("xtl", "ytl", "xbr", "ybr")
OTHER_SHAPES = ("polygon", "polyline", "points", "ellipse", "cuboid", "skeleton", "mask")


def list_files(dataset: CvatParams, root: Path) -> Listing:
    """A file for each box, or for each picture whose labels agree; without XML files, the ImageNet export.

    Raises:
        DataError: if there are no labels, an XML file cannot be read, or it is the export for videos.
    """
    folder = folder_of(dataset, root)
    files = [path for path in _xml_files(root / dataset.path) if root_name(path) in (ROOT, "")]
    if not files:
        return list_imagenet(dataset, folder)
    index, skipped, problems = index_of(dataset, folder), PassedOver(), list[DataError]()
    labelled: list[Labelled] = []
    names: list[str] = []
    for path in files:
        try:
            for element in read_elements(path, ROOT, "image", "labels", "track"):
                if element.tag == "labels":
                    names += [label.findtext("name") or "" for label in element.iter("label")]
                else:
                    labelled.append(_read_image(element, path, index, skipped))
        except DataError as error:
            problems.append(error)
    check_readable(problems)
    return list_labelled(labelled, dataset, index, skipped, [name for name in names if name])


def _xml_files(path: Path) -> list[Path]:
    return label_files(path, ".xml") if path.is_dir() else [path]


def _read_image(image: Element, path: Path, index: PictureIndex, skipped: PassedOver) -> Labelled:
    if image.tag == "track":
        raise _wrong(path, "it is an export of `CVAT for video`. Export `CVAT for images 1.1`, with its images")
    name, subset = image.get("name", ""), image.get("subset", "")
    picture = index.find(*([f"{subset}/{name}"] if subset else []), name)
    for tag in OTHER_SHAPES:
        for _ in image.findall(tag):
            skipped.add("other than a box", f"a {tag} in {name}", what="shape")
    classes = [_label(tag, path) for tag in image.findall("tag")]
    return Labelled(picture, classes, list(_boxes(image, name, path, skipped)), side_of(subset))


def _boxes(image: Element, name: str, path: Path, skipped: PassedOver) -> Iterator[tuple[str, DrawnBox]]:
    width, height = _number(image, "width", path, "0"), _number(image, "height", path, "0")
    seen: Size | None = (width, height) if min(width, height) >= 1 else None
    for box in image.findall("box"):
        if _number(box, "rotation", path, "0") % 360:
            skipped.add("at an angle", f"in {name}", what="box")
        else:
            left, top, right, bottom = (_number(box, edge, path) for edge in EDGES)
            yield _label(box, path), DrawnBox(left, top, right, bottom, seen)


def _label(element: Element, path: Path) -> str:
    label = element.get("label", "").strip()
    if not label:
        raise _wrong(path, f"a {element.tag} has no label")
    return label


def _number(element: Element, name: str, path: Path, default: str = "") -> float:
    text = element.get(name, default)
    number = finite_number(text)
    if number is None:
        raise _wrong(path, f"{name} of a {element.tag} must be a number. Received: {text!r}")
    return number


def _wrong(path: Path, why: str) -> DataError:
    return DataError(f"{path} cannot be used: {why}. Export it from CVAT again.")
