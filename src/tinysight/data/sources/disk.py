"""Picture files as they lie on disk: which there are, their bytes, and names that cannot be used."""

import os
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import NoReturn

from tinysight.data.sources.source import SourceFile
from tinysight.errors import DataError, ImageError

LARGEST_FILE = 200_000_000  # bytes
# what cameras, labelling programs and desktops leave beside pictures; anything else is tried by its content
BESIDE_PICTURES = frozenset(
    (
        *(".csv", ".json", ".jsonl", ".npy", ".tsv", ".xml", ".xmp", ".yaml", ".yml", ".toml", ".thm"),
        *(".db", ".html", ".ini", ".ipynb", ".log", ".md", ".parquet", ".pdf", ".py", ".txt"),
    )
)


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


def disk_file(path: Path, shown: str, class_name: str, split: str = "", group: str = "") -> SourceFile:
    """A picture file on this disk; one whose name is not UTF-8 is listed, and its reading says so.

    Args:
        path: where it lies.
        shown: its path below the source, with `/` between the parts.
        class_name: what it shows.
        split: the side that the source fixed, else empty.
        group: what the source says must stay on one side together, else empty.
    """
    if is_utf8(shown) and is_utf8(class_name):
        return SourceFile(shown, class_name, split, group, origin=path, reader=partial(read_file, path))
    reason = "Its name, or its folder's, is not UTF-8. Rename it."
    return refused_file(readable(shown), readable(class_name), reason, split, group)


def refused_file(shown: str, class_name: str, reason: str, split: str = "", group: str = "") -> SourceFile:
    """A picture that cannot be read: it goes into quarantine with this reason."""
    return SourceFile(shown, class_name, split, group, reader=partial(_refuse, reason))


def _refuse(reason: str) -> NoReturn:
    raise ImageError(reason, reason="broken")


def is_utf8(name: str) -> bool:
    """Whether a name can be written into our tables; Python reads other bytes as lone surrogates."""
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True


def readable(name: str) -> str:
    r"""A name with bytes such as \xe9 in place of what is not UTF-8, so that two names stay two."""
    return os.fsencode(name).decode("utf-8", "backslashreplace")


def class_folders(folder: Path) -> list[str]:
    """The names of the folders in a folder, sorted; hidden ones are passed over."""
    with os.scandir(folder) as entries:
        return sorted(entry.name for entry in entries if entry.is_dir() and not entry.name.startswith("."))


def stray_pictures(folder: Path) -> list[str]:
    """The names of files in a folder, not below it, that may be pictures."""
    with os.scandir(folder) as entries:
        return sorted(entry.name for entry in entries if not entry.is_dir() and may_be_picture(entry.name))


def may_be_picture(name: str) -> bool:
    """Whether a file's name does not say that it is something else."""
    stem, dot, suffix = name.rpartition(".")  # Path.suffix takes ten times as long, and there are many files
    return not name.startswith(".") and not (stem and dot + suffix.lower() in BESIDE_PICTURES)


def walk(folder: Path, wanted: Callable[[str], bool] = may_be_picture, above: tuple[str, ...] = ()) -> Iterator[Path]:
    """Files at any depth; links are followed, except back to a folder that is being walked.

    Args:
        folder: where to start.
        wanted: whether a file of this name is given; those that may be pictures are.
        above: the real paths of the folders that are being walked.
    """
    real = os.path.realpath(folder)
    if real in above:
        return
    with os.scandir(folder) as entries:
        for entry in sorted(entries, key=lambda entry: entry.name):
            if entry.is_dir():
                if not entry.name.startswith("."):
                    yield from walk(folder / entry.name, wanted, (*above, real))
            elif wanted(entry.name):
                yield folder / entry.name


def check_folder(folder: Path) -> None:
    """Makes sure that a folder is there.

    Raises:
        DataError: if it is not.
    """
    if not folder.is_dir():
        raise DataError(
            f"{folder} is {'not a folder' if folder.exists() else 'missing'}. Bring your pictures in with"
            " `tinysight import DIR`, or choose another data set in conf/config.yaml."
        )
