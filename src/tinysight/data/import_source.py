"""Opens whatever somebody wants to import: an archive is unpacked, its format found out, its pictures listed."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tinysight.data.detection import FORMATS, Asked, detect_format
from tinysight.data.format_signs import signs_of
from tinysight.data.sources.archive import is_archive, unpacked
from tinysight.data.sources.source import Listing, list_source
from tinysight.errors import DataError
from tinysight.paths import Paths


@dataclass(frozen=True)
class OpenedSource:
    """What is imported, while it is open.

    Attributes:
        kind: of its format, one of detection.FORMATS.
        words: the same for people.
        name: what the data set may be called after it.
        listing: its pictures.
        group_pattern: for pictures that come later; None where their paths in data/raw will not be those here.
    """

    kind: str
    words: str
    name: str
    listing: Listing
    group_pattern: str | None = None


@contextmanager
def opened_source(source: Path, asked: Asked, paths: Paths, *, least: int, keep: bool) -> Iterator[OpenedSource]:
    """Opens a source; an archive is unpacked into the cache until its pictures are imported.

    Args:
        source: a folder, a label file, or an archive.
        asked: what the user says about it.
        paths: the checkout.
        least: how many classes it must have.
        keep: what was unpacked is wanted again; it is kept too where the block raises.

    Raises:
        DataError: if it is missing, its format is not clear, or it cannot be read.
        ConfigError: if what the user says cannot be.
    """
    if not source.exists():
        raise DataError(f"{source} is missing. Name a folder of pictures, a labelling tool's export, or an archive.")
    packed, cache = _is_packed(source), paths.cache / "import"
    place = unpacked(source, cache) if packed else source
    try:
        dataset = detect_format(place, asked)
        listing = list_source(dataset, paths.root, least_classes=least)
    except DataError as error:  # nobody knows the cache's folder by name
        raise DataError(str(error).replace(str(place), str(source))) from None
    words = FORMATS[dataset.kind] + (f", in {source.name}" if packed else "")
    pattern = dataset.group_pattern if dataset.kind == "folder" else None
    yield OpenedSource(dataset.kind, words, name_of(source), listing, pattern)
    if not keep:
        shutil.rmtree(cache, ignore_errors=True)


def _is_packed(path: Path) -> bool:
    """Whether a file is an archive of other files; an .npz file is a zip file too, but one of arrays."""
    return is_archive(path) and not any(sign.kind == "arrays" for sign in signs_of(path, {}))


def name_of(source: Path) -> str:
    """A folder's name, an archive's without its endings, or that of the folder that a label file lies in."""
    path = source.resolve()
    if path.is_dir():
        return path.name
    return path.name.split(".")[0] if is_archive(path) else path.parent.name
