"""What the sources of labelling programs share: labelled pictures become files, boxes become crops."""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tinysight.data.cropping import DrawnBox
from tinysight.data.sources.crop_files import crop_files
from tinysight.data.sources.disk import walk
from tinysight.data.sources.passed_over import passed_over
from tinysight.data.sources.picture_index import Found, PictureIndex
from tinysight.data.sources.source import Listing, SourceFile
from tinysight.errors import DataError
from tinysight.params import CvatParams, LabelimgParams, LabelStudioParams

AnnotatedParams = LabelimgParams | CvatParams | LabelStudioParams
SHOWN = 3


@dataclass(frozen=True)
class Labelled:
    """What a labelling program says of one picture.

    Attributes:
        picture: the file, or why there is none.
        classes: of the whole picture.
        boxes: class and rectangle of each, in the label file's order.
        split: the side that the program keeps it on, else empty.
        group: what it must stay together with, else empty.
        noted: whether it was counted as passed over already.
    """

    picture: Found
    classes: Sequence[str] = ()
    boxes: Sequence[tuple[str, DrawnBox]] = ()
    split: str = ""
    group: str = ""
    noted: bool = False


class PassedOver:
    """Collects what a source does not take, for its notes."""

    def __init__(self) -> None:
        self._names: dict[tuple[str, str], list[str]] = {}

    def add(self, which: str, name: str, *, what: str = "picture") -> None:
        """Adds one more.

        Args:
            which: follows `pictures`, for instance `without a label`.
            name: which it is.
            what: in the singular.
        """
        self._names.setdefault((which, what), []).append(name)

    def notes(self) -> list[str]:
        """One line for each kind."""
        return [line for (which, what), names in self._names.items() for line in passed_over(which, names, what=what)]


def folder_of(dataset: AnnotatedParams, root: Path) -> Path:
    """The folder that the labels lie in.

    Raises:
        DataError: if nothing is there.
    """
    path = root / dataset.path
    if not path.exists():
        raise DataError(f"{path} is missing. Put the export of the labelling program there, or correct dataset.path.")
    return path if path.is_dir() else path.parent


def label_files(folder: Path, suffix: str) -> list[Path]:
    """All files below a folder with this suffix, in capitals or not; hidden ones are passed over."""
    return list(walk(folder, lambda name: name.lower().endswith(suffix) and not name.startswith(".")))


def index_of(dataset: AnnotatedParams, folder: Path) -> PictureIndex:
    """The pictures of a source.

    Raises:
        DataError: if dataset.images is no folder.
    """
    return PictureIndex(folder / dataset.images if dataset.images else folder)


def list_labelled(
    labelled: Iterable[Labelled], dataset: AnnotatedParams, index: PictureIndex, skipped: PassedOver,
    class_names: Sequence[str] = (),
) -> Listing:  # fmt: skip
    """Makes files of labelled pictures, as dataset.boxes and dataset.margin want them.

    Args:
        labelled: what the label files say; a picture may come more than once.
        dataset: the source's parameters.
        index: all pictures; those without a label are noted.
        skipped: what the reader of the format left out already.
        class_names: that the program knows, with or without pictures.

    Raises:
        DataError: if no picture is left.
    """
    pictures = _merged(labelled)
    named = {picture.picture.path for picture in pictures}
    pattern = dataset.group_pattern
    groups = {path: path for path in named} if pattern is None else _unmatched(named, pattern)
    files = [file for picture in pictures for file in _files(picture, dataset, groups, skipped)]
    for path in index.paths:
        if path not in named:
            skipped.add("that the labels do not name", path)
    if not files:
        notes = " ".join(skipped.notes()) or "The label files name no picture."
        raise DataError(f"{dataset.path} holds no picture with a class. {notes} Label some, and export them again.")
    return Listing(files, class_names, skipped.notes())


def check_readable(problems: Sequence[DataError]) -> None:
    """Stops where label files cannot be read: whoever lost labels should hear of it before he trains.

    Raises:
        DataError: names the first ones.
    """
    if problems:
        first = "\n".join(str(problem) for problem in problems[:SHOWN])
        more = f"\nand {len(problems) - SHOWN} more label files" if len(problems) > SHOWN else ""
        raise DataError(f"{first}{more}")


def _merged(labelled: Iterable[Labelled]) -> list[Labelled]:
    """One entry for each picture, with all that was said of it."""
    by_path: dict[str, Labelled] = {}
    for one in labelled:
        known = by_path.get(one.picture.path)
        by_path[one.picture.path] = one if known is None else _joined(known, one)
    return list(by_path.values())


def _joined(first: Labelled, second: Labelled) -> Labelled:
    return Labelled(
        first.picture,
        [*first.classes, *second.classes],
        [*first.boxes, *second.boxes],
        first.split or second.split,
        first.group or second.group,
        first.noted and second.noted,
    )


def _unmatched(paths: Collection[str], pattern: str) -> dict[str, str]:
    """Crops of one picture stay together, unless the user's pattern says what stays together.

    Where it finds nothing at all, no path gets a group, so that list_source can say so.
    """
    single = {path: path for path in paths if not re.search(pattern, path)}
    return single if len(single) < len(paths) else {}


def _files(
    labelled: Labelled, dataset: AnnotatedParams, groups: Mapping[str, str], skipped: PassedOver
) -> Iterator[SourceFile]:
    picture = labelled.picture
    if labelled.boxes and dataset.boxes == "crop":
        if labelled.classes:
            skipped.add("of a whole picture that has boxes too", picture.path, what="class")
        group = labelled.group or groups.get(picture.path, "")
        yield from crop_files(picture, labelled.boxes, dataset.margin, split=labelled.split, group=group)
        return
    names = sorted(set(labelled.classes or [name for name, _ in labelled.boxes]))
    if len(names) == 1:
        yield SourceFile(
            picture.path, names[0], labelled.split, labelled.group, origin=picture.origin, reader=picture.read
        )
    elif names:
        skipped.add("of several classes", f"{picture.path} ({', '.join(names)})")
    elif not labelled.noted:
        skipped.add("without a label", picture.path)
