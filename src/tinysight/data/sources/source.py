"""What every source of pictures gives: its files with their classes."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from importlib import import_module
from pathlib import Path

from tinysight.params import DatasetParams


@dataclass(frozen=True)
class SourceFile:
    """One picture file of a source.

    Attributes:
        path: where it is below the source, with `/` between the parts; unique in the source.
        class_name: what it shows.
        split: the side that the source itself fixed, else empty.
        group: what the source says must stay on one side together, else empty.
        origin: the file on this disk that holds just these bytes; None where they are made, as a crop is.
        reader: gives the file's bytes.
    """

    path: str
    class_name: str
    split: str = ""
    group: str = ""
    origin: Path | None = field(default=None, repr=False, compare=False, kw_only=True)
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


def list_source(dataset: DatasetParams, root: Path) -> Listing:
    """What the data set consists of, its files sorted by path.

    Args:
        dataset: its `kind` names the file of this folder that knows how.
        root: the work tree that relative paths start from.

    Raises:
        DataError: if the source is missing, empty or cannot be used.
    """
    # by name, so that a folder of pictures never loads what the other sources need
    source = import_module(f"tinysight.data.sources.{dataset.kind}")
    listing: Listing = source.list_files(dataset, root)
    names = sorted({*listing.class_names, *(file.class_name for file in listing.files)})
    return replace(listing, files=sorted(listing.files, key=lambda file: file.path), class_names=names)


def open_source(dataset: DatasetParams, root: Path) -> Mapping[str, SourceFile]:
    """The same files by path: how a stage gets the file that a Sample was made from.

    Raises:
        DataError: as list_source does.
    """
    return {file.path: file for file in list_source(dataset, root).files}
