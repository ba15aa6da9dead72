"""LabelImg: Pascal VOC XML, one file a picture, and its YOLO output, one text file a picture and classes.txt."""

from pathlib import Path

from tinysight.data.sources.annotations import (
    Labelled,
    PassedOver,
    check_readable,
    folder_of,
    index_of,
    label_files,
    list_labelled,
)
from tinysight.data.sources.picture_index import PictureIndex
from tinysight.data.sources.source import Listing
from tinysight.data.sources.voc import ROOT, read_voc
from tinysight.data.sources.xml_file import root_name
from tinysight.data.sources.yolo import CLASSES, read_classes, read_yolo
from tinysight.errors import DataError
from tinysight.params import LabelimgParams


def list_files(dataset: LabelimgParams, root: Path) -> Listing:
    """A file for each box, or for each picture whose labels agree.

    Where a picture has both an XML and a text file, the XML counts: LabelImg starts with it.

    Raises:
        DataError: if there are no label files, or some cannot be read.
    """
    folder = folder_of(dataset, root)
    index, skipped, problems = index_of(dataset, folder), PassedOver(), list[DataError]()
    labelled = _from_xml(folder, index, skipped, problems)
    in_xml = {one.picture.path for one in labelled}
    for one in _from_text(folder, index, skipped, problems):
        if one.picture.path in in_xml:
            skipped.add("of pictures that have an XML file too", one.picture.path, what="text file")
        else:
            labelled.append(one)
    check_readable(problems)
    names = [name for path in label_files(folder, ".txt") if path.name == CLASSES for name in read_classes(path)]
    return list_labelled(labelled, dataset, index, skipped, names)


def _from_xml(folder: Path, index: PictureIndex, skipped: PassedOver, problems: list[DataError]) -> list[Labelled]:
    labelled = []
    for path in label_files(folder, ".xml"):
        if root_name(path) in (ROOT, ""):
            try:
                labelled.append(read_voc(path, folder, index, skipped))
            except DataError as error:
                problems.append(error)
        else:
            skipped.add("of another program", path.relative_to(folder).as_posix(), what="XML file")
    return labelled


def _from_text(folder: Path, index: PictureIndex, skipped: PassedOver, problems: list[DataError]) -> list[Labelled]:
    labelled = []
    for path in label_files(folder, ".txt"):
        try:
            one = None if path.name == CLASSES else read_yolo(path, folder, index, skipped)
        except DataError as error:
            problems.append(error)
        else:
            labelled += [one] if one else []
    return labelled
