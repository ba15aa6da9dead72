"""One picture's labels in Pascal VOC XML, as LabelImg and others write it."""

from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from xml.etree.ElementTree import Element

from tinysight.data.cropping import DrawnBox, Size
from tinysight.data.sources.annotations import Labelled, PassedOver
from tinysight.data.sources.picture_index import PictureIndex
from tinysight.data.sources.xml_file import finite_number, read_elements
from tinysight.errors import DataError

ROOT = "annotation"
EDGES = ("xmin", "ymin", "xmax", "ymax")


def read_voc(path: Path, folder: Path, index: PictureIndex, skipped: PassedOver) -> Labelled:
    """What one XML file says.

    An object without a box names the class of the whole picture.

    Args:
        path: the XML file.
        folder: what the source starts from.
        index: its pictures.
        skipped: where rotated boxes are counted.

    Raises:
        DataError: if the file is no such XML, or an object lacks its name or an edge of its box.
    """
    shown = path.relative_to(folder)
    for annotation in read_elements(path, ROOT, ROOT):
        picture = index.find(*_names(annotation, path), beside=shown.parent.as_posix())
        seen = _seen(annotation, path)
        classes, boxes = [], []
        for element in annotation.iter("object"):
            name, box = _text(element, "name"), element.find("bndbox")
            if not name:
                raise _wrong(path, "an object has no name")
            if box is not None:
                boxes.append((name, _drawn(box, seen, path)))
            elif element.find("robndbox") is not None:
                skipped.add("at an angle", f"in {shown.as_posix()}", what="box")
            else:
                classes.append(name)
        return Labelled(picture, classes, boxes)
    raise _wrong(path, "it ends before its labels do")


def _names(annotation: Element, path: Path) -> Iterator[str]:
    """What the picture may be called: people move pictures, so the machine's path is only compared from its end."""
    filename, machine_path = _text(annotation, "filename"), _text(annotation, "path")
    if _stem(filename) == _stem(machine_path):
        yield machine_path
    yield from (filename, machine_path, path.stem)


def _stem(name: str) -> str:
    last = PurePosixPath(name.replace("\\", "/")).name
    return PurePosixPath(last).stem


def _seen(annotation: Element, path: Path) -> Size | None:
    """The picture's size; some programs write 0 or nothing where they did not look."""
    size = annotation.find("size")
    if size is None:
        return None
    width, height = (_number(_text(size, side) or "0", path) for side in ("width", "height"))
    return (width, height) if min(width, height) >= 1 else None


def _drawn(box: Element, seen: Size | None, path: Path) -> DrawnBox:
    left, top, right, bottom = (_number(_text(box, edge), path) for edge in EDGES)
    return DrawnBox(left, top, right, bottom, seen)


def _text(element: Element, tag: str) -> str:
    return (element.findtext(tag) or "").strip()


def _number(text: str, path: Path) -> float:
    number = finite_number(text)
    if number is None:
        raise _wrong(path, f"a number is needed where {text!r} stands")
    return number


def _wrong(path: Path, why: str) -> DataError:
    return DataError(f"{path} cannot be used: {why}. Label its picture again, or remove the file.")
