"""A folder of pictures: one folder a class, any depth below it, and perhaps manifest.csv."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path, PurePosixPath

from tinysight.data.raw_manifest import MANIFEST, RawPicture, read_manifest
from tinysight.data.sources.disk import (
    check_folder,
    class_folders,
    disk_file,
    readable,
    refused_file,
    stray_pictures,
    walk,
)
from tinysight.data.sources.side_names import side_of
from tinysight.data.sources.source import Listing, SourceFile
from tinysight.errors import DataError
from tinysight.params import DatasetParams

LAYOUT = "Make one folder for each class in it, with that class's pictures inside."


def list_files(dataset: DatasetParams, root: Path) -> Listing:
    """Every file of every class folder that may be a picture; only reading it tells.

    Where manifest.csv names a picture, its class, side and group are those of the table.

    Raises:
        DataError: if the folder is missing or empty, holds pictures beside the classes, or manifest.csv is wrong.
    """
    folder = root / dataset.path
    files = list_folder(folder, least_classes=1)
    rows = {row.path: row for row in read_manifest(folder)}
    known = _known_classes(rows.values())
    listed = [_described(file, rows.pop(file.path, None), known) for file in files]
    missing = [_missing(row, known) for row in rows.values()]
    names = [known.get(readable(name), readable(name)) for name in class_folders(folder)]
    return Listing([*listed, *missing], names)


def list_folder(folder: Path, *, least_classes: int = 2) -> list[SourceFile]:
    """The files of a folder whose class folders say all, sorted by path.

    Args:
        folder: holds one folder a class.
        least_classes: how many there must be; 1 for pictures that are added to others.

    Raises:
        DataError: as list_files does, or if there are fewer classes.
    """
    check_folder(folder)
    stray = stray_pictures(folder)
    if stray:
        raise DataError(
            f"{folder} holds {len(stray)} files beside its class folders, for instance {readable(stray[0])!r}."
            " A picture's class is the folder that it lies in: move them into one, or remove them."
        )
    files = [file for name in class_folders(folder) for file in list_class(folder, name)]
    _check_classes(folder, sorted({file.class_name for file in files}), least_classes)
    return sorted(files, key=lambda file: file.path)


def list_class(folder: Path, name: str, *, split: str = "", below: Path | None = None) -> Iterator[SourceFile]:
    """The files of one class folder.

    Args:
        folder: what the class folder lies in.
        name: the class, and its folder.
        split: the side that the source fixed, else empty.
        below: what paths start from; the folder if None.
    """
    above = len(str((below or folder) / "x")) - 1  # of the characters of each path; relative_to is slow
    for path in walk(folder / name):
        yield disk_file(path, str(path)[above:], name, split)


def _check_classes(folder: Path, names: Sequence[str], least: int) -> None:
    if not names:
        raise DataError(f"{folder} holds no pictures in class folders. {LAYOUT}")
    if all(side_of(name) for name in names):
        raise DataError(
            f"{folder} is divided already: its folders are {', '.join(names)}, which are no classes. Choose"
            " `dataset=divided`, or bring it in with `tinysight import`: both keep the sides. To have the pipeline"
            " divide the pictures itself, put them together, one folder for each class."
        )
    if len(names) < least:
        only = folder / names[0]
        fix = f"Did you mean {only}?" if only.is_dir() and len(class_folders(only)) > 1 else LAYOUT
        raise DataError(f"{folder} holds one class only: {names[0]}. At least two are needed. {fix}")


def _known_classes(rows: Iterable[RawPicture]) -> Mapping[str, str]:
    """The class of each folder whose rows agree: a class such as T-shirt/top has a folder of another name."""
    named = defaultdict(set)
    for row in rows:
        if row.class_name:
            named[PurePosixPath(row.path).parts[0]].add(row.class_name)
    return {folder: next(iter(names)) for folder, names in named.items() if len(names) == 1}


def _described(file: SourceFile, row: RawPicture | None, known: Mapping[str, str]) -> SourceFile:
    if row is None:
        name = known.get(file.class_name, file.class_name)
        return file if name == file.class_name else replace(file, class_name=name)
    name = row.class_name or known.get(file.class_name, file.class_name)
    return replace(file, class_name=name, split=row.split, group=row.group, history=row.origin)


def _missing(row: RawPicture, known: Mapping[str, str]) -> SourceFile:
    folder = PurePosixPath(row.path).parts[0]
    reason = f"{MANIFEST} names this file, but no such picture is there. Restore it, or remove its row."
    return refused_file(row.path, row.class_name or known.get(folder, folder), reason, row.split, row.group)
