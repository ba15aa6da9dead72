"""CVAT's ImageNet export: one folder a class, or synsets.txt with numbered labels where images were not exported."""

from collections.abc import Iterator
from pathlib import Path

from tinysight.data.sources.annotations import Labelled, PassedOver, index_of, label_files, list_labelled
from tinysight.data.sources.disk import class_folders, stray_pictures
from tinysight.data.sources.folder import list_class
from tinysight.data.sources.picture_index import PictureIndex
from tinysight.data.sources.side_names import side_of
from tinysight.data.sources.source import Listing
from tinysight.data.sources.text_file import read_text
from tinysight.errors import DataError
from tinysight.params import CvatParams

SYNSETS = "synsets.txt"
UNLABELLED = "no_label"  # what CVAT calls the folder of pictures without a tag


def list_imagenet(dataset: CvatParams, folder: Path) -> Listing:
    """One file a picture.

    Raises:
        DataError: if there are neither class folders nor synsets.txt, or a line of labels is wrong.
    """
    skipped = PassedOver()
    names = _synsets(folder)
    tables = [path for path in label_files(folder, ".txt") if path.parent == folder and path.name != SYNSETS]
    if names and tables:
        index = index_of(dataset, folder)
        labelled = [one for path in tables for one in _read_labels(path, names, index)]
        return list_labelled(labelled, dataset, index, skipped, names)
    folders = class_folders(folder)
    if not folders:
        raise DataError(
            f"{folder} holds no export of CVAT: neither an XML file with the root `annotations` nor class folders."
            " Export `CVAT for images 1.1` or `ImageNet 1.0` with its images."
        )
    files = [file for name in folders if name != UNLABELLED for file in list_class(folder, name)]
    for file in list_class(folder, UNLABELLED) if UNLABELLED in folders else ():
        skipped.add("without a label", file.path)
    for name in stray_pictures(folder):
        skipped.add("beside the class folders", name)
    return Listing(files, names or [name for name in folders if name != UNLABELLED], skipped.notes())


def _synsets(folder: Path) -> list[str]:
    """The class names in the order of their numbers; none without the file."""
    path = folder / SYNSETS
    return [line.strip() for line in read_text(path).splitlines() if line.strip()] if path.is_file() else []


def _read_labels(path: Path, names: list[str], index: PictureIndex) -> Iterator[Labelled]:
    """Lines of `picture number number ...`; a picture with blanks in its name stands in double quotes."""
    for line in read_text(path).splitlines():
        quoted = line.split('"')
        picture, numbers = (quoted[1], quoted[2]) if len(quoted) == 3 else (line.partition(" ")[::2])
        if not line.strip():
            continue
        chosen = [_name(number, names, path) for number in numbers.split()]
        yield Labelled(index.find(picture), chosen, split=side_of(path.stem))


def _name(number: str, names: list[str], path: Path) -> str:
    if not number.isdecimal() or int(number) >= len(names):
        raise DataError(
            f"{path} names class {number!r}, and {SYNSETS} has {len(names)} names, counted from 0. Export both again."
        )
    return names[int(number)]
