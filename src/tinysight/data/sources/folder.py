"""A folder of pictures: one folder a class, any depth below it."""

import os
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from tinysight.data.sources.source import Listing, SourceFile
from tinysight.errors import DataError, ImageError
from tinysight.params import DatasetParams

LARGEST_FILE = 200_000_000  # bytes
# what cameras, labelling programs and desktops leave beside pictures; anything else is tried by its content
BESIDE_PICTURES = frozenset(
    (
        *(".csv", ".json", ".jsonl", ".npy", ".tsv", ".xml", ".xmp", ".yaml", ".yml", ".toml", ".thm"),
        *(".db", ".html", ".ini", ".ipynb", ".log", ".md", ".pdf", ".py", ".txt"),
    )
)
SIDES = {"train", "training", "val", "valid", "validation", "test", "testing"}
LAYOUT = "Make one folder for each class in it, with that class's pictures inside."


def list_files(dataset: DatasetParams, root: Path) -> Listing:
    """Every file of every class folder that may be a picture; only reading it tells.

    Raises:
        DataError: if the folder is missing or empty, holds one class only, or pictures beside the classes.
    """
    return Listing(list_folder(root / dataset.path), _class_folders(root / dataset.path))


def list_folder(folder: Path, *, least_classes: int = 2) -> list[SourceFile]:
    """The same for a folder that is not (yet) the data set's, sorted by path.

    Args:
        folder: holds one folder a class.
        least_classes: how many there must be; 1 for pictures that are added to others.

    Raises:
        DataError: as list_files does.
    """
    if not folder.is_dir():
        raise DataError(
            f"{folder} is {'not a folder' if folder.exists() else 'missing'}. Bring your pictures in with"
            " `tinysight import DIR`, or choose another data set in conf/config.yaml."
        )
    _check_root(folder)
    files = [file for name in _class_folders(folder) for file in _list_class(folder, name)]
    _check_classes(folder, sorted({file.class_name for file in files}), least_classes)
    return sorted(files, key=lambda file: file.path)


def read_file(path: Path) -> bytes:
    """The bytes of one picture file.

    Raises:
        ImageError: if it cannot be read, or is larger than any picture should be.
    """
    try:
        size = path.stat().st_size
        if size > LARGEST_FILE:
            raise ImageError(
                f"The file has {size:,} bytes; at most {LARGEST_FILE:,} are allowed. Remove it.", reason="too_large"
            )
        return path.read_bytes()
    except OSError as error:
        why = error.strerror or error
        raise ImageError(f"The file cannot be read: {why}. Restore or remove it.", reason="broken") from None


def _class_folders(folder: Path) -> list[str]:
    with os.scandir(folder) as entries:
        return sorted(entry.name for entry in entries if entry.is_dir() and not entry.name.startswith("."))


def _check_root(folder: Path) -> None:
    with os.scandir(folder) as entries:
        stray = sorted(e.name for e in entries if not e.is_dir() and _may_be_picture(e.name))
    if stray:
        raise DataError(
            f"{folder} holds {len(stray)} files beside its class folders, for instance {stray[0]!r}."
            " A picture's class is the folder that it lies in: move them into one, or remove them."
        )


def _check_classes(folder: Path, names: list[str], least: int) -> None:
    if not names:
        raise DataError(f"{folder} holds no pictures in class folders. {LAYOUT}")
    if len(names) < least:
        raise DataError(f"{folder} holds one class only: {names[0]}. At least two are needed. {_inner(folder, names)}")
    if {name.lower() for name in names} <= SIDES:
        raise DataError(
            f"{folder} is divided already: its folders are {', '.join(names)}, which are no classes. The pipeline"
            " divides pictures itself: put them together, one folder for each class."
        )


def _inner(folder: Path, names: list[str]) -> str:
    """The usual slip is to name the folder around the right one."""
    only = folder / names[0]
    return f"Did you mean {only}?" if len(_class_folders(only)) > 1 else LAYOUT


def _list_class(folder: Path, name: str) -> Iterator[SourceFile]:
    for path in _walk(folder / name, ()):
        relative = path.relative_to(folder).as_posix()
        try:
            relative.encode()
        except UnicodeEncodeError:
            raise DataError(f"{folder}: the name {relative!r} is not UTF-8. Rename the file or folder.") from None
        yield SourceFile(relative, name, origin=path, reader=partial(read_file, path))


def _walk(folder: Path, above: tuple[str, ...]) -> Iterator[Path]:
    """Files that may be pictures; links are followed, except back to a folder that is being walked."""
    real = os.path.realpath(folder)
    if real in above:
        return
    with os.scandir(folder) as entries:
        for entry in sorted(entries, key=lambda entry: entry.name):
            if entry.is_dir():
                if not entry.name.startswith("."):
                    yield from _walk(folder / entry.name, (*above, real))
            elif _may_be_picture(entry.name):
                yield folder / entry.name


def _may_be_picture(name: str) -> bool:
    return not name.startswith(".") and Path(name).suffix.lower() not in BESIDE_PICTURES
