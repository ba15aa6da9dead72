"""Arrays x and y in an .npz file, or in a folder of .npy files, as Keras and others keep them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path

from tinysight.data.sources.archive import is_archive, unpacked
from tinysight.data.sources.array_labels import class_names_of, texts_of
from tinysight.data.sources.array_pixels import Meaning, map_array, meaning_of, picture_reader
from tinysight.data.sources.passed_over import passed_over
from tinysight.data.sources.side_names import NAMES
from tinysight.data.sources.source import Listing, SourceFile
from tinysight.errors import DataError
from tinysight.params import ArraysParams
from tinysight.paths import Paths

PAIRS = (("x", "y"), ("images", "labels"))
CLASSES = ("class_names", "classes", "label_names")
ALLOWED = (
    "x and y; x_train and y_train, also _val and _test; images and labels, train_images and train_labels and so on;"
    " beside them class_names, and groups or groups_train and so on"
)


@dataclass(frozen=True)
class _Part:
    """Arrays that belong together: pictures, their labels, perhaps their groups; all of one side."""

    side: str
    pictures: Path
    labels: Path
    groups: Path | None


def list_files(dataset: ArraysParams, root: Path) -> Listing:
    """One file a picture; its path is `<array>/<row>.png`.

    The arrays are unpacked into the cache once and mapped from there, so that none is ever in memory whole.

    Raises:
        DataError: if the file is no .npz file, an array is missing, or one has a shape or numbers that are not meant.
    """
    source = root / dataset.path
    found = _arrays(source, Paths(root).cache)
    parts = list(_parts(source, found))
    meaning = meaning_of({part.pictures.stem: map_array(part.pictures) for part in parts})
    names = dataset.class_names or _own_names(found)
    files = [file for part in parts for file in _list_part(source, part, meaning, names)]
    labelled = [file for file in files if file.class_name]
    notes = passed_over("without a label", [file.path for file in files if not file.class_name])
    return Listing(labelled, names, notes)


def _arrays(source: Path, cache: Path) -> Mapping[str, Path]:
    """Each array's .npy file by its name in small letters."""
    if not source.exists():
        raise DataError(f"{source} is missing. Name an .npz file in dataset.path.")
    if not source.is_dir() and not is_archive(source):
        raise DataError(f"{source} is no .npz file. Write one with np.savez_compressed({source.stem!r}, x=..., y=...).")
    folder = source if source.is_dir() else unpacked(source, cache)
    return {path.stem.lower(): path for path in sorted(folder.glob("*.npy"))}


def _parts(source: Path, found: Mapping[str, Path]) -> Iterator[_Part]:
    some = False
    for side, suffixes in {"": ("",), **NAMES}.items():
        for (x, y), suffix in product(PAIRS, suffixes):
            for pictures, labels, groups in _names((x, y, "groups"), suffix):
                if pictures not in found:
                    continue
                if labels not in found:
                    raise DataError(f"{source} has {pictures} without {labels}. Save both.")
                some = True
                yield _Part(side, found[pictures], found[labels], found.get(groups))
    if not some:
        raise DataError(f"{source} has no arrays of known names. Allowed are {ALLOWED}. Received: {', '.join(found)}.")


def _names(words: Sequence[str], suffix: str) -> list[list[str]]:
    """The names with the side behind and before."""
    if not suffix:
        return [[*words]]
    return [[f"{word}_{suffix}" for word in words], [f"{suffix}_{word}" for word in words]]


def _own_names(found: Mapping[str, Path]) -> Sequence[str]:
    return next((texts_of(name, map_array(found[name])) for name in CLASSES if name in found), ())


def _list_part(source: Path, part: _Part, meaning: Meaning, names: Sequence[str]) -> Iterator[SourceFile]:
    name = part.pictures.stem
    labels = class_names_of(part.labels.stem, map_array(part.labels), names)
    groups = texts_of(part.groups.stem, map_array(part.groups)) if part.groups else [""] * len(labels)
    count = len(map_array(part.pictures))
    if not count == len(labels) == len(groups):
        raise DataError(
            f"{source}: {name} has {count} pictures, {part.labels.stem} {len(labels)} labels"
            f"{f', {part.groups.stem} {len(groups)} groups' if part.groups else ''}. Save as many of each."
        )
    for row, (label, group) in enumerate(zip(labels, groups, strict=True)):
        made_from = (part.pictures if source.is_dir() else source, f"{name} {row} {meaning}")
        reader = picture_reader(part.pictures, row, meaning)
        yield SourceFile(f"{name}/{row:06d}.png", label, part.side, group, made_from=made_from, reader=reader)
