"""What every source of pictures gives: a list of files with their classes."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
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
        reader: gives the file's bytes.
    """

    path: str
    class_name: str
    split: str = ""
    group: str = ""
    reader: Callable[[], bytes] = field(default=bytes, repr=False, compare=False, kw_only=True)

    def read(self) -> bytes:
        """The file's bytes.

        Raises:
            ImageError: if the file cannot be read.
        """
        return self.reader()


def list_source(dataset: DatasetParams, root: Path) -> list[SourceFile]:
    """Every file of the data set, sorted by path.

    Args:
        dataset: its `kind` names the file of this folder that knows how.
        root: the work tree that relative paths start from.

    Raises:
        DataError: if the source is missing, empty or cannot be used.
    """
    # by name, so that a folder of pictures never loads what the other sources need
    source = import_module(f"tinysight.data.sources.{dataset.kind}")
    files: list[SourceFile] = source.list_files(dataset, root)
    return sorted(files, key=lambda file: file.path)


def open_source(dataset: DatasetParams, root: Path) -> Mapping[str, SourceFile]:
    """The same files by path: how a stage gets the file that a Sample was made from.

    Raises:
        DataError: as list_source does.
    """
    return {file.path: file for file in list_source(dataset, root)}
