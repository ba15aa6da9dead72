"""One picture's boxes in YOLO's text form, as LabelImg writes it, and the names in classes.txt."""

from pathlib import Path

from tinysight.data.cropping import SHARES, DrawnBox
from tinysight.data.sources.annotations import Labelled, PassedOver
from tinysight.data.sources.picture_index import PictureIndex
from tinysight.data.sources.text_file import read_text
from tinysight.errors import DataError

CLASSES = "classes.txt"
LARGEST_TEXT = 10_000_000  # bytes
FAR = 0.5  # of the picture: so far may a box reach beyond it; numbers beyond are pixels


def read_yolo(path: Path, folder: Path, index: PictureIndex, skipped: PassedOver) -> Labelled | None:
    """What one text file says; None if it is some other text.

    Args:
        path: the text file; classes.txt lies beside it or in a folder above it.
        folder: what the source starts from.
        index: its pictures.
        skipped: where other texts are counted.

    Raises:
        DataError: if a line is not `class x y width height`, or classes.txt is missing or too short.
    """
    shown = path.relative_to(folder)
    lines = [line.split() for line in read_text(path, LARGEST_TEXT).splitlines() if line.strip()]
    picture = index.find(path.stem, beside=shown.parent.as_posix())
    if (lines and not all(_is_number(word) for word in lines[0])) or (not lines and picture.origin is None):
        skipped.add("without boxes in YOLO's form", shown.as_posix(), what="text file")
        return None
    names = _names_for(path, folder) if lines else []
    return Labelled(picture, boxes=[_box(words, names, path) for words in lines])


def read_classes(path: Path) -> list[str]:
    """The names in classes.txt, one a line.

    Raises:
        DataError: if the file cannot be read.
    """
    return [line.strip() for line in read_text(path, LARGEST_TEXT).strip("\r\n").splitlines()]


def _names_for(path: Path, folder: Path) -> list[str]:
    for place in path.parents:
        if (place / CLASSES).is_file():
            return read_classes(place / CLASSES)
        if place == folder:
            break
    raise DataError(
        f"{path} numbers its classes, and there is no {CLASSES} that names them. Put {CLASSES} beside it, one name"
        " a line in the order of the numbers."
    )


def _box(words: list[str], names: list[str], path: Path) -> tuple[str, DrawnBox]:
    if len(words) != 5 or not all(_is_number(word) for word in words) or not words[0].isdecimal():
        raise _wrong(path, f"a line must be `class x y width height`. Received: {' '.join(words)[:60]!r}")
    number = int(words[0])
    if number >= len(names) or not names[number]:
        raise _wrong(path, f"it names class {number}, and {CLASSES} has {len(names)} names, counted from 0")
    x, y, width, height = (float(word) for word in words[1:])
    edges = x - width / 2, y - height / 2, x + width / 2, y + height / 2
    if any(not -FAR <= edge <= 1 + FAR for edge in edges):
        raise _wrong(path, f"x, y, width and height must be shares of the picture. Received: {' '.join(words)[:60]!r}")
    return names[number], DrawnBox(*edges, SHARES)


def _is_number(word: str) -> bool:
    try:
        float(word)
    except ValueError:
        return False
    return True


def _wrong(path: Path, why: str) -> DataError:
    return DataError(f"{path} cannot be used: {why}. Correct or remove it.")
