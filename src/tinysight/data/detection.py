"""Finds out what kind of source somebody wants to import, and says what it saw where that is not clear."""

import os
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from pydantic import ValidationError

from tinysight.data.format_signs import LABELS, TABLES, Sign, signs_in, signs_of, table_columns
from tinysight.data.sources.disk import class_folders
from tinysight.data.sources.side_names import side_of
from tinysight.data.table_columns import find_columns
from tinysight.errors import ConfigError, DataError
from tinysight.params import (
    ArraysParams,
    CvatParams,
    DividedParams,
    FolderParams,
    LabelimgParams,
    LabelStudioParams,
    ManifestParams,
    PicturesParams,
    RoboflowParams,
)
from tinysight.schema_errors import explanations

FORMATS = {
    "folder": "one folder of pictures for each class",
    "divided": "folders train, val and test, each with one folder for each class",
    "manifest": "a table (CSV or Parquet) of paths and labels",
    "labelimg": "LabelImg's Pascal VOC or YOLO files",
    "cvat": "CVAT's `CVAT for images` or ImageNet export",
    "roboflow": "a classification export of Roboflow",
    "label_studio": "Label Studio's JSON, JSON-MIN or CSV export",
    "arrays": "an .npz file of arrays x and y",
}
IN_ONE_FILE = ("manifest", "label_studio", "arrays")
BESIDE_CLASSES = ("labelimg", "manifest")  # kinds that could as well be files left in class folders
NO_CLASSES = {"annotations", "data", "image", "images", "img", "imgs", "jpegimages", "labels", "photos", "pictures"}


@dataclass(frozen=True)
class Asked:
    """What the user says about a source; the rest is found out.

    Attributes:
        format: its kind, one of FORMATS; empty to find it out.
        columns: of a table: the names of path, label, split and group, any of them.
        images: the folder of the pictures of a label file; empty to look for it.
        boxes: make a picture of each box, or take whole pictures.
        margin: round a crop, as a share of its longer side.
        question: which `Choices` of Label Studio is the class; empty where there is one only.
        group_pattern: finds a picture's group in its path; empty for none.
        class_names: of labels 0, 1, ... of arrays; empty for the file's own.
    """

    format: str = ""
    columns: Mapping[str, str] = field(default_factory=dict)
    images: str = ""
    boxes: Literal["crop", "whole"] = "crop"
    margin: float = 0.1
    question: str = ""
    group_pattern: str = ""
    class_names: tuple[str, ...] = ()


def detect_format(source: Path, asked: Asked) -> PicturesParams:
    """How to open a source.

    Args:
        source: a folder or file; archives are unpacked before.
        asked: what the user says.

    Raises:
        DataError: if it is none of the formats, or may be several.
        ConfigError: if what the user says cannot be.
    """
    files, classes = _contents(source) if source.is_dir() else ({}, set())
    found = [*signs_in(source, files, asked.columns)] if source.is_dir() else [*signs_of(source, asked.columns)]
    found = list({(one.kind, one.path): one for one in found}.values())
    if asked.format:
        return _params(_asked_for(source, found, asked), asked)
    plain = _plain(source) if source.is_dir() else None
    if plain and (not found or (len(classes) > 1 and {one.kind for one in found} <= {*BESIDE_CLASSES})):
        found.append(plain)
    if len(found) != 1:
        raise _unclear(source, found, files)
    return _params(found[0], asked)


def _contents(folder: Path) -> tuple[dict[str, list[Path]], set[str]]:
    """The files that may hold labels, by suffix, the shallowest first; and what seem to be class folders."""
    labels: defaultdict[str, list[Path]] = defaultdict(list)
    classes = set()
    for place, inner, names in os.walk(folder):
        inner[:] = sorted(name for name in inner if not name.startswith("."))
        top = Path(place).relative_to(folder).parts[:1]
        for name in sorted(names):
            suffix = Path(name).suffix.lower()
            if suffix in LABELS and not name.startswith("."):
                labels[suffix].append(Path(place) / name)
            elif top and not side_of(top[0]) and top[0].lower() not in NO_CLASSES:
                classes.add(top[0])
    return {suffix: sorted(paths, key=lambda path: len(path.parts)) for suffix, paths in labels.items()}, classes


