"""Folders train, val and test, each with one folder a class: the sides are kept."""

from collections.abc import Mapping
from pathlib import Path

from tinysight.data.sources.disk import check_folder, class_folders, readable, stray_pictures, walk
from tinysight.data.sources.folder import list_class
from tinysight.data.sources.passed_over import passed_over
from tinysight.data.sources.side_names import side_of
from tinysight.data.sources.source import Listing
from tinysight.errors import DataError
from tinysight.params import DatasetParams

LAYOUT = "It must hold folders train, val (or valid, validation) and test, each with one folder for each class."


def list_files(dataset: DatasetParams, root: Path) -> Listing:
    """Every file of every class folder of every side; a class may be missing on a side.

    Raises:
        DataError: if the folder is missing or has no train side.
    """
    folder = root / dataset.path
    sides = side_folders(folder)
    parts = [list_side(folder, name, side) for name, side in sides.items()]
    files = [file for part in parts for file in part.files]
    names = {name for part in parts for name in part.class_names}
    notes = [*beside_sides(folder, sides), *(note for part in parts for note in part.notes)]
    return Listing(files, sorted(names), notes)


def side_folders(folder: Path) -> Mapping[str, str]:
    """The side of each folder that bears the name of one.

    Raises:
        DataError: if there is no train side.
    """
    check_folder(folder)
    names = class_folders(folder)
    sides = {name: side for name in names if (side := side_of(name))}
    if "train" in sides.values():
        return sides
    found = ", ".join(map(readable, names[:10])) or "none"
    inner = [name for name in names if any(side_of(deeper) == "train" for deeper in class_folders(folder / name))]
    fix = f"Did you mean {folder / inner[0]}?" if inner else "`dataset=folder` reads a folder that is not divided."
    raise DataError(f"{folder} has no train folder; its folders are: {found}. {LAYOUT} {fix}")


def list_side(folder: Path, name: str, side: str) -> Listing:
    """The class folders of one side; pictures outside of them have no label."""
    classes = class_folders(folder / name)
    files = [file for each in classes for file in list_class(folder / name, each, split=side, below=folder)]
    stray = [f"{name}/{picture}" for picture in stray_pictures(folder / name)]
    notes = passed_over("outside of class folders", stray, "nothing says what they show")
    return Listing(files, [readable(each) for each in classes], notes)


def beside_sides(folder: Path, sides: Mapping[str, str]) -> list[str]:
    """Notes of what holds pictures and is no side."""
    others = [name for name in class_folders(folder) if name not in sides and any(True for _ in walk(folder / name))]
    return [
        *passed_over("beside the sides", others, what="folder"),
        *passed_over("beside the sides", stray_pictures(folder)),
    ]
