"""What every source of pictures gives: its files with their classes."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from importlib import import_module
from itertools import pairwise
from pathlib import Path

from tinysight.errors import DataError
from tinysight.params import DatasetParams
from tinysight.paths import Paths


@dataclass(frozen=True, slots=True)
class SourceFile:
    """One picture file of a source.

    Attributes:
        path: where it is below the source, with `/` between the parts; unique in the source.
        class_name: what it shows.
        split: the side that the source itself fixed, else empty.
        group: what the source says must stay on one side together, else empty.
        history: where the source says that the picture came from, in free text, else empty.
        origin: the file on this disk that holds just these bytes; None where they are made, as a crop is.
        made_from: where origin is None, the file on this disk that the bytes are made of, and how, in any words that
            change when the bytes would; None where that cannot be said.
        reader: gives the file's bytes; it opens what it reads itself, since several processes call it.
    """

    path: str
    class_name: str
    split: str = ""
    group: str = ""
    history: str = field(default="", compare=False, kw_only=True)
    origin: Path | None = field(default=None, repr=False, compare=False, kw_only=True)
    made_from: tuple[Path, str] | None = field(default=None, repr=False, compare=False, kw_only=True)
    reader: Callable[[], bytes] = field(default=bytes, repr=False, compare=False, kw_only=True)

    def read(self) -> bytes:
        """The file's bytes.

        Raises:
            ImageError: if the file cannot be read.
        """
        return self.reader()


@dataclass(frozen=True)
class Listing:
    """All that a source says before a picture is read.

    Attributes:
        files: one for each picture; one that is named but missing is listed too, and its reading says so.
        class_names: every class that the source names, also those without a picture.
        notes: what was passed over and why, one line each.
    """

    files: Sequence[SourceFile]
    class_names: Sequence[str] = ()
    notes: Sequence[str] = ()


def list_source(dataset: DatasetParams, root: Path, *, least_classes: int = 2) -> Listing:
    """What the data set consists of, its files sorted by path.

    Args:
        dataset: its `kind` names the file of this folder that knows how.
        root: the work tree that relative paths start from.
        least_classes: how many classes it must have; 1 for pictures that are added to others.

    Raises:
        DataError: if the source is missing, empty or cannot be used.
    """
    # by name, so that a folder of pictures never loads what the other sources need
    source = import_module(f"tinysight.data.sources.{dataset.kind}")
    dataset = _out_of_archive(dataset, root)
    listing: Listing = source.list_files(dataset, root)
    _check_classes(root / dataset.path, listing, least_classes)
    return _in_order(give_groups(free_train(listing), getattr(dataset, "group_pattern", None)))


def _out_of_archive(dataset: DatasetParams, root: Path) -> DatasetParams:
    """The same source; one in a zip or tar file is read from where that is unpacked."""
    from tinysight.data.sources.archive import is_archive, unpacked  # which imports this file

    path = root / dataset.path
    if dataset.kind == "arrays" or not is_archive(path):  # an .npz file is a zip file too
        return dataset
    return dataset.model_copy(update={"path": str(unpacked(path, Paths(root).cache))})


def _in_order(listing: Listing) -> Listing:
    names = sorted({*listing.class_names, *(file.class_name for file in listing.files)})
    files = sorted(listing.files, key=lambda file: file.path)
    twice = next((file.path for file, after in pairwise(files) if file.path == after.path), None)
    if twice is not None:
        raise DataError(f"The source names {twice!r} twice, and says different things of it. Remove one.")
    return replace(listing, files=files, class_names=names)


def _check_classes(source: Path, listing: Listing, least: int) -> None:
    names = sorted({file.class_name for file in listing.files})
    if not names:
        seen = " ".join(listing.notes)
        raise DataError(f"{source} holds no labelled pictures. {seen} Choose another data set, or label some.")
    if len(names) < least:
        only = source / names[0]
        deeper = only.is_dir() and sum(path.is_dir() for path in only.iterdir()) > 1
        fix = f"Did you mean {only}?" if deeper else "Add pictures of another class."
        raise DataError(f"{source} holds one class only: {names[0]}. At least two are needed. {fix}")


def free_train(listing: Listing) -> Listing:
    """Where a source divides all pictures but has no val or no test side, it is taken from train: train has no side."""
    sides = {file.split for file in listing.files}
    lacking = [side for side in ("val", "test") if side not in sides]
    if "train" not in sides or "" in sides or not lacking:
        return listing
    files = [replace(file, split="") if file.split == "train" else file for file in listing.files]
    note = f"The source has no {' and no '.join(lacking)} side: the pictures of its train side are divided for it."
    return replace(listing, files=files, notes=[*listing.notes, note])


def give_groups(listing: Listing, pattern: str | None) -> Listing:
    """Takes the group of each picture that has none from its path.

    Args:
        listing: what a source listed.
        pattern: a regular expression with one group in brackets; None leaves all as it is.

    Raises:
        DataError: if no path holds what the pattern looks for: without groups, scores would be too good.
    """
    single = [file for file in listing.files if not file.group]
    if pattern is None or not single:
        return listing
    search = re.compile(pattern).search
    found = {file.path: match[1] or "" for file in single if (match := search(file.path))}
    files = [replace(file, group=file.group or found.get(file.path, "")) for file in listing.files]
    without = [file.path for file in files if not file.group]
    if not any(found.values()):
        raise DataError(
            f"dataset.group_pattern {pattern!r} finds no group in any path, for instance {without[0]!r}. Correct it, or"
            " set it to null."
        )
    if not without:
        return replace(listing, files=files)
    note = f"group_pattern finds no group in {len(without)} of {len(files)} paths, for instance {without[0]!r}."
    return replace(listing, files=files, notes=[*listing.notes, note])


def open_source(dataset: DatasetParams, root: Path) -> Mapping[str, SourceFile]:
    """The same files by path: how a stage gets the file that a Sample was made from.

    Raises:
        DataError: as list_source does.
    """
    return {file.path: file for file in list_source(dataset, root).files}