def _plain(folder: Path) -> Sign | None:
    """Class folders, or sides that hold them."""
    names = class_folders(folder)
    if not names:
        return None
    words = f"the folders {', '.join(names[:5])}{' …' if len(names) > 5 else ''}"
    return Sign("divided" if all(map(side_of, names)) else "folder", folder, words)


def _asked_for(source: Path, found: Sequence[Sign], asked: Asked) -> Sign:
    if asked.format not in FORMATS:
        raise ConfigError(f"--format is one of {', '.join(FORMATS)}. Received: {asked.format}.")
    fitting = [one for one in found if one.kind == asked.format]
    if len(fitting) == 1:
        return fitting[0]
    if asked.format in IN_ONE_FILE and source.is_dir():
        seen = f"It holds several: {', '.join(one.path.name for one in fitting)}." if fitting else "None was found."
        raise DataError(f"{source} is a folder; --format {asked.format} is one file. {seen} Name the file itself.")
    return Sign(asked.format, source, "as asked")


def _unclear(source: Path, found: Sequence[Sign], files: Mapping[str, list[Path]]) -> DataError:
    if found:
        kinds = sorted({one.kind for one in found})
        fix = f"Choose with --format {' or --format '.join(kinds)}." if len(kinds) > 1 else "Name the one file."
        return DataError(f"{source} may be several things: {'; '.join(one.words for one in found)}. {fix}")
    seen = ", ".join(f"{len(paths)} {suffix} files" for suffix, paths in sorted(files.items())) or "nothing of the kind"
    if source.suffix.lower() in TABLES:
        seen = f"a table with the columns {', '.join(table_columns(source)) or 'none'}"
    known = "; ".join(f"{kind}: {words}" for kind, words in FORMATS.items())
    return DataError(
        f"{source} holds no pictures with labels in a format that is known. Seen: {seen}. Known are {known}, and zip"
        " or tar files of them. If it is one of these, say which with --format (a table's columns with --columns)."
    )


def _params(chosen: Sign, asked: Asked) -> PicturesParams:
    """The source as ingest would open it; what concerns decoding is not used in an import."""
    schema, content = PARAMS[chosen.kind], {**DECODING, **dict(_fields(chosen, asked))}
    try:
        return schema.model_validate(content, strict=False)
    except ValidationError as error:
        raise ConfigError(explanations(error, schema, content)[0]) from None


def _fields(chosen: Sign, asked: Asked) -> Iterator[tuple[str, object]]:
    yield from (("kind", chosen.kind), ("path", str(chosen.path)), ("group_pattern", asked.group_pattern or None))
    if chosen.kind == "manifest":
        yield "columns", _columns(chosen.path, asked.columns)
    elif chosen.kind == "arrays":
        yield "class_names", asked.class_names or None
    elif chosen.kind in ("labelimg", "cvat", "label_studio"):
        yield from (("images", asked.images or None), ("boxes", asked.boxes), ("margin", asked.margin))
    if chosen.kind == "label_studio":
        yield "question", asked.question or None


def _columns(table: Path, asked: Mapping[str, str]) -> Mapping[str, str | None]:
    names = table_columns(table)
    unknown = [name for name in asked.values() if names and name not in names]
    found = find_columns(names, asked)
    if unknown or not found:
        why = f"no column {unknown[0]!r}" if unknown else "no columns that are surely the path and the label"
        raise DataError(
            f"{table} has {why}; its columns are {', '.join(names) or 'none'}. Name them: --columns path=…,label=…"
            " (and split=…, group=… where there are any)."
        )
    return found


DECODING = {
    "name": "import",
    "image_size": 64,
    "fit": "pad",
    "background": (255, 255, 255),
    "window": None,
    "leaks": "refuse",
}
PARAMS: Mapping[str, type[PicturesParams]] = {
    "folder": FolderParams,
    "divided": DividedParams,
    "manifest": ManifestParams,
    "labelimg": LabelimgParams,
    "cvat": CvatParams,
    "roboflow": RoboflowParams,
    "label_studio": LabelStudioParams,
    "arrays": ArraysParams,
}
