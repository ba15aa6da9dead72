"""What speaks for which format in a folder or file that somebody wants to import: content, not a name alone."""

import re
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from tinysight.data.csv_table import column_names
from tinysight.data.parquet_table import is_parquet
from tinysight.data.raw_manifest import COLUMNS, MANIFEST
from tinysight.data.table_columns import find_columns

GLANCE = 65536  # bytes of a label file that are looked at
SOME = 20  # label files of one kind that are looked at
TABLES = (".csv", ".tsv", ".parquet", ".pq")
LABELS = (".xml", ".txt", ".json", ".npz", *TABLES)
YOLO_LINE = re.compile(r"\s*\d+(\s+[-+.\deE]+){4}\s*")


@dataclass(frozen=True)
class Sign:
    """Something that tells a format.

    Attributes:
        kind: of the source, as in conf/dataset/.
        path: what a source of that kind is opened with.
        words: what was seen.
    """

    kind: str
    path: Path
    words: str


def signs_in(folder: Path, files: Mapping[str, list[Path]], asked: Mapping[str, str]) -> Iterator[Sign]:
    """What the label files of labelling programs and tables in a folder tell.

    Args:
        folder: what is imported.
        files: all of its files that may hold labels, by their suffix in lower case; the shallowest first.
        asked: what the user said about a table's columns.
    """
    yield from _roboflow(folder, files)
    for path in files.get(".xml", [])[:SOME]:
        yield from _xml(folder, path)
    yield from _text(folder, files.get(".txt", []))
    for suffix in (".json", ".npz", *TABLES):
        for path in files.get(suffix, []):
            if path.parent == folder and not _belongs_to_folders(path):
                yield from signs_of(path, asked)


def signs_of(path: Path, asked: Mapping[str, str]) -> Iterator[Sign]:
    """What one file may be."""
    suffix = path.suffix.lower()
    if suffix == ".npz" or _holds_arrays(path):
        yield Sign("arrays", path, f"{path.name} (arrays)")
    elif suffix == ".json" and _is_label_studio(path):
        yield Sign("label_studio", path, f"{path.name} (Label Studio)")
    elif suffix == ".xml":
        yield from _xml(path, path)
    elif suffix in TABLES:
        yield from _table(path, asked)


def table_columns(path: Path) -> list[str]:
    """The names of a CSV or Parquet table's columns; none where it is no table."""
    if not is_parquet(path):
        return column_names(path)
    from pyarrow import ArrowException
    from pyarrow.parquet import read_schema

    try:
        return list(read_schema(path).names)
    except (ArrowException, OSError):
        return []


def _roboflow(folder: Path, files: Mapping[str, list[Path]]) -> Iterator[Sign]:
    marks = [path for path in files.get(".csv", []) if path.name == "_classes.csv"]
    marks += [path for path in files.get(".txt", []) if path.name.lower() == "readme.roboflow.txt"]
    for path in marks[:1]:
        yield Sign("roboflow", folder, f"{path.relative_to(folder)} (Roboflow)")


def _xml(source: Path, path: Path) -> Iterator[Sign]:
    """CVAT writes one file with the root `annotations`, LabelImg one a picture with the root `annotation`."""
    root = re.search(r"<([A-Za-z_][\w.-]*)", re.sub(r"(?s)<!--.*?-->", "", _glance(path)))
    kind = {"annotations": "cvat", "annotation": "labelimg"}.get(root.group(1) if root else "")
    if kind:
        yield Sign(kind, source, f"{path.name} ({'CVAT' if kind == 'cvat' else 'LabelImg, Pascal VOC'})")


def _text(folder: Path, paths: list[Path]) -> Iterator[Sign]:
    names = {path.name for path in paths}
    if "synsets.txt" in names:
        yield Sign("cvat", folder, "synsets.txt (CVAT, ImageNet)")
    boxes = [path for path in paths if path.name != "classes.txt"][:SOME]
    if "classes.txt" in names and any(YOLO_LINE.fullmatch(_glance(path).partition("\n")[0]) for path in boxes):
        yield Sign("labelimg", folder, "classes.txt and boxes in .txt files (LabelImg, YOLO)")


def _table(path: Path, asked: Mapping[str, str]) -> Iterator[Sign]:
    names = table_columns(path)
    if {"annotation_id", "lead_time"} <= {*names}:
        yield Sign("label_studio", path, f"{path.name} (Label Studio)")
    elif path.name == "_classes.csv":
        yield Sign("roboflow", path.parent, f"{path.name} (Roboflow)")
    elif find_columns(names, asked):
        yield Sign("manifest", path, f"{path.name} (a table with the columns {', '.join(names)})")


def _belongs_to_folders(path: Path) -> bool:
    """Whether it is the manifest.csv of the class folders beside it."""
    names = table_columns(path) if path.name == MANIFEST else []
    return bool(names) and {*names} <= {*COLUMNS} and any(beside.is_dir() for beside in path.parent.iterdir())


def _is_label_studio(path: Path) -> bool:
    text = _glance(path)
    keys = ('"annotations"', '"predictions"', '"annotation_id"')  # the last one in JSON-MIN
    return text.lstrip("\ufeff \t\r\n").startswith("[") and any(key in text for key in keys)


def _holds_arrays(path: Path) -> bool:
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
    except (OSError, zipfile.BadZipFile):
        return False
    return bool(names) and all(name.endswith(".npy") for name in names)


def _glance(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return file.read(GLANCE).decode("utf-8", errors="replace")
    except OSError:
        return ""
